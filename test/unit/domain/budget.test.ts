import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountState,
  headroomOf,
  isSpent,
  runBudget,
  untilNextDayMs,
  warningsDue,
} from '../../../domain/budget.ts';

const account = (capNano: bigint | null, spentNano: bigint, reservedNano = 0n, excessNano = 0n): AccountState => ({
  capNano,
  spentNano,
  reservedNano,
  excessNano,
});

describe('budget warnings', () => {
  it('[budget:warning:once-per-threshold] come once for each threshold, lowest first, in whatever steps the money is spent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 11n }), { maxLength: 40 }),
        (cap, steps) => {
          let spent = 0n;
          const warned: number[] = [];
          for (const step of steps) {
            spent += step;
            warned.push(...warningsDue({ ...account(cap, spent), warned }));
          }
          expect(warned).toEqual([80, 90, 95].filter((percent) => spent * 100n >= BigInt(percent) * cap));
        },
      ),
    );
  });

  it.each([
    { when: 'at the threshold itself', of: account(200n, 160n), warned: [], due: [80] },
    { when: 'not before it', of: account(200n, 159n), warned: [], due: [] },
    { when: 'all at once if one step crosses them all', of: account(200n, 200n), warned: [], due: [80, 90, 95] },
    { when: 'for what was charged above a bound, too', of: account(200n, 100n, 0n, 60n), warned: [], due: [80] },
    { when: 'not for money that is only reserved', of: account(200n, 100n, 90n), warned: [], due: [] },
    { when: 'not again', of: account(200n, 180n), warned: [80], due: [90] },
    { when: 'never without a cap', of: account(null, 180n), warned: [], due: [] },
    { when: 'at once for a cap of nothing, which is spent', of: account(0n, 0n), warned: [], due: [80, 90, 95] },
  ])('come $when', ({ of, warned, due }) => {
    expect(warningsDue({ ...of, warned })).toEqual(due);
  });
});

it.each([
  { of: 'one with money left', account: account(100n, 99n), spent: false },
  { of: 'one whose rest is reserved', account: account(100n, 50n, 50n), spent: false },
  { of: 'one that paid its cap', account: account(100n, 100n), spent: true },
  { of: 'one that was charged above a bound', account: account(100n, 90n, 0n, 10n), spent: true },
  { of: 'one without a cap', account: account(null, 100n), spent: false },
])('of accounts, $of is spent: $spent', ({ account, spent }) => {
  expect(isSpent(account)).toBe(spent);
});

describe('what accounts leave for a request', () => {
  it.each([
    {
      of: 'no account with a cap is not bounded',
      accounts: [account(null, 500n, 9n)],
      free: undefined,
      unspent: undefined,
    },
    {
      of: 'one account is its cap less what is paid and reserved',
      accounts: [account(100n, 30n, 20n)],
      free: 50n,
      unspent: 70n,
    },
    {
      of: 'an account without a cap does not count',
      accounts: [account(null, 0n, 0n), account(100n, 30n, 0n)],
      free: 70n,
      unspent: 70n,
    },
    {
      of: 'two accounts is the least of each, not the account that has the least',
      accounts: [account(100n, 30n, 60n), account(100n, 80n, 0n)],
      free: 10n,
      unspent: 20n,
    },
    {
      of: 'an account is less by what was charged above a bound',
      accounts: [account(100n, 30n, 0n, 25n)],
      free: 45n,
      unspent: 45n,
    },
    { of: 'a lowered cap can be less than nothing', accounts: [account(10n, 30n, 5n)], free: -25n, unspent: -20n },
  ])('of $of', ({ accounts, free, unspent }) => {
    expect(headroomOf(accounts)).toEqual({ freeNano: free, unspentNano: unspent });
  });

  it.each([
    { of: 'a run without a cap is not paced', run: account(null, 0n, 0n), turn: 0, budget: undefined },
    { of: 'a run that has no account is not paced', run: undefined, turn: 0, budget: undefined },
    {
      of: 'a run is spread over its remaining turns',
      run: account(100n, 30n, 20n),
      turn: 4,
      budget: { remainingNano: 50n, remainingTurns: 6 },
    },
    {
      of: 'a run on its last turn is all for it',
      run: account(100n, 0n, 0n),
      turn: 12,
      budget: { remainingNano: 100n, remainingTurns: 1 },
    },
  ])('of $of', ({ run, turn, budget }) => {
    expect(runBudget(run, { turn, maxTurns: 10 })).toEqual(budget);
  });
});

it('the next day of budgets begins at midnight UTC, and never at once', () => {
  const at = (time: string) => untilNextDayMs(Date.parse(`2026-12-31T${time}Z`));
  expect(at('00:00:00.000')).toBe(24 * 3_600_000);
  expect(at('23:59:00.000')).toBe(60_000);
  expect(at('23:59:59.999')).toBe(1_000);
});

it('[budget:warning:once-per-threshold] what is needed next counts like what is spent, so every warning comes before the end', () => {
  const of = { ...account(1_000n, 700n), warned: [] };
  expect(warningsDue(of, 99n)).toEqual([]);
  expect(warningsDue(of, 100n)).toEqual([80]);
  expect(warningsDue(of, 301n)).toEqual([80, 90, 95]);
  expect(warningsDue({ ...of, warned: [80, 90, 95] }, 301n)).toEqual([]);
});

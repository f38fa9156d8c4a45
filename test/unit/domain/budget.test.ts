import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountState, headroomOf, runBudget, warningsReached } from '../../../domain/budget.ts';

describe('budget warnings', () => {
  it('come for each threshold, lowest first, in whatever steps the money is spent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 11n }), { maxLength: 40 }),
        (cap, steps) => {
          let spent = 0n;
          let warned: number[] = [];
          for (const step of steps) {
            const left = cap - spent;
            spent = step < left ? spent + step : cap;
            const reached = warningsReached(spent, cap);
            expect(reached.slice(0, warned.length)).toEqual(warned);
            warned = reached;
          }
          expect(warned).toEqual([80, 90, 95].filter((percent) => spent * 100n >= BigInt(percent) * cap));
        },
      ),
    );
  });

  it('come at the threshold itself, and all at once if one step crosses them all', () => {
    expect(warningsReached(1_600_000_000n, 2_000_000_000n)).toEqual([80]);
    expect(warningsReached(1_599_999_999n, 2_000_000_000n)).toEqual([]);
    expect(warningsReached(2_000_000_000n, 2_000_000_000n)).toEqual([80, 90, 95]);
  });
});

describe('what accounts leave for a request', () => {
  const account = (capNano: bigint | null, spentNano: bigint, reservedNano: bigint, excessNano = 0n): AccountState => ({
    capNano,
    spentNano,
    reservedNano,
    excessNano,
  });

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

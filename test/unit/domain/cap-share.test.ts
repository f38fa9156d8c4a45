import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlayedModel, type PlayedRun, played, rates } from './played-run.ts';

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

/** The share of a cap that a run spends, where the cap is what its first `turns` turns cost and three quarters of one more. */
function shareSpent(run: PlayedRun, turns: number): number {
  const free = played(run, null, turns + 1);
  const capNano = sum(free.slice(0, turns)) + ((free[turns] ?? 0n) * 3n) / 4n;
  const spentNano = sum(played(run, capNano));
  expect(spentNano).toBeLessThanOrEqual(capNano);
  return Number(spentNano) / Number(capNano);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const PLAIN = [rates(0.15, 0.6), rates(1.25, 10)];
const CACHING = [rates(3, 15, { read: 0.3, write: 3.75 }), rates(15, 75, { read: 1.5, write: 18.75 })];
const LENGTHS = [10, 30, 100];
const RESULTS = { small: [200, 900, 50], large: [1_500, 300, 3_000], huge: [100, 12_000, 50] };

type Given = Pick<PlayedModel, 'cachedShare' | 'count'> & { readonly cachesOnRequest?: boolean };

/** Runs at these prices, with two tokenizers and two lengths of system prompts. */
function runsOf(prices: readonly PlayedModel['rates'][], resultTokens: readonly number[], given: Given): PlayedRun[] {
  return prices.flatMap((price) =>
    [3, 4.6].flatMap((bytesPerToken) =>
      [1_200, 6_000].map((systemTokens) => ({
        models: [
          {
            rates: price,
            tokensPerOurs: 1,
            rereadShare: 1,
            wantedTokens: 32_000,
            writtenShare: given.cachedShare === 0 ? 0 : 1,
            cachesOnRequest: false,
            reportsUsage: true,
            ...given,
          },
        ],
        bytesPerToken,
        systemTokens,
        answerTokens: [120, 300, 80, 600, 240],
        resultTokens,
        picks: [0],
      })),
    ),
  );
}

const shares = (runs: readonly PlayedRun[], lengths = LENGTHS) =>
  runs.flatMap((run) => lengths.map((turns) => shareSpent(run, turns)));

describe('the share of a cap that a run spends before it is exhausted', () => {
  test.each(['no_endpoint', 'exact'] as const)(
    '[I4] [money:reservation:tight] is at least 90 % in the median over prices, models and lengths (count: %s)',
    (count) => {
      const runs = Object.values(RESULTS).flatMap((results) => [
        ...runsOf([...PLAIN, ...CACHING], results, { cachedShare: 0, count }),
        ...runsOf(CACHING, results, { cachedShare: 0.95, count }),
      ]);
      expect(median(shares(runs))).toBeGreaterThanOrEqual(0.9);
    },
  );

  test('[money:input:counted-when-money-is-short] is at least 90 % after ten turns with huge results where prompts are counted, and about half where they are not', () => {
    const tenTurns = (count: Given['count']) =>
      median(shares(runsOf([...PLAIN, ...CACHING], RESULTS.huge, { cachedShare: 0, count }), [10]));
    expect(tenTurns('no_endpoint')).toBeLessThan(0.7);
    expect(tenTurns('exact')).toBeGreaterThanOrEqual(0.9);
  });

  test('[money:reservation:tight] is at least 90 % after thirty turns where the cache is only written on request, and about 80 % where it always is', () => {
    const thirtyTurns = (cachesOnRequest: boolean) => {
      const given = { cachedShare: 0.95, count: 'exact', cachesOnRequest } as const;
      const runs = [RESULTS.small, RESULTS.large].flatMap((results) => runsOf(CACHING, results, given));
      return median(shares(runs, [30]));
    };
    expect(thirtyTurns(false)).toBeLessThan(0.9);
    expect(thirtyTurns(true)).toBeGreaterThanOrEqual(0.9);
  });

  test('[money:reservation:tight] is at least 95 % where output dominates', () => {
    const runs = runsOf([...PLAIN, ...CACHING], [0], { cachedShare: 0, count: 'no_endpoint' }).map((run) => ({
      ...run,
      answerTokens: [3_000, 6_000, 4_500],
      systemTokens: 600,
    }));
    expect(median(shares(runs))).toBeGreaterThanOrEqual(0.95);
  });
});

const usd = fc.double({ min: 0.01, max: 90, noNaN: true });
const price = fc
  .record({
    input: usd,
    output: usd,
    read: fc.double({ min: 0.05, max: 1, noNaN: true }),
    write: fc.double({ min: 0.5, max: 2, noNaN: true }),
    tier: fc.option(
      fc.record({ above: fc.integer({ min: 1_000, max: 40_000 }), times: fc.integer({ min: 2, max: 4 }) }),
    ),
    hiddenInputTokens: fc.constantFrom(0, 600),
  })
  .map(({ input, output, read, write, tier, hiddenInputTokens }) => {
    const base = rates(input, output, { read: input * read, write: input * write });
    if (tier === null) return { ...base, hiddenInputTokens };
    const { above, times } = tier;
    const dear = rates(input * times, output * times, { read: input * read * times, write: input * write * times });
    return { ...base, hiddenInputTokens, tiers: [{ ...dear, aboveInputTokens: above }] };
  });
const model: fc.Arbitrary<PlayedModel> = fc.record({
  rates: price,
  // A text of three bytes a token of ours can be one token of theirs for each byte.
  tokensPerOurs: fc.double({ min: 0.5, max: 3, noNaN: true }),
  rereadShare: fc.double({ min: 0.5, max: 1.25, noNaN: true }),
  wantedTokens: fc.integer({ min: 1, max: 32_000 }),
  cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  writtenShare: fc.double({ min: 0, max: 1, noNaN: true }),
  cachesOnRequest: fc.boolean(),
  reportsUsage: fc.boolean(),
  count: fc.constantFrom('no_endpoint', 'exact', 'low', 'down', 'tokenized'),
});
const lengths = fc.array(fc.oneof(fc.nat(600), fc.nat(20_000)), { minLength: 1, maxLength: 6 });
const run: fc.Arbitrary<PlayedRun> = fc.record({
  models: fc.array(model, { minLength: 1, maxLength: 3 }),
  bytesPerToken: fc.double({ min: 3, max: 6, noNaN: true }),
  systemTokens: fc.nat(8_000),
  answerTokens: lengths,
  resultTokens: lengths,
  picks: fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }),
});

test('[I4] [budget:cap:run-and-agent-day-hold] no run pays more than its cap, nor a turn more than is reserved for it, whatever its prices, lengths, models, reports and counts', () => {
  fc.assert(
    fc.property(run, fc.double({ min: 0.001, max: 1, noNaN: true }), (given, part) => {
      const free = sum(played(given, null, 12));
      const capNano = BigInt(Math.ceil(Number(free) * part));
      expect(sum(played(given, capNano, 40))).toBeLessThanOrEqual(capNano);
    }),
    { numRuns: 150 },
  );
});

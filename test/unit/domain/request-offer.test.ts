import { expect, test } from 'vitest';
import { requestOffer } from '../../../domain/request-offer.ts';
import { rates } from './played-run.ts';

/** A token costs 1,000 nano-dollars, one that is written into a cache 1,250. */
const caching = rates(1, 1, { read: 0.1, write: 1.25 });
const plain = rates(1, 1);
const request = { mostInputTokens: 10_000, wanted: 4_000, least: 256 };

const offer = (availableNano: bigint | undefined, cachesOnRequest = true, of = caching) =>
  requestOffer({ rates: of, cachesOnRequest }, { ...request, availableNano });

test.each([
  { it: 'all that is wanted without a cap', availableNano: undefined, outputTokens: 4_000, withoutCache: false },
  { it: 'all that is wanted where it fits', availableNano: 16_500_000n, outputTokens: 4_000, withoutCache: false },
  { it: 'less where that fits', availableNano: 13_000_000n, outputTokens: 500, withoutCache: false },
  { it: 'the least where that fits', availableNano: 12_756_000n, outputTokens: 256, withoutCache: false },
  {
    it: 'as much as fits without a cache where not even the least fits with one',
    availableNano: 12_755_000n,
    outputTokens: 2_755,
    withoutCache: true,
  },
  { it: 'the least without a cache', availableNano: 10_256_000n, outputTokens: 256, withoutCache: true },
  { it: 'nothing below that', availableNano: 10_255_000n, outputTokens: undefined, withoutCache: false },
])('[I4] [money:reservation:tight] a model that caches on request is asked for $it', (given) => {
  const { outputTokens, withoutCache, worstCaseNano } = offer(given.availableNano);
  expect({ outputTokens, withoutCache }).toEqual({
    outputTokens: given.outputTokens,
    withoutCache: given.withoutCache,
  });
  if (given.availableNano !== undefined && outputTokens !== undefined) {
    expect(worstCaseNano).toBeLessThanOrEqual(given.availableNano);
  }
});

test('[I4] a model that caches as it likes is never asked without', () => {
  expect(offer(12_755_000n, false)).toMatchObject({ outputTokens: undefined, withoutCache: false });
  expect(offer(12_755_000n, true, plain)).toMatchObject({ outputTokens: 2_755, withoutCache: false });
});

test('[budget:end:says-what-was-needed] what a request needs at least is the money with which it is made', () => {
  const { leastCostNano } = offer(undefined);
  expect(leastCostNano).toBe(10_256_000n);
  expect(offer(leastCostNano).outputTokens).toBe(256);
  expect(offer(leastCostNano - 1n).outputTokens).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { affordableOutputTokens, costNanoUsd, type ModelRates, worstCaseNanoUsd } from '../../../domain/prices.ts';

/** Rates of a model whose cache writes cost more than plain tokens, and long prompts more than short ones. */
const tiered: ModelRates = {
  inputNanoPerMtok: 3_000_000_000n,
  cacheReadNanoPerMtok: 300_000_000n,
  cacheWriteNanoPerMtok: 3_750_000_000n,
  outputNanoPerMtok: 15_000_000_000n,
  tiers: [
    {
      aboveInputTokens: 200_000,
      inputNanoPerMtok: 6_000_000_000n,
      cacheReadNanoPerMtok: 600_000_000n,
      cacheWriteNanoPerMtok: 7_500_000_000n,
      outputNanoPerMtok: 22_500_000_000n,
    },
  ],
  hiddenInputTokens: 600,
};
const noTokens = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

const rate = fc.bigInt({ min: 0n, max: 200_000_000_000n });
const tokenRates = fc.record({
  inputNanoPerMtok: rate,
  cacheReadNanoPerMtok: rate,
  cacheWriteNanoPerMtok: rate,
  outputNanoPerMtok: rate,
});
const anyRates: fc.Arbitrary<ModelRates> = fc
  .record({
    base: tokenRates,
    tiers: fc.uniqueArray(fc.tuple(fc.nat(500_000), tokenRates), { selector: ([above]) => above, maxLength: 3 }),
    hiddenInputTokens: fc.nat(600),
  })
  .map(({ base, tiers, hiddenInputTokens }) => ({
    ...base,
    tiers: tiers
      .map(([aboveInputTokens, rates]) => ({ aboveInputTokens, ...rates }))
      .sort((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    hiddenInputTokens,
  }));

describe('the cost of an answer', () => {
  test.each([
    {
      // 500 × $3 + 400 × $0.30 + 100 × $3.75 + 10 × $15, a million tokens each.
      name: 'is the sum of its parts at their own rates',
      usage: { inputTokens: 1_000, cacheReadTokens: 400, cacheWriteTokens: 100, outputTokens: 10 },
      nano: 2_145_000n,
    },
    { name: 'has the base rates up to a tier', usage: { ...noTokens, inputTokens: 200_000 }, nano: 600_000_000n },
    { name: 'has the rates of a tier above it', usage: { ...noTokens, inputTokens: 200_001 }, nano: 1_200_006_000n },
  ])('$name', ({ usage, nano }) => expect(costNanoUsd(tiered, usage)).toBe(nano));

  test('is rounded up to a whole nano-dollar', () => {
    const rates = { ...tiered, inputNanoPerMtok: 100_000n };
    expect(costNanoUsd(rates, { ...noTokens, inputTokens: 1 })).toBe(1n);
  });
});

describe('the worst case of a request', () => {
  test('uses the rates of a tier only if the prompt can reach it', () => {
    // 200,000 input tokens have the rate of a cache write. With one byte more all tokens have the rate of the tier.
    expect(worstCaseNanoUsd(tiered, 200_000, 0)).toBe(750_000_000n);
    expect(worstCaseNanoUsd(tiered, 200_001, 0)).toBe(1_500_007_500n);
    expect(worstCaseNanoUsd(tiered, 200_000, 1_000) - worstCaseNanoUsd(tiered, 200_000, 0)).toBe(15_000_000n);
    expect(worstCaseNanoUsd(tiered, 200_001, 1_000) - worstCaseNanoUsd(tiered, 200_001, 0)).toBe(22_500_000n);
  });

  test('[I4] is exceeded by no usage within its bounds', () => {
    const request = fc.record({ bytes: fc.nat(600_000), maxTokens: fc.nat(100_000) });
    const shares = fc.record({
      input: fc.double({ min: 0, max: 1, noNaN: true }),
      read: fc.nat(),
      write: fc.nat(),
      out: fc.nat(),
    });
    fc.assert(
      fc.property(anyRates, request, shares, (rates, { bytes, maxTokens }, share) => {
        const inputTokens = Math.floor(share.input * (bytes + rates.hiddenInputTokens));
        const cacheReadTokens = share.read % (inputTokens + 1);
        const cacheWriteTokens = share.write % (inputTokens - cacheReadTokens + 1);
        const outputTokens = share.out % (maxTokens + 1);
        const usage = { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens };
        expect(costNanoUsd(rates, usage) <= worstCaseNanoUsd(rates, bytes + rates.hiddenInputTokens, maxTokens)).toBe(
          true,
        );
      }),
    );
  });
});

describe('the output tokens that money allows', () => {
  const anyRequest = fc.record({
    availableNano: fc.bigInt({ min: 0n, max: 10n ** 11n }),
    mostInputTokens: fc.nat(600_000),
    wanted: fc.integer({ min: 256, max: 128_000 }),
    floor: fc.constant(256),
  });

  test('[I4] have a worst case that fits the available money, and one token more would not fit', () => {
    fc.assert(
      fc.property(anyRates, anyRequest, (rates, request) => {
        const { availableNano, mostInputTokens, wanted, floor } = request;
        const worstCaseOf = (maxTokens: number) => worstCaseNanoUsd(rates, mostInputTokens, maxTokens);
        const affordable = affordableOutputTokens(rates, request);
        if (affordable === undefined) {
          expect(worstCaseOf(floor)).toBeGreaterThan(availableNano);
          return;
        }
        expect(affordable).toBeGreaterThanOrEqual(floor);
        expect(affordable).toBeLessThanOrEqual(wanted);
        expect(worstCaseOf(affordable)).toBeLessThanOrEqual(availableNano);
        if (affordable < wanted) expect(worstCaseOf(affordable + 1)).toBeGreaterThan(availableNano);
      }),
    );
  });

  const free = { ...tiered, inputNanoPerMtok: 0n, cacheReadNanoPerMtok: 0n, cacheWriteNanoPerMtok: 0n, tiers: [] };
  const cheap = { ...free, outputNanoPerMtok: 1_000_000n };
  test.each([
    { name: 'are what is wanted, even below the floor', rates: cheap, availableNano: 1_000n, wanted: 100, tokens: 100 },
    { name: 'are fewer than wanted', rates: cheap, availableNano: 1_000n, wanted: 5_000, tokens: 1_000 },
    { name: 'are none below the floor', rates: cheap, availableNano: 200n, wanted: 5_000, tokens: undefined },
    {
      name: 'are what is wanted where output is free',
      rates: { ...free, outputNanoPerMtok: 0n },
      availableNano: 0n,
      wanted: 5_000,
      tokens: 5_000,
    },
    {
      name: 'are none where the prompt costs too much',
      rates: tiered,
      availableNano: 1n,
      wanted: 1,
      tokens: undefined,
    },
  ])('$name', ({ rates, availableNano, wanted, tokens }) => {
    expect(affordableOutputTokens(rates, { mostInputTokens: 0, availableNano, wanted, floor: 256 })).toBe(tokens);
  });
});

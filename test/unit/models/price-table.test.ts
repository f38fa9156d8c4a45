import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costNanoUsd, dearestPrices, type ModelRates, priceOf, worstCaseNanoUsd } from '../../../models/price-table.ts';

const at = new Date('2026-11-01T12:00:00Z');

function known(kind: string, model: string): ModelRates {
  const rates = priceOf(kind, model, undefined, at);
  if (rates === undefined) throw new Error(`no price for ${model}`);
  return rates;
}

test('a known model has its listed prices, cache rates and tiers, exactly', () => {
  expect(known('anthropic', 'claude-sonnet-4-5')).toEqual({
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
  });
});

test('an unknown model has no price, unless its prices are given', () => {
  expect(priceOf('openai', 'no-such-model', undefined, at)).toBeUndefined();
  expect(priceOf('openai-compatible', 'gpt-4.1', undefined, at)).toBeUndefined();
  expect(priceOf('openai-compatible', 'mine', { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4 })).toEqual({
    inputNanoPerMtok: 100_000_000n,
    cacheReadNanoPerMtok: 100_000_000n,
    cacheWriteNanoPerMtok: 100_000_000n,
    outputNanoPerMtok: 400_000_000n,
    tiers: [],
    hiddenInputTokens: 0,
  });
  expect(() => priceOf('openai', 'mine', { input_usd_per_mtok: -1, output_usd_per_mtok: 1 })).toThrow(RangeError);
});

test('a cost is the sum of its parts at their own rates, in the tier of the prompt', () => {
  const rates = known('anthropic', 'claude-sonnet-4-5');
  const usage = {
    inputTokens: 1_000,
    cacheReadTokens: 400,
    cacheWriteTokens: 100,
    outputTokens: 10,
    reasoningTokens: 5,
  };
  // 500 × $3 + 400 × $0.30 + 100 × $3.75 + 10 × $15, a million tokens each.
  expect(costNanoUsd(rates, usage)).toBe(2_145_000n);
  const plain = { cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  expect(costNanoUsd(rates, { ...plain, inputTokens: 200_000 })).toBe(600_000_000n);
  expect(costNanoUsd(rates, { ...plain, inputTokens: 200_001 })).toBe(1_200_006_000n);
});

test('a fraction of a nano-dollar is charged as one', () => {
  const rates = priceOf('x', 'm', { input_usd_per_mtok: 0.0001, output_usd_per_mtok: 0 });
  if (rates === undefined) throw new Error('no price');
  const usage = { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  expect(costNanoUsd(rates, usage)).toBe(1n);
});

test('tiers count towards the dearest price only where the prompt can reach them', () => {
  const rates = known('google', 'gemini-2.5-pro');
  expect(dearestPrices(rates, 200_000)).toEqual({
    inputNanoPerMtok: 1_250_000_000n,
    outputNanoPerMtok: 10_000_000_000n,
  });
  expect(dearestPrices(rates, 200_001)).toEqual({
    inputNanoPerMtok: 2_500_000_000n,
    outputNanoPerMtok: 15_000_000_000n,
  });
});

test('no usage within the bound costs more than the worst case (I4)', () => {
  const usd = fc.double({ min: 0, max: 200, noNaN: true });
  const rate = fc.record({
    input_usd_per_mtok: usd,
    output_usd_per_mtok: usd,
    cache_read_usd_per_mtok: usd,
    cache_write_usd_per_mtok: usd,
  });
  const listed = ['claude-sonnet-4-5', 'claude-opus-5'].map((model) => known('anthropic', model));
  const rates = fc.oneof(
    fc.constantFrom(...listed, known('google', 'gemini-2.5-pro'), known('openai', 'gpt-5.4')),
    rate.map((given) => priceOf('anthropic', 'm', given)).filter((made) => made !== undefined),
  );
  const request = fc.record({ bytes: fc.nat(600_000), maxTokens: fc.nat(100_000) });
  const shares = fc.record({
    input: fc.double({ min: 0, max: 1, noNaN: true }),
    read: fc.nat(),
    write: fc.nat(),
    out: fc.nat(),
  });
  fc.assert(
    fc.property(rates, request, shares, (price, { bytes, maxTokens }, share) => {
      const inputTokens = Math.floor(share.input * (bytes + price.hiddenInputTokens));
      const cacheReadTokens = share.read % (inputTokens + 1);
      const cacheWriteTokens = share.write % (inputTokens - cacheReadTokens + 1);
      const outputTokens = share.out % (maxTokens + 1);
      const usage = { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens: 0 };
      expect(costNanoUsd(price, usage) <= worstCaseNanoUsd(price, bytes, maxTokens)).toBe(true);
    }),
  );
});

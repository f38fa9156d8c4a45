import { expect, test } from 'vitest';
import type { ModelRates } from '../../../domain/prices.ts';
import { anthropic } from '../../../models/kinds/anthropic.ts';
import { openai } from '../../../models/kinds/openai.ts';
import { openAiCompatible } from '../../../models/kinds/openai-compatible.ts';
import type { ProviderKind } from '../../../models/kinds/provider-kind.ts';
import { priceOf } from '../../../models/price-table.ts';

const at = new Date('2026-11-01T12:00:00Z');

function known(kind: ProviderKind, model: string): ModelRates {
  const rates = priceOf(kind, model, undefined, at);
  if (rates === undefined) throw new Error(`no price for ${model}`);
  return rates;
}

test('a known model has its listed prices, cache rates and tiers, exactly', () => {
  expect(known(anthropic, 'claude-sonnet-4-5')).toEqual({
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

test('writing into a prompt cache costs what its maker says, where no price names it', () => {
  const given = { input_usd_per_mtok: 2, output_usd_per_mtok: 8 };
  expect(priceOf(anthropic, 'mine', given)?.cacheWriteNanoPerMtok).toBe(2_500_000_000n);
  expect(priceOf(openai, 'mine', given)?.cacheWriteNanoPerMtok).toBe(2_000_000_000n);
  const named = { ...given, cache_write_usd_per_mtok: 3 };
  expect(priceOf(anthropic, 'mine', named)?.cacheWriteNanoPerMtok).toBe(3_000_000_000n);
});

test('an unknown model has no price, unless its prices are given', () => {
  expect(priceOf(openai, 'no-such-model', undefined, at)).toBeUndefined();
  expect(priceOf(openAiCompatible, 'gpt-4.1', undefined, at)).toBeUndefined();
  expect(priceOf(openAiCompatible, 'mine', { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4 })).toEqual({
    inputNanoPerMtok: 100_000_000n,
    cacheReadNanoPerMtok: 100_000_000n,
    cacheWriteNanoPerMtok: 100_000_000n,
    outputNanoPerMtok: 400_000_000n,
    tiers: [],
    hiddenInputTokens: 0,
  });
  expect(() => priceOf(openai, 'mine', { input_usd_per_mtok: -1, output_usd_per_mtok: 1 })).toThrow(RangeError);
});

import { calcPrice, type ModelPrice } from '@pydantic/genai-prices';
import type { RegisteredModel } from '../contract/providers.ts';
import { nanoFromUsd } from '../domain/money.ts';
import type { ModelRates, TokenRates } from '../domain/prices.ts';
import type { ProviderKind } from './kinds/provider-kind.ts';

/** Prices that a tenant gave with a model of its own, in USD per 1,000,000 tokens. */
export type GivenPrices = Pick<
  RegisteredModel,
  | 'input_usd_per_mtok'
  | 'output_usd_per_mtok'
  | 'cache_read_usd_per_mtok'
  | 'cache_write_usd_per_mtok'
  | 'audio_usd_per_mtok'
>;

type PricedKind = Pick<ProviderKind, 'priceTableId' | 'hiddenInputTokens' | 'cacheWritePercent'>;

/**
 * The rates of a model: those given with it, else those that the price table of @pydantic/genai-prices has for the date
 * `at`. Undefined when neither knows them: such a model can't be dialled, because its cost has no bound (I4).
 * A cache rate that nobody names is made from the input rate: the same for reads, `cacheWritePercent` of it for writes. A
 * look-up takes about 0.25 ms: keep the result.
 * @throws RangeError for a given price that is not an amount of money.
 */
export function priceOf(
  { priceTableId, hiddenInputTokens, cacheWritePercent }: PricedKind,
  model: string,
  given?: GivenPrices,
  at = new Date(),
): ModelRates | undefined {
  if (given?.input_usd_per_mtok !== undefined && given.output_usd_per_mtok !== undefined) {
    const rates = ratesOf(given.input_usd_per_mtok, given.output_usd_per_mtok, cacheWritePercent, {
      cacheRead: given.cache_read_usd_per_mtok,
      cacheWrite: given.cache_write_usd_per_mtok,
      sound: given.audio_usd_per_mtok,
    });
    return { ...rates, tiers: [], hiddenInputTokens };
  }
  if (priceTableId === undefined) return undefined;
  const prices = calcPrice({ input_tokens: 1 }, model, { providerId: priceTableId, timestamp: at })?.model_price;
  const base = prices && ratesAbove(prices, undefined, cacheWritePercent);
  if (prices === undefined || base === undefined) return undefined;
  const tiers = tierStarts(prices).flatMap((aboveInputTokens) => {
    const rates = ratesAbove(prices, aboveInputTokens, cacheWritePercent);
    return rates === undefined ? [] : [{ ...rates, aboveInputTokens }];
  });
  return { ...base, tiers, hiddenInputTokens };
}

function ratesAbove(
  prices: ModelPrice,
  aboveInputTokens: number | undefined,
  cacheWritePercent: number,
): TokenRates | undefined {
  const usd = (key: string) => priceAbove(prices[key], aboveInputTokens);
  const input = usd('input_mtok');
  const output = usd('output_mtok');
  if (input === undefined || output === undefined) return undefined;
  return ratesOf(input, output, cacheWritePercent, {
    cacheRead: usd('cache_read_mtok'),
    cacheWrite: usd('cache_write_mtok'),
    sound: usd('input_audio_mtok'),
  });
}

function ratesOf(
  inputUsd: number,
  outputUsd: number,
  cacheWritePercent: number,
  others: { cacheRead: number | undefined; cacheWrite: number | undefined; sound: number | undefined },
): TokenRates {
  const inputNano = nanoFromUsd(inputUsd);
  return {
    inputNanoPerMtok: inputNano,
    cacheReadNanoPerMtok: nanoFromUsd(others.cacheRead ?? inputUsd),
    cacheWriteNanoPerMtok:
      others.cacheWrite === undefined ? (inputNano * BigInt(cacheWritePercent)) / 100n : nanoFromUsd(others.cacheWrite),
    outputNanoPerMtok: nanoFromUsd(outputUsd),
    soundNanoPerMtok: others.sound === undefined ? undefined : nanoFromUsd(others.sound),
  };
}

/** The price just above a tier's start; undefined start: the base price. A price without tiers is the same everywhere. */
function priceAbove(price: ModelPrice[string], aboveInputTokens: number | undefined): number | undefined {
  if (price === undefined || typeof price === 'number') return price;
  if (aboveInputTokens === undefined) return price.base;
  const reached = price.tiers.filter((tier) => tier.start <= aboveInputTokens).sort((a, b) => a.start - b.start);
  return reached.at(-1)?.price ?? price.base;
}

function tierStarts(prices: ModelPrice): number[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
  );
  return [...new Set(starts)].sort((a, b) => a - b);
}

import { calcPrice, type ModelPrice } from '@pydantic/genai-prices';
import type { RegisteredModel } from '../contract/providers.ts';
import { type ReservationPrices, worstCaseNano } from '../domain/budget.ts';
import type { ModelUsage } from '../domain/model-usage.ts';
import { nanoFromUsd } from '../domain/money.ts';

/** Nano-dollars per 1,000,000 tokens: $1 per Mtok is 1_000_000_000n. */
export interface TokenRates {
  readonly inputNanoPerMtok: bigint;
  readonly cacheReadNanoPerMtok: bigint;
  readonly cacheWriteNanoPerMtok: bigint;
  /** Reasoning included. */
  readonly outputNanoPerMtok: bigint;
}

export interface ModelRates extends TokenRates {
  /** A prompt of more than `aboveInputTokens` tokens pays these rates for all tokens of its request. Ascending. */
  readonly tiers: readonly (TokenRates & { readonly aboveInputTokens: number })[];
  /** Input tokens that the provider bills though no byte of the request holds them (its own prompt for tool use). */
  readonly hiddenInputTokens: number;
}

/** Prices a tenant gave with a model of its own. */
export type GivenPrices = Pick<
  RegisteredModel,
  'input_usd_per_mtok' | 'output_usd_per_mtok' | 'cache_read_usd_per_mtok' | 'cache_write_usd_per_mtok'
>;

const TOKENS_PER_MTOK = 1_000_000n;

/** The ids the price table of @pydantic/genai-prices knows the kinds by. */
const tableIds: Readonly<Record<string, string>> = { anthropic: 'anthropic', openai: 'openai', google: 'google' };

/** Anthropic bills a prompt of its own for tools: 346 tokens for today's models, 530 for the longest it had. */
const hiddenTokens: Readonly<Record<string, number>> = { anthropic: 600 };

/**
 * The rates of a model: those given with it, else those of the price table of @pydantic/genai-prices at `at` (prices
 * change by date). Undefined when neither knows them: such a model can't be dialled, its cost has no bound (I4).
 * A cache rate that nobody names is taken to be the input rate. Takes about 0.25 ms: keep the result.
 * @throws RangeError for a given price that is no amount of money.
 */
export function priceOf(kind: string, model: string, given?: GivenPrices, at = new Date()): ModelRates | undefined {
  const hiddenInputTokens = hiddenTokens[kind] ?? 0;
  if (given?.input_usd_per_mtok !== undefined && given.output_usd_per_mtok !== undefined) {
    const rates = ratesOf(given.input_usd_per_mtok, given.output_usd_per_mtok, {
      cacheRead: given.cache_read_usd_per_mtok,
      cacheWrite: given.cache_write_usd_per_mtok,
    });
    return { ...rates, tiers: [], hiddenInputTokens };
  }
  const providerId = tableIds[kind];
  if (providerId === undefined) return undefined;
  const prices = calcPrice({ input_tokens: 1 }, model, { providerId, timestamp: at })?.model_price;
  const base = prices && ratesAbove(prices, undefined);
  if (prices === undefined || base === undefined) return undefined;
  const tiers = tierStarts(prices).flatMap((aboveInputTokens) => {
    const rates = ratesAbove(prices, aboveInputTokens);
    return rates === undefined ? [] : [{ ...rates, aboveInputTokens }];
  });
  return { ...base, tiers, hiddenInputTokens };
}

/**
 * What an answer cost, in nano-dollars, by the provider's own token counts. Rounded up once, over the sum of its parts:
 * rounding each part could exceed the reservation by a nano-dollar.
 */
export function costNanoUsd(rates: ModelRates, usage: ModelUsage): bigint {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
  const at = rates.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens) ?? rates;
  const plainTokens = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const perMtok =
    BigInt(plainTokens) * at.inputNanoPerMtok +
    BigInt(cacheReadTokens) * at.cacheReadNanoPerMtok +
    BigInt(cacheWriteTokens) * at.cacheWriteNanoPerMtok +
    BigInt(outputTokens) * at.outputNanoPerMtok;
  return (perMtok + TOKENS_PER_MTOK - 1n) / TOKENS_PER_MTOK;
}

/**
 * The most that a request can cost, in nano-dollars: at least `costNanoUsd` of any usage within its bytes (a token is at
 * least one byte) plus the hidden tokens, and within `maxOutputTokens` (I4).
 */
export function worstCaseNanoUsd(rates: ModelRates, requestBytes: number, maxOutputTokens: number): bigint {
  const mostInputTokens = requestBytes + rates.hiddenInputTokens;
  return worstCaseNano({
    ...dearestPrices(rates, mostInputTokens),
    requestBytes: mostInputTokens,
    maxTokens: maxOutputTokens,
  });
}

/** The dearest rates that a prompt of up to this many tokens can be charged at, cache writes and tiers included. */
export function dearestPrices(rates: ModelRates, mostInputTokens: number): ReservationPrices {
  const reachable = [rates, ...rates.tiers.filter((tier) => mostInputTokens > tier.aboveInputTokens)];
  return {
    inputNanoPerMtok: dearestOf(
      reachable.flatMap((at) => [at.inputNanoPerMtok, at.cacheReadNanoPerMtok, at.cacheWriteNanoPerMtok]),
    ),
    outputNanoPerMtok: dearestOf(reachable.map((at) => at.outputNanoPerMtok)),
  };
}

function ratesAbove(prices: ModelPrice, aboveInputTokens: number | undefined): TokenRates | undefined {
  const usd = (key: string) => priceAbove(prices[key], aboveInputTokens);
  const input = usd('input_mtok');
  const output = usd('output_mtok');
  if (input === undefined || output === undefined) return undefined;
  return ratesOf(input, output, { cacheRead: usd('cache_read_mtok'), cacheWrite: usd('cache_write_mtok') });
}

function ratesOf(
  inputUsd: number,
  outputUsd: number,
  cacheUsd: { cacheRead: number | undefined; cacheWrite: number | undefined },
): TokenRates {
  return {
    inputNanoPerMtok: nanoFromUsd(inputUsd),
    cacheReadNanoPerMtok: nanoFromUsd(cacheUsd.cacheRead ?? inputUsd),
    cacheWriteNanoPerMtok: nanoFromUsd(cacheUsd.cacheWrite ?? inputUsd),
    outputNanoPerMtok: nanoFromUsd(outputUsd),
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

/** Math.max takes no bigint. */
function dearestOf(rates: readonly bigint[]): bigint {
  let dearest = 0n;
  for (const rate of rates) if (rate > dearest) dearest = rate;
  return dearest;
}

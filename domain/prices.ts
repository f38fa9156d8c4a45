import type { ModelUsage } from './model-usage.ts';

/** Nano-dollars per 1,000,000 tokens: $1 per Mtok is 1_000_000_000n. */
export interface TokenRates {
  readonly inputNanoPerMtok: bigint;
  readonly cacheReadNanoPerMtok: bigint;
  readonly cacheWriteNanoPerMtok: bigint;
  /** Reasoning included. */
  readonly outputNanoPerMtok: bigint;
  /** For tokens of sounds. Absent: they cost what other input costs. */
  readonly soundNanoPerMtok?: bigint | undefined;
}

export interface ModelRates extends TokenRates {
  /** A prompt of more than `aboveInputTokens` tokens pays these rates for all tokens of its request. Ascending. */
  readonly tiers: readonly (TokenRates & { readonly aboveInputTokens: number })[];
  /** Input tokens that the provider bills although no byte of the request holds them (its own prompt for tool use). */
  readonly hiddenInputTokens: number;
}

const TOKENS_PER_MTOK = 1_000_000n;

/**
 * The cost of an answer, in nano-dollars, by the provider's own token counts. Rounded up once, over the sum of its parts:
 * rounding each part could exceed the reservation by a nano-dollar.
 */
export function costNanoUsd(rates: ModelRates, usage: Omit<ModelUsage, 'reasoningTokens'>): bigint {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
  const at = rates.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens) ?? rates;
  const plainTokens = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const soundTokens = at.soundNanoPerMtok === undefined ? 0 : Math.min(plainTokens, usage.soundTokens ?? 0);
  return nanoOf(
    BigInt(plainTokens - soundTokens) * at.inputNanoPerMtok +
      BigInt(soundTokens) * (at.soundNanoPerMtok ?? 0n) +
      BigInt(cacheReadTokens) * at.cacheReadNanoPerMtok +
      BigInt(cacheWriteTokens) * at.cacheWriteNanoPerMtok +
      BigInt(outputTokens) * at.outputNanoPerMtok,
  );
}

/**
 * The most that a request can cost, in nano-dollars (I4).
 * @param mostInputTokens a bound on its input, hidden tokens included (domain/input-bound.ts)
 * @param maxOutputTokens a bound on its output, reasoning included
 */
export function worstCaseNanoUsd(rates: ModelRates, mostInputTokens: number, maxOutputTokens: number): bigint {
  const { inputTimesRate, outputRate } = boundOf(rates, mostInputTokens);
  return nanoOf(inputTimesRate + BigInt(maxOutputTokens) * outputRate);
}

/**
 * The largest `max_tokens`, at most `wanted`, whose worst case fits into `availableNano`. Undefined when not even
 * `floor` tokens fit: an answer that is cut shorter is of no use.
 */
export function affordableOutputTokens(
  rates: ModelRates,
  request: { mostInputTokens: number; availableNano: bigint; wanted: number; floor: number },
): number | undefined {
  const { inputTimesRate, outputRate } = boundOf(rates, request.mostInputTokens);
  const leftForOutput = request.availableNano * TOKENS_PER_MTOK - inputTimesRate;
  if (leftForOutput < 0n) return undefined;
  if (outputRate === 0n) return request.wanted;
  const affordable = leftForOutput / outputRate;
  if (affordable >= BigInt(request.wanted)) return request.wanted;
  return affordable >= BigInt(request.floor) ? Number(affordable) : undefined;
}

/** The rates of requests that ask for no prompt cache, at a provider that writes into one only where it is asked to. */
export function withoutCacheWrites(rates: ModelRates): ModelRates {
  const tiers = rates.tiers.map((tier) => ({ ...tier, cacheWriteNanoPerMtok: 0n }));
  return { ...rates, cacheWriteNanoPerMtok: 0n, tiers };
}

/**
 * The bounds of a request at the dearest rates that a prompt of its size can be charged, cache writes and tiers
 * included.
 */
function boundOf(rates: ModelRates, mostInputTokens: number): { inputTimesRate: bigint; outputRate: bigint } {
  const reachable = [rates, ...rates.tiers.filter((tier) => mostInputTokens > tier.aboveInputTokens)];
  const inputRate = dearestOf(
    reachable.flatMap((at) => [at.inputNanoPerMtok, at.cacheReadNanoPerMtok, at.cacheWriteNanoPerMtok]),
  );
  const outputRate = dearestOf(reachable.map((at) => at.outputNanoPerMtok));
  return { inputTimesRate: BigInt(mostInputTokens) * inputRate, outputRate };
}

/** The highest price of a token of a sound, in percent of the price of one of a text. */
export function soundPricePercentOf(rates: ModelRates): number {
  const percents = [rates, ...rates.tiers].map(({ soundNanoPerMtok = 0n, inputNanoPerMtok }) =>
    inputNanoPerMtok === 0n ? 100 : Number((soundNanoPerMtok * 100n + inputNanoPerMtok - 1n) / inputNanoPerMtok),
  );
  return Math.max(100, ...percents);
}

/** Tokens times their rates as nano-dollars, rounded up. */
function nanoOf(tokensTimesRates: bigint): bigint {
  return (tokensTimesRates + TOKENS_PER_MTOK - 1n) / TOKENS_PER_MTOK;
}

/** `Math.max` takes no bigint. */
function dearestOf(rates: readonly bigint[]): bigint {
  return rates.reduce((dearest, rate) => (rate > dearest ? rate : dearest), 0n);
}

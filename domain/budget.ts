/** Percent of a cap at which clients are warned, once each. */
const WARNING_PERCENTS = [80, 90, 95] as const;

const TOKENS_PER_MTOK = 1_000_000n;

/** The percents that what was paid has reached, lowest first. */
export function warningsReached(paidNano: bigint, capNano: bigint): number[] {
  return WARNING_PERCENTS.filter((percent) => BigInt(percent) * capNano <= paidNano * 100n);
}

/** What an account has paid. What a provider charged above its bound counts, too, though no cap could hold it (I4). */
export function paidNano(account: { readonly spentNano: bigint; readonly excessNano: bigint }): bigint {
  return account.spentNano + account.excessNano;
}

/** The day that an agent's budget is of: UTC, yyyy-mm-dd. */
export function budgetDay(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** Prices in nano-dollars per million tokens. */
export interface ReservationPrices {
  /** The dearest input rate of the model (a cache write may cost more than a plain token). */
  readonly inputNanoPerMtok: bigint;
  readonly outputNanoPerMtok: bigint;
}

/**
 * The most that a request can cost: a token is at least one byte, so bytes bound the input tokens of any tokenizer;
 * `maxTokens` bounds the output, reasoning included. Rounded up (I4).
 */
export function worstCaseNano(request: ReservationPrices & { requestBytes: number; maxTokens: number }): bigint {
  const input = BigInt(Math.ceil(request.requestBytes)) * request.inputNanoPerMtok;
  const output = BigInt(Math.ceil(request.maxTokens)) * request.outputNanoPerMtok;
  return (input + output + TOKENS_PER_MTOK - 1n) / TOKENS_PER_MTOK;
}

/**
 * The largest `max_tokens`, at most `wanted`, whose worst case fits what is available; undefined when not even `floor`
 * tokens fit (an answer cut shorter is of no use).
 */
export function clampMaxTokens(
  request: ReservationPrices & { availableNano: bigint; requestBytes: number; wanted: number; floor: number },
): number | undefined {
  const { requestBytes, inputNanoPerMtok, outputNanoPerMtok, wanted } = request;
  const leftForOutput = request.availableNano * TOKENS_PER_MTOK - BigInt(Math.ceil(requestBytes)) * inputNanoPerMtok;
  if (leftForOutput < 0n) return undefined;
  if (outputNanoPerMtok <= 0n) return wanted;
  const affordable = leftForOutput / outputNanoPerMtok;
  if (affordable >= BigInt(wanted)) return wanted;
  return affordable >= BigInt(request.floor) ? Number(affordable) : undefined;
}

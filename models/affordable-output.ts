import { type ModelRates, worstCaseNanoUsd } from './price-table.ts';

const TOKENS_PER_MTOK = 1_000_000;

/** The largest `max_tokens`, at most `wanted`, whose worst case fits `availableNano`; 0 when not even the prompt does. */
export function affordableOutputTokens(
  rates: ModelRates,
  requestBytes: number,
  availableNano: bigint,
  wanted: number,
): number {
  if (worstCaseNanoUsd(rates, requestBytes, wanted) <= availableNano) return wanted;
  const promptNano = worstCaseNanoUsd(rates, requestBytes, 0);
  const leftNano = availableNano - promptNano;
  if (leftNano <= 0n) return 0;
  const nanoPerMtok = worstCaseNanoUsd(rates, requestBytes, TOKENS_PER_MTOK) - promptNano;
  return nanoPerMtok === 0n ? wanted : Number((leftNano * BigInt(TOKENS_PER_MTOK)) / nanoPerMtok);
}

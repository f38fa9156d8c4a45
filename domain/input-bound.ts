import type { ModelRates } from './prices.ts';

/** The prompt of a turn, as far as it bounds the input of a request. */
export interface PromptSize {
  /** Upper bound of the serialized request in UTF-8 bytes. */
  readonly promptBytes: number;
  /** Null: the turn was refreshed by a version that did not count the parts of a prompt. */
  readonly parts: PromptParts | null;
}

/** Upper bounds of the UTF-8 bytes of the parts of a prompt. */
export interface PromptParts {
  readonly systemBytes: number;
  readonly volatileBytes: number;
  readonly toolBytes: number;
  /** What this prompt says that is no part of a turn: a note on dropped turns, a summary, a result that was shortened. */
  readonly insertedBytes: number;
  /** All turns up to this prompt, also those that it does not show. Null: its turn was stored by a version that did not count. */
  readonly grownBytes: number | null;
}

/** What a model reported for its last request of the session, and how the prompt of that request differs from the present one. */
export interface InputReport {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  /** Our own count of the prompt that was reported on. */
  readonly promptTokens: number;
  /** Null: its turn was stored by a version that did not count. */
  readonly grownBytes: number | null;
  readonly sameSystem: boolean;
  readonly sameVolatile: boolean;
  readonly sameTools: boolean;
}

/** The most input tokens that a provider can bill for a request. */
export interface InputBound {
  readonly tokens: number;
  /** `reported`: what the model reported earlier, and the bytes added since. `bytes`: the bytes of the whole request. */
  readonly by: 'bytes' | 'reported';
}

/** Texts that were there before can have new neighbours, and some protocols join neighbours into one message. */
const REARRANGED_TOKENS = 64;
/**
 * No tokenizer needs less than half of our count for any script that was measured. A server that reports less counts only
 * what it did not find in its cache.
 */
const LEAST_SHARE_OF_OUR_COUNT = 0.5;

/**
 * Bounds the input of a request (I4). A token is at least one byte in every tokenizer, so the bytes of a request bound its
 * tokens. So does what the model reported for an earlier request, plus the bytes of everything that was added since:
 * messages are tokenized one by one, so a message that stays costs what it cost, and one that is dropped costs nothing.
 */
export function inputBound(rates: ModelRates, prompt: PromptSize, report: InputReport | undefined): InputBound {
  const byBytes = prompt.promptBytes + rates.hiddenInputTokens;
  const byReport = report === undefined ? undefined : boundByReport(rates, prompt.parts, report);
  return byReport !== undefined && byReport < byBytes
    ? { tokens: byReport, by: 'reported' }
    : { tokens: byBytes, by: 'bytes' };
}

function boundByReport(rates: ModelRates, parts: PromptParts | null, report: InputReport): number | undefined {
  if (parts?.grownBytes == null || report.grownBytes === null) return undefined;
  if (report.inputTokens < report.promptTokens * LEAST_SHARE_OF_OUR_COUNT) return undefined;
  const addedBytes =
    parts.grownBytes -
    report.grownBytes +
    parts.insertedBytes +
    (report.sameSystem ? 0 : parts.systemBytes) +
    (report.sameVolatile ? 0 : parts.volatileBytes) +
    (report.sameTools ? 0 : parts.toolBytes + rates.hiddenInputTokens);
  return report.inputTokens + addedBytes + REARRANGED_TOKENS;
}

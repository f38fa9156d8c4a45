import { isSameMediaWindow } from './media/media-window.ts';
import type { TranscriptWindow } from './transcript-window.ts';

/** A count of a prompt that a model may be sent, asked for because money is short. */
export type InputCount = { readonly provider: string; readonly model: string } & (UnsettledCount | SettledCount);

interface UnsettledCount {
  /** `asked`: nobody has answered yet. `failed`: nobody could. */
  readonly state: 'asked' | 'failed';
  /** What the prompt shows of the transcript. A count holds for no other prompt. */
  readonly window: TranscriptWindow;
}

interface SettledCount {
  /** `counted`: by the provider. `tokenized`: a bound by the tokenizer of the model. */
  readonly state: 'counted' | 'tokenized';
  readonly window: TranscriptWindow;
  readonly tokens: number;
  /** UTF-8 bytes of the request that was counted. */
  readonly requestBytes: number;
}

/** A prompt, as far as a count of it is concerned. */
export interface CountedPrompt {
  readonly window: TranscriptWindow;
  /** Tokens of its texts by our own tokenizer. They bound nothing. */
  readonly tokens: number;
  /** Upper bound of the serialized request in UTF-8 bytes, without its images. */
  readonly bytes: number;
  /** What the prompt adds when an earlier answer to it was of no use. */
  readonly retryBytes: number;
}

/**
 * Added to a provider's own count: one token in 50, and 64. Anthropic says of its count that it is an estimate, which may
 * differ by a small amount. OpenAI counts the same prompt as another of its APIs would be sent it.
 */
const MARGIN = { share: 0.02, tokens: 64 };
/** By how much a request may be longer than the one that was counted: `max_tokens` may have other digits, or another name. */
const FIELDS_BYTES = 64;
/**
 * No tokenizer needs less than half of our count for any script that was measured. A server that says less counts only what
 * it did not find in its cache.
 */
const LEAST_SHARE_OF_OUR_COUNT = 0.5;

/** The bound that a count makes. Undefined when it makes none: it is not there, is of another prompt, or can't be true. */
export function boundByCount(
  prompt: CountedPrompt,
  count: InputCount,
): { tokens: number; by: 'counted' | 'tokenized' } | undefined {
  if (!isSettled(count) || !isOf(count, prompt.window) || !isCredible(count.tokens, prompt.tokens)) return undefined;
  const { tokens, state } = count;
  const margin = state === 'counted' ? Math.ceil(tokens * MARGIN.share) + MARGIN.tokens : 0;
  return { tokens: tokens + margin + prompt.retryBytes, by: state };
}

/**
 * The longest body that a bound by this count pays for, in UTF-8 bytes. A longer one is never sent.
 * @param mostBytes of the serialized request, images included
 */
export function countedRequestBytes(
  { retryBytes }: Pick<CountedPrompt, 'retryBytes'>,
  mostBytes: number,
  count: InputCount,
): number {
  return isSettled(count) ? Math.min(mostBytes, count.requestBytes + FIELDS_BYTES + retryBytes) : mostBytes;
}

/** True when nobody was asked yet to count this prompt, or nobody has answered yet. */
export function isUncounted(count: InputCount | undefined, window: TranscriptWindow): boolean {
  return count === undefined || count.state === 'asked' || !isOf(count, window);
}

/** True for a number of input tokens that can be all that a provider bills. */
export function isCredible(tokens: number, ourTokens: number): boolean {
  return tokens >= ourTokens * LEAST_SHARE_OF_OUR_COUNT;
}

function isSettled(count: InputCount): count is Extract<InputCount, SettledCount> {
  return count.state === 'counted' || count.state === 'tokenized';
}

function isOf({ window }: InputCount, shown: TranscriptWindow): boolean {
  return (
    WINDOW_FIELDS.every((field) => window[field] === shown[field]) && isSameMediaWindow(window.images, shown.images)
  );
}

const WINDOW_FIELDS = [
  'firstTurn',
  'wholeFrom',
  'latestResultsLevel',
  'messagesFrom',
  'wholeMessagesFrom',
  'latestMessageTurn',
  'latestMessageLevel',
] as const satisfies readonly (keyof TranscriptWindow)[];

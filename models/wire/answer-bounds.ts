import { ModelCallError } from '../model-call.ts';

/**
 * Bounds on an answer, by the longest answer that was asked for. An endpoint that knows no `max_tokens` may write without end, and
 * each piece of it takes CPU from all sessions of the worker: 42 s for three million characters in pieces of eight.
 */
export interface AnswerBounds {
  /** Characters of texts, thoughts, names and arguments. A token of a real answer has four. */
  readonly characters: number;
  /** Characters of one document of the response. */
  readonly documentCharacters: number;
  /** Documents and comments of a stream. A real stream has one for each token, and pings. */
  readonly frames: number;
  readonly toolCalls: number;
  /** Texts, thoughts and calls, in the order in which they were written. */
  readonly parts: number;
}

const MOST_TOOL_CALLS = 512;
const MOST_PARTS = 8_192;

export function answerBounds(maxOutputTokens: number): AnswerBounds {
  return {
    characters: 64 * maxOutputTokens,
    documentCharacters: Math.max(1_000_000, 128 * maxOutputTokens),
    frames: 20_000 + 4 * maxOutputTokens,
    toolCalls: MOST_TOOL_CALLS,
    parts: MOST_PARTS,
  };
}

/** The most bytes of a response, decoded. A frame of a real stream has some 300 bytes for each token. */
export function mostAnswerBytes(maxOutputTokens: number): number {
  return 8 * 1024 * 1024 + 2_048 * maxOutputTokens;
}

/** @param has what the answer has, as in "the answer has more than 512 tool calls" */
export function answerTooLong(has: string): ModelCallError {
  return new ModelCallError('model.answer_too_long', `the answer ${has}`, { transient: false, mayHaveCharged: true });
}

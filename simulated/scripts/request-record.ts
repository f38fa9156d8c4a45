import type { ModelUsage } from '../../domain/model-usage.ts';
import type { ModelProtocol } from '../../models/model-call.ts';

/** What was sent in answer to one request. */
export interface SentAnswer {
  /** Null: no status line was sent. */
  status: number | null;
  /** The usage that the client was told. Null: it was told none. */
  usage: ModelUsage | null;
  /** False when `usage` holds only what the beginning of a stream says. */
  usageComplete: boolean;
  /** Number of pieces of the answer that were written to the connection. */
  frames: number;
  /** True when the whole answer was written. */
  finished: boolean;
  /** True when the client went away before that. */
  clientAborted: boolean;
}

/** One request that a script has seen. It changes until it is answered. */
export interface RequestRecord {
  readonly index: number;
  readonly at: string;
  readonly protocol: ModelProtocol;
  readonly model: string | null;
  readonly stream: boolean | null;
  /** Null when the request was refused before the script was asked. */
  readonly turn: number | null;
  readonly attempt: number | null;
  /** The parsed body. Null for generate scripts, whose logs would outgrow memory. */
  readonly body: unknown;
  /** True once nothing more will be sent. */
  closed: boolean;
  readonly sent: SentAnswer;
}

/** The answer of `GET /scripts/{name}` and `GET /requests/wait`. */
export interface ScriptReport {
  readonly name: string;
  readonly exhausted: { readonly turn: number; readonly attempt: number; readonly detail: string } | null;
  /** Number of requests seen, including those that `requests` no longer lists. */
  readonly seen: number;
  readonly closed: number;
  /** Number of questions for the input tokens of a request. They are no requests of `requests`. */
  readonly counts: number;
  /** The sum of the usage of all answers whose usage was sent completely. */
  readonly reported: ModelUsage;
  readonly requests: readonly RequestRecord[];
}

export function unsent(): SentAnswer {
  return { status: null, usage: null, usageComplete: false, frames: 0, finished: false, clientAborted: false };
}

export function addUsage(sum: ModelUsage, usage: ModelUsage): ModelUsage {
  return {
    inputTokens: sum.inputTokens + usage.inputTokens,
    cacheReadTokens: sum.cacheReadTokens + usage.cacheReadTokens,
    cacheWriteTokens: sum.cacheWriteTokens + usage.cacheWriteTokens,
    outputTokens: sum.outputTokens + usage.outputTokens,
    reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
  };
}

export const noUsage: ModelUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

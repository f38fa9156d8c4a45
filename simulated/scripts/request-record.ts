import type { ModelUsage } from '../../domain/model-usage.ts';
import type { ModelProtocol } from '../../models/model-call.ts';

/** What went over the wire in answer to one request. */
export interface SentAnswer {
  /** Null: no status line was sent. */
  status: number | null;
  /** The usage the client was told; null when it was told none. */
  usage: ModelUsage | null;
  /** False when `usage` is only what the opening of a stream says. */
  usageComplete: boolean;
  /** Pieces of the answer handed to the connection. */
  frames: number;
  /** The whole answer was handed over. */
  finished: boolean;
  /** The client went away before that. */
  clientAborted: boolean;
}

/** One request a script has seen. Mutable while it is being answered. */
export interface RequestRecord {
  readonly index: number;
  readonly at: string;
  readonly protocol: ModelProtocol;
  readonly model: string | null;
  readonly stream: boolean | null;
  /** Null when the request was refused before the script was asked. */
  readonly turn: number | null;
  readonly attempt: number | null;
  /** The parsed body; null for generate scripts, whose logs would outgrow memory. */
  readonly body: unknown;
  /** True once nothing more will be sent. */
  closed: boolean;
  readonly sent: SentAnswer;
}

/** What `GET /scripts/{name}` and `GET /requests/wait` answer. */
export interface ScriptReport {
  readonly name: string;
  readonly exhausted: { readonly turn: number; readonly attempt: number; readonly detail: string } | null;
  /** Requests seen, those that `requests` no longer lists included. */
  readonly seen: number;
  readonly closed: number;
  /** Sums over the usage of all answers whose usage was told completely. */
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

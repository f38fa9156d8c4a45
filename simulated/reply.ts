import type { ModelUsage } from '../domain/model-usage.ts';
import { utf8Beginning } from '../domain/utf8-beginning.ts';
import type { ConversationItem, SimulatedRequest } from './conversation.ts';

export type FinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other';

/** An answer of the agent or a script before it is cut to the output limit and its tokens are counted. */
export interface Draft {
  readonly text: string;
  readonly reasoning?: string | undefined;
  readonly toolCalls: readonly { readonly id?: string | undefined; readonly name: string; readonly rawArgs: string }[];
  readonly finish?: FinishReason | undefined;
  /** Null: no usage is reported. Counts that are given here replace the real ones. */
  readonly usage?: Partial<ModelUsage> | null | undefined;
}

export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly rawArgs: string }[];
  readonly finish: FinishReason;
  /** The usage that the provider reports. Null: it reports none. */
  readonly usage: ModelUsage | null;
}

export const BYTES_PER_TOKEN = 4;
const cacheStepTokens = 128;
const cacheMinimumTokens = 1024;

/**
 * Cuts the draft at the request's output limit and counts tokens. The same request and draft always make the same reply.
 * The input count is at most the request's UTF-8 bytes, and the output count is at most its token limit: a reservation
 * relies on both bounds (I4). A script may report a usage that breaks them on purpose.
 */
export function composeReply(request: SimulatedRequest, draft: Draft, attempt: number): Reply {
  const room = new OutputRoom(request.maxOutputTokens);
  const reasoning = room.take(draft.reasoning ?? '');
  const reasoningBytes = room.usedBytes;
  const text = room.take(draft.text);
  const toolCalls: Reply['toolCalls'][number][] = [];
  for (const [index, call] of draft.toolCalls.entries()) {
    if (room.exceeded) break;
    const name = room.take(call.name);
    if (name !== call.name) break;
    const id = call.id ?? `call_sim_${request.turn}_${attempt}_${index}`;
    toolCalls.push({ id, name, rawArgs: room.take(call.rawArgs) });
  }
  const finish = room.exceeded ? 'length' : (draft.finish ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop'));
  const usage =
    draft.usage === null ? null : { ...countUsage(request, room.usedBytes, reasoningBytes), ...draft.usage };
  const id = `sim-${request.turn}-${attempt}-${request.bodyBytes.toString(36)}`;
  return { id, model: request.model, text, reasoning, toolCalls, finish, usage };
}

function countUsage(request: SimulatedRequest, outputBytes: number, reasoningBytes: number): ModelUsage {
  const inputTokens = countTokens(request.bodyBytes);
  return {
    inputTokens,
    cacheReadTokens: request.cachesPrompt ? Math.min(inputTokens, cachedPrefixTokens(request.items)) : 0,
    cacheWriteTokens: 0,
    outputTokens: Math.max(1, countTokens(outputBytes)),
    reasoningTokens: Math.floor(reasoningBytes / BYTES_PER_TOKEN),
  };
}

export function countTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Tokens that an earlier request of the conversation has certainly sent: those before the last assistant message. */
function cachedPrefixTokens(items: readonly ConversationItem[]): number {
  const lastAssistant = items.findLastIndex((item) => item.kind === 'assistant');
  let characters = 0;
  for (const item of items.slice(0, Math.max(0, lastAssistant))) {
    characters += item.kind === 'result' ? item.output.length : item.text.length;
  }
  const tokens = Math.floor(characters / BYTES_PER_TOKEN / cacheStepTokens) * cacheStepTokens;
  return tokens >= cacheMinimumTokens ? tokens : 0;
}

class OutputRoom {
  usedBytes = 0;
  exceeded = false;
  readonly #limitBytes: number;

  constructor(maxOutputTokens: number | undefined) {
    this.#limitBytes = (maxOutputTokens ?? Number.POSITIVE_INFINITY) * BYTES_PER_TOKEN;
  }

  take(text: string): string {
    const bytes = Buffer.byteLength(text);
    if (this.usedBytes + bytes <= this.#limitBytes) {
      this.usedBytes += bytes;
      return text;
    }
    const kept = utf8Beginning(text, this.#limitBytes - this.usedBytes);
    this.usedBytes += Buffer.byteLength(kept);
    this.exceeded = true;
    return kept;
  }
}

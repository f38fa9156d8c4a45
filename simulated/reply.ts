import type { ModelUsage } from '../domain/model-usage.ts';
import type { ConversationItem, SimulatedRequest } from './conversation.ts';

export type FinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other';

/** What the agent or a script wants to say, before limits and counting. */
export interface Draft {
  readonly text: string;
  readonly reasoning?: string;
  readonly toolCalls: readonly { readonly id?: string; readonly name: string; readonly rawArgs: string }[];
  readonly finish?: FinishReason;
  /** Null: report no usage. Fields that are given replace the counted ones. */
  readonly usage?: Partial<ModelUsage> | null;
}

export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly rawArgs: string }[];
  readonly finish: FinishReason;
  /** What the provider reports; null when it reports nothing. */
  readonly usage: ModelUsage | null;
}

const bytesPerToken = 4;
const cacheStepTokens = 128;
const cacheMinimumTokens = 1024;

/**
 * Cuts the draft at the request's output limit and counts tokens. Deterministic: the same request and draft make the
 * same reply. The input count is at most the request's UTF-8 bytes and the output count at most its token limit, the
 * two bounds a reservation relies on (I4); scripted usage may break them on purpose.
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
    reasoningTokens: Math.floor(reasoningBytes / bytesPerToken),
  };
}

export function countTokens(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

/** What an earlier request of the same conversation has certainly sent: everything before the last assistant message. */
function cachedPrefixTokens(items: readonly ConversationItem[]): number {
  const lastAssistant = items.findLastIndex((item) => item.kind === 'assistant');
  let characters = 0;
  for (const item of items.slice(0, Math.max(0, lastAssistant))) {
    characters += item.kind === 'result' ? item.output.length : item.text.length;
  }
  const tokens = Math.floor(characters / bytesPerToken / cacheStepTokens) * cacheStepTokens;
  return tokens >= cacheMinimumTokens ? tokens : 0;
}

class OutputRoom {
  usedBytes = 0;
  exceeded = false;
  readonly #limitBytes: number;

  constructor(maxOutputTokens: number | undefined) {
    this.#limitBytes = (maxOutputTokens ?? Number.POSITIVE_INFINITY) * bytesPerToken;
  }

  take(text: string): string {
    const bytes = Buffer.byteLength(text);
    if (this.usedBytes + bytes <= this.#limitBytes) {
      this.usedBytes += bytes;
      return text;
    }
    const kept = cutAtCharacter(text, this.#limitBytes - this.usedBytes);
    this.usedBytes += Buffer.byteLength(kept);
    this.exceeded = true;
    return kept;
  }
}

/** The longest prefix of at most `maxBytes` UTF-8 bytes that ends between two characters. */
function cutAtCharacter(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, maxBytes);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

import type { JsonRecord } from '../../domain/json-record.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';
import type { ModelProtocol } from '../model-call.ts';
import { recordOf } from './loose-json.ts';

/**
 * Token counts as the provider reported them, under whatever names. Undefined where it reported none: half a report is
 * none, and zeros beside a non-empty answer are none, because an answer must not be free for want of a count (I3).
 */
export function usageOf(
  raw: JsonRecord | undefined,
  { protocol, answered }: { readonly protocol: ModelProtocol; readonly answered: boolean },
): ModelUsage | undefined {
  if (raw === undefined) return undefined;
  const usage = protocol === 'google-generate' && 'promptTokenCount' in raw ? ofGoogle(raw) : ofOthers(raw, protocol);
  if (usage === undefined || usage.inputTokens === 0) return undefined;
  if (usage.outputTokens === 0 && answered) return undefined;
  return Object.values(usage).every((each) => each === undefined || Number.isSafeInteger(each)) ? usage : undefined;
}

/** Real reports have a dozen. */
const MOST_COUNTS = 64;

/** Later counts replace earlier ones, but a zero replaces nothing: some proxies end with zeros. */
export function withLaterCounts(before: JsonRecord | undefined, later: JsonRecord): JsonRecord {
  const counts = Object.entries(later).filter(([name, count]) => count != null && !(count === 0 && before?.[name]));
  return withCounts(before, counts);
}

/** A report with more counts, up to so many: each frame of a stream may bring others. */
export function withCounts(
  before: JsonRecord | undefined,
  counts: readonly (readonly [string, unknown])[],
): JsonRecord {
  return Object.fromEntries(
    [...Object.entries(before ?? {}), ...counts.slice(0, MOST_COUNTS)].slice(0, 2 * MOST_COUNTS),
  );
}

function ofGoogle(raw: JsonRecord): ModelUsage | undefined {
  const prompt = count(raw, 'promptTokenCount');
  const visible = count(raw, 'candidatesTokenCount');
  const total = count(raw, 'totalTokenCount');
  if (prompt === undefined || (visible === undefined && total === undefined)) return undefined;
  const inputTokens = prompt + (count(raw, 'toolUsePromptTokenCount') ?? 0);
  const reasoningTokens = count(raw, 'thoughtsTokenCount') ?? 0;
  return {
    inputTokens,
    cacheReadTokens: Math.min(inputTokens, count(raw, 'cachedContentTokenCount') ?? 0),
    cacheWriteTokens: 0,
    outputTokens: Math.max((visible ?? 0) + reasoningTokens, (total ?? 0) - inputTokens),
    reasoningTokens,
    soundTokens: soundTokensOfGoogle(raw.promptTokensDetails),
  };
}

function ofOthers(raw: JsonRecord, protocol: ModelProtocol): ModelUsage | undefined {
  const read =
    count(raw, 'cache_read_input_tokens', 'prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_tokens') ??
    inner(raw, ['prompt_tokens_details', 'input_tokens_details'], ['cached_tokens', 'cache_read_tokens']) ??
    0;
  const written =
    count(raw, 'cache_creation_input_tokens', 'cache_creation_tokens', 'cache_write_tokens') ??
    inner(raw, ['prompt_tokens_details', 'input_tokens_details'], ['cache_write_tokens', 'cache_creation_tokens']) ??
    0;
  const reported = count(raw, 'prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens') ?? hitAndMiss(raw);
  if (reported === undefined) return undefined;
  // Anthropic counts cached input beside the rest. Others count it in; where that can't be, they don't either.
  const apart = protocol === 'anthropic-messages' || read + written > reported;
  const inputTokens = apart ? reported + read + written : reported;

  const reasoningTokens =
    count(raw, 'reasoning_tokens', 'thinking_tokens') ??
    inner(raw, ['completion_tokens_details', 'output_tokens_details'], ['reasoning_tokens', 'thinking_tokens']) ??
    0;
  const completion = count(raw, 'completion_tokens', 'output_tokens', 'completionTokens', 'outputTokens');
  const total = count(raw, 'total_tokens', 'totalTokens');
  if (completion === undefined && (total === undefined || total <= inputTokens)) return undefined;
  // Some leave reasoning out of the completion: more reasoning than completion is impossible, and the total tells.
  const visible = completion ?? 0;
  const withReasoning = reasoningTokens > visible ? visible + reasoningTokens : visible;
  return {
    inputTokens,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    outputTokens: Math.max(withReasoning, (total ?? 0) - inputTokens),
    reasoningTokens,
    soundTokens: inner(raw, ['prompt_tokens_details', 'input_tokens_details'], ['audio_tokens']),
  };
}

/** Google lists the tokens of each kind of input. */
function soundTokensOfGoogle(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  return details.flatMap((each) => {
    const detail = recordOf(each);
    return detail?.modality === 'AUDIO' ? (count(detail, 'tokenCount') ?? []) : [];
  })[0];
}

/** DeepSeek's way of counting input. */
function hitAndMiss(raw: JsonRecord): number | undefined {
  const miss = count(raw, 'prompt_cache_miss_tokens');
  return miss === undefined ? undefined : miss + (count(raw, 'prompt_cache_hit_tokens') ?? 0);
}

function inner(raw: JsonRecord, groups: readonly string[], names: readonly string[]): number | undefined {
  for (const group of groups) {
    const value = count(recordOf(raw[group]) ?? {}, ...names);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The first of the counts that is there, as a number or its digits. */
function count(raw: JsonRecord, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = typeof raw[name] === 'string' && /^\d+$/.test(raw[name]) ? Number(raw[name]) : raw[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.ceil(value);
  }
  return undefined;
}

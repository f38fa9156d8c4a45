import type {
  LanguageModelV3FinishReason,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
} from '@ai-sdk/provider';
import type { ModelUsage } from '../domain/model-usage.ts';
import { type AnswerPart, isPlain } from './answer-shape.ts';
import type { ProtocolAdapter } from './kinds/provider-kind.ts';
import { type ModelAnswer, ModelCallError, type ModelTarget } from './model-call.ts';

/** What has been said so far, for the case that the answer ends in a failure. */
export interface AnswerProgress {
  text: string;
}

export interface AnswerReading {
  readonly target: ModelTarget;
  /** The fields in which the provider reports its token counts. */
  readonly usageFields: ProtocolAdapter['usageFields'];
  readonly maxOutputTokens: number;
  /** Kept current. */
  readonly progress: AnswerProgress;
  readonly onTextDelta: ((text: string) => void) | undefined;
}

/**
 * Tokens of real answers have four. An endpoint that knows no `max_tokens` may write without end, and each piece of it takes
 * CPU from all sessions of the worker: 42 s for three million characters in pieces of eight.
 */
const MAX_CHARACTERS_PER_TOKEN = 64;

type ToolCall = ModelAnswer['toolCalls'][number];
type FinishPart = Extract<LanguageModelV3StreamPart, { type: 'finish' }>;

/**
 * Reads one streamed answer to its end.
 * @throws what the stream throws or reports; ModelCallError `model.interrupted` when it ends without a finish reason,
 *   `model.answer_too_long` when it is far longer than was asked for.
 */
export async function readAnswer(
  stream: ReadableStream<LanguageModelV3StreamPart>,
  { target, usageFields, maxOutputTokens, progress, onTextDelta }: AnswerReading,
): Promise<ModelAnswer> {
  const parts: AnswerPart[] = [];
  /** Parts that are still being streamed, by kind and the library's own id. */
  const open = new Map<string, Extract<AnswerPart, { type: 'text' | 'reasoning' }>>();
  const toolCalls: ToolCall[] = [];
  let finish: FinishPart | undefined;
  let charactersLeft = maxOutputTokens * MAX_CHARACTERS_PER_TOKEN;

  const opened = (type: 'text' | 'reasoning', id: string) => {
    const known = open.get(`${type} ${id}`);
    if (known !== undefined) return known;
    const part = type === 'text' ? { type, length: 0 } : { type, text: '' };
    parts.push(part);
    open.set(`${type} ${id}`, part);
    return part;
  };

  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const part = next.value;
      if ('delta' in part) charactersLeft -= part.delta.length;
      if (charactersLeft < 0) throw answerTooLong(maxOutputTokens);
      switch (part.type) {
        case 'text-start':
        case 'text-end':
        case 'reasoning-start':
        case 'reasoning-end':
          addMetadata(opened(part.type.startsWith('text') ? 'text' : 'reasoning', part.id), part.providerMetadata);
          // Some providers use the same id for each of an answer's blocks.
          if (part.type === 'text-end' || part.type === 'reasoning-end')
            open.delete(part.type.replace('-end', ` ${part.id}`));
          break;
        case 'text-delta': {
          const text = opened('text', part.id);
          if (text.type === 'text') text.length += part.delta.length;
          addMetadata(text, part.providerMetadata);
          progress.text += part.delta;
          if (part.delta !== '') onTextDelta?.(part.delta);
          break;
        }
        case 'reasoning-delta': {
          const reasoning = opened('reasoning', part.id);
          if (reasoning.type === 'reasoning') reasoning.text += part.delta;
          addMetadata(reasoning, part.providerMetadata);
          break;
        }
        case 'tool-call': {
          // Tools that run at the provider are never asked for.
          if (part.providerExecuted) break;
          toolCalls.push(toolCallOf(part.toolName, part.input));
          const call: AnswerPart = { type: 'tool-call' };
          addMetadata(call, part.providerMetadata);
          parts.push(call);
          break;
        }
        case 'error':
          throw part.error;
        case 'finish':
          finish = part;
          break;
        // Announcements of parts that arrive whole later, and kinds that are never asked for.
        default:
          break;
      }
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    // What breaks after the finish part breaks nothing: the answer is whole and paid for.
    if (finish === undefined) throw error;
  }

  // The adapters end every stream with a finish part, and with counts that may be of half an answer; only a provider's
  // own reason says that the answer is whole.
  if (finish?.finishReason.raw === undefined) {
    throw new ModelCallError('model.interrupted', 'the stream ended before the answer did', {
      transient: true,
      mayHaveCharged: true,
      ...(progress.text === '' ? {} : { partialText: progress.text }),
    });
  }
  const usage = usageOf(finish.usage, usageFields);
  const { provider, model } = target;
  return {
    text: progress.text,
    toolCalls,
    ...(usage === undefined ? {} : { usage }),
    finishReason: finishReasonOf(finish.finishReason, toolCalls.length > 0),
    ...(isPlain({ parts }) ? {} : { reasoning: { provider, model, content: { parts } } }),
  };
}

function answerTooLong(maxOutputTokens: number): ModelCallError {
  return new ModelCallError('model.answer_too_long', `the answer is far longer than ${maxOutputTokens} tokens`, {
    transient: false,
    mayHaveCharged: true,
  });
}

function addMetadata(part: AnswerPart, metadata: SharedV3ProviderMetadata | undefined): void {
  if (metadata === undefined) return;
  // JSON of the provider by the library's contract; undefined members vanish when it is stored.
  part.metadata = {
    ...part.metadata,
    ...(JSON.parse(JSON.stringify(metadata)) as NonNullable<AnswerPart['metadata']>),
  };
}

/** Arguments are parsed, not checked: the tool's schema is checked by the pipeline. No arguments at all are `{}`. */
function toolCallOf(name: string, rawArgs: string): ToolCall {
  try {
    const args: unknown = JSON.parse(rawArgs.trim() === '' ? '{}' : rawArgs);
    if (typeof args === 'object' && args !== null && !Array.isArray(args)) {
      // A JSON object's keys are strings.
      return { name, args: args as Record<string, unknown>, rawArgs };
    }
  } catch {
    // Not JSON: the caller shows the model its own text.
  }
  return { name, rawArgs };
}

function finishReasonOf(reason: LanguageModelV3FinishReason, hasToolCalls: boolean): ModelAnswer['finishReason'] {
  const { unified } = reason;
  if (unified === 'length' || unified === 'content-filter') return unified;
  // Some OpenAI-compatible servers finish with "stop" although they called tools.
  if (hasToolCalls) return 'tool-calls';
  return unified === 'stop' ? 'stop' : 'other';
}

/**
 * Usage as the provider reported it, undefined where it did not: the adapters turn missing numbers into zeros, and an
 * answer must not be free because its usage was half reported (I3).
 */
function usageOf(
  { inputTokens, outputTokens, raw }: LanguageModelV3Usage,
  fields: ProtocolAdapter['usageFields'],
): ModelUsage | undefined {
  const counts = [inputTokens.total, outputTokens.total, inputTokens.cacheRead ?? 0, inputTokens.cacheWrite ?? 0];
  if (raw === undefined || !counts.every((count) => Number.isSafeInteger(count) && (count ?? -1) >= 0))
    return undefined;
  const reported = (names: readonly string[]) => names.some((name) => typeof raw[name] === 'number');
  if (!reported(fields.input) || !reported(fields.output)) return undefined;
  return {
    inputTokens: inputTokens.total ?? 0,
    cacheReadTokens: inputTokens.cacheRead ?? 0,
    cacheWriteTokens: inputTokens.cacheWrite ?? 0,
    outputTokens: outputTokens.total ?? 0,
    reasoningTokens: outputTokens.reasoning ?? 0,
  };
}

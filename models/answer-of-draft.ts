import { digitsAsStrings, hasInexactNumber, unmarkedText } from '../domain/exact-json.ts';
import { type AnswerShape, isPlain } from './answer-shape.ts';
import {
  type ModelAnswer,
  ModelCallError,
  type ModelFailureType,
  type ModelTarget,
  type WireBytes,
} from './model-call.ts';
import type { AnswerDraft, DraftCall } from './wire/answer-draft.ts';
import { endingOf, promisesCalls } from './wire/ending.ts';
import { jsonOf, recordOf } from './wire/loose-json.ts';
import { usageOf } from './wire/usage.ts';

export interface DraftedAnswer {
  readonly target: ModelTarget;
  readonly draft: AnswerDraft;
  /** True when the model may say nothing: it was last given results of tools, so it may simply be done. */
  readonly mayBeEmpty: boolean;
  readonly sent: Pick<WireBytes, 'sent' | 'images'>;
  readonly offeredTools: ReadonlySet<string>;
}

/**
 * The verdict on an answer that its provider has ended.
 * @throws ModelCallError `model.malformed_answer` when the provider says that it failed or the answer is not what its
 *   reason promises, `model.empty_answer` when there is nothing in it. Both were charged, and both carry the usage.
 */
export function answerOfDraft(drafted: DraftedAnswer): ModelAnswer {
  const { target, draft, mayBeEmpty, sent, offeredTools } = drafted;
  const reason = draft.end?.reason;
  const hasCalls = draft.calls.length > 0;
  const isEmpty = !hasCalls && draft.text.trim() === '';
  const answered = hasCalls || draft.text !== '' || draft.reasoningCharacters > 0;
  const usage = usageOf(draft.usage, { protocol: target.protocol, answered });
  const wireBytes = { ...sent, received: bytesOf(draft) };
  const failed = (type: ModelFailureType, why: string, unshownWords?: string) =>
    new ModelCallError(type, why, {
      transient: false,
      mayHaveCharged: true,
      unshownWords,
      usage,
      wireBytes,
      partialText: draft.text || undefined,
    });

  const ending = reason === undefined ? 'stop' : endingOf(reason);
  if (ending === 'failed') {
    throw failed('model.malformed_answer', `the provider ended the answer with "${reason}"`, draft.end?.words);
  }
  if (draft.calls.some(({ name }) => name === '')) {
    throw failed('model.malformed_answer', 'the answer has a tool call without a name');
  }
  if (isEmpty && reason !== undefined && promisesCalls(reason)) {
    throw failed('model.malformed_answer', `the answer ended with "${reason}" but has no tool call`);
  }
  if (isEmpty && ending === 'length') {
    throw failed('model.empty_answer', 'the answer was cut off before it had any text');
  }
  if (isEmpty && ending === 'stop' && !mayBeEmpty && !draft.refused) {
    throw failed('model.empty_answer', 'the answer is empty');
  }
  const { provider, model } = target;
  const shape = shapeOf(draft);
  return {
    text: draft.text,
    toolCalls: draft.calls.map((call) => toolCallOf({ ...call, name: nameOf(call, offeredTools) })),
    usage,
    wireBytes,
    reasoningCharacters: draft.reasoningCharacters,
    finishReason: finishReasonOf(ending, { hasCalls, isEmpty, refused: draft.refused }),
    reasoning: isPlain(shape) ? undefined : { provider, model, content: shape },
  };
}

/** Marks around a call take tokens, too. */
const BYTES_AROUND_CALL = 32;

/** UTF-8 bytes of what the model wrote. */
function bytesOf({ text, calls, parts }: AnswerDraft): number {
  const reasoning = parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
  const callBytes = calls.map(({ name, rawArgs }) => Buffer.byteLength(name + rawArgs) + BYTES_AROUND_CALL);
  return Buffer.byteLength(text) + Buffer.byteLength(reasoning) + callBytes.reduce((sum, bytes) => sum + bytes, 1);
}

/** What only this model may read again. */
function shapeOf({ parts, message }: AnswerDraft): AnswerShape {
  if (Object.keys(message).length === 0) return { parts: [...parts] };
  // It was JSON of the provider a moment ago.
  return { parts: [...parts], message: JSON.parse(unmarkedText(message)) as AnswerShape['message'] };
}

function finishReasonOf(
  ending: Exclude<ReturnType<typeof endingOf>, 'failed'>,
  answer: { readonly hasCalls: boolean; readonly isEmpty: boolean; readonly refused: boolean },
): ModelAnswer['finishReason'] {
  if (ending !== 'stop') return ending;
  if (answer.refused) return 'refusal';
  // Some servers finish with "stop" although they called tools.
  if (answer.hasCalls) return 'tool-calls';
  return answer.isEmpty ? 'empty' : 'stop';
}

/** Some models put a namespace before the name of a tool: `functions.search`, `default_api:search`. */
function nameOf({ name }: DraftCall, offered: ReadonlySet<string>): string {
  const last = name.split(/[.:/]/).at(-1) ?? name;
  return !offered.has(name) && offered.has(last) ? last : name;
}

/** Arguments are parsed, not checked: the tool's schema is checked by the pipeline. No arguments at all are `{}`. */
function toolCallOf({ name, rawArgs, unfinished }: DraftCall): ModelAnswer['toolCalls'][number] {
  if (unfinished) return { name, rawArgs };
  const value = argumentsOf(rawArgs.trim() === '' ? '{}' : rawArgs);
  const args = recordOf(value);
  if (args === undefined) return { name, rawArgs };
  if (!hasInexactNumber(rawArgs)) return { name, args, rawArgs };
  return { name, args: recordOf(digitsAsStrings(args)), rawArgs, inexactNumbers: true };
}

/** Undefined: they are no JSON, and the model is shown its own text. */
function argumentsOf(json: string): unknown {
  const value = jsonOf(json);
  // Some servers write the text of the arguments as a JSON string once more.
  return typeof value === 'string' ? jsonOf(value) : value;
}

import type { JsonRecord } from '../../domain/json-record.ts';
import { reportOf } from '../provider-report.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { listOf, recordOf, textOf } from './loose-json.ts';
import { createOpenAiCalls } from './openai-calls.ts';
import { addReasoningDetails } from './reasoning-details.ts';
import { createTextMarks } from './text-marks.ts';
import { withLaterCounts } from './usage.ts';
import { inPlaceOfAnswer, ReportedError, type WireReader } from './wire-reader.ts';

/** Fields in which servers send reasoning as text. A model gets it back in the field that it came in. */
const REASONING_FIELDS = ['reasoning_content', 'reasoning'] as const;

/**
 * OpenAI's Chat Completions, in the many dialects of its imitators.
 * @param offered names of the tools that were offered: calls of other names, when written as text, are text
 */
export function createOpenAiChatReader(draft: AnswerDraft, offered: ReadonlySet<string>): WireReader {
  const calls = createOpenAiCalls(draft);
  const marks = createTextMarks(draft, offered);

  function take(document: unknown, event?: string): void {
    const body = recordOf(document);
    if (body === undefined) return;
    const choice = choiceOf(body);
    const ends = textOf(choice?.finish_reason) !== undefined;
    const error = body.error ?? choice?.error;
    if (draft.end === undefined && error != null && !ends) throw new ReportedError(error);
    if (draft.end === undefined && (body.object === 'error' || event === 'error')) throw new ReportedError(body);
    const usage = recordOf(body.usage) ?? recordOf(recordOf(body.x_groq)?.usage) ?? recordOf(choice?.usage);
    if (usage !== undefined && isCounted(usage)) draft.usage = withLaterCounts(draft.usage, usage);
    if (choice === undefined) return;
    if (draft.end !== undefined) {
      // A call whose arguments are not all there by the end must not be run with half of them.
      for (const piece of listOf(recordOf(choice.delta)?.tool_calls)) calls.takeLate(piece);
      return;
    }
    takeMessage(recordOf(choice.delta) ?? recordOf(choice.message) ?? { content: choice.text });
    const reason = textOf(choice.finish_reason);
    if (reason !== undefined && reason !== 'null') end(reason, error == null ? undefined : reportOf(error).words);
  }

  function takeMessage(message: JsonRecord): void {
    let said = false;
    for (const field of REASONING_FIELDS) {
      const text = textOf(message[field]);
      if (text === undefined) continue;
      if (!said) draft.addReasoning(text);
      said = true;
      draft.countData(text);
      draft.message[field] = `${textOf(draft.message[field]) ?? ''}${text}`;
    }
    addReasoningDetails(draft, message.reasoning_details, !said);
    takeContent(message.content);
    const refusal = textOf(message.refusal);
    if (refusal !== undefined) {
      draft.refused = true;
      draft.addText(refusal);
    }
    const pieces = message.tool_calls;
    for (const piece of Array.isArray(pieces) ? pieces : [pieces]) calls.take(piece);
    if (recordOf(message.function_call) !== undefined) calls.take({ index: 0, function: message.function_call });
  }

  function takeContent(content: unknown): void {
    if (typeof content === 'string') marks.add(content);
    for (const value of Array.isArray(content) ? content : [recordOf(content)]) {
      if (typeof value === 'string') marks.add(value);
      const part = recordOf(value);
      const text = recordOf(part?.text)?.value ?? part?.text;
      if (typeof text === 'string' && part?.type !== 'thinking') marks.add(text);
      // Mistral's thinking is a list of texts.
      for (const thought of listOf(part?.thinking)) draft.addReasoning(textOf(recordOf(thought)?.text) ?? '');
      if (typeof part?.thinking === 'string') draft.addReasoning(part.thinking);
    }
  }

  function end(reason: string | undefined, words?: string): void {
    calls.close();
    marks.close();
    draft.end = { reason, words };
  }

  return {
    take(document, event) {
      if (document !== DONE) take(document, event);
      else {
        if (draft.end === undefined) end(undefined);
        draft.over = true;
      }
    },
    takeWhole(document) {
      const body = recordOf(document);
      if (body?.error != null && listOf(body.choices).length === 0) {
        throw new ReportedError(body.error, { inPlaceOfAnswer: true });
      }
      take(document);
      if (draft.end === undefined && listOf(body?.choices).length > 0) end(undefined);
      if (draft.end === undefined && body !== undefined) throw inPlaceOfAnswer(body);
    },
    isOwn(document) {
      const body = recordOf(document);
      return document === DONE ? false : ['choices', 'usage'].some((name) => body?.[name] != null);
    },
  };
}

/** What stands for the line `data: [DONE]`, which is no JSON. */
export const DONE = Symbol('[DONE]');

/** The first choice: no more than one is ever asked for. */
function choiceOf(body: JsonRecord): JsonRecord | undefined {
  const choices = Array.isArray(body.choices) ? body.choices : [body.choices];
  return choices.map(recordOf).find((choice) => choice !== undefined && Number(choice.index ?? 0) === 0);
}

/** Frames in mid-answer often carry counts that are zero. */
function isCounted(usage: JsonRecord): boolean {
  return Object.values(usage).some((count) => typeof count !== 'object' && Number(count) > 0);
}

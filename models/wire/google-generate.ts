import { unmarkedText } from '../../domain/exact-json.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { listOf, recordOf, textOf } from './loose-json.ts';
import { ReportedError, type WireReader } from './wire-reader.ts';

/** Gemini's `generateContent`: whole parts in each document, a finish reason in the last. */
export function createGoogleGenerateReader(draft: AnswerDraft): WireReader {
  function take(document: unknown): void {
    // Some gateways wrap each document.
    const body = recordOf(recordOf(document)?.response) ?? recordOf(document);
    if (body === undefined) return;
    if (draft.end === undefined && body.error != null) throw new ReportedError(body.error);
    const usage = recordOf(body.usageMetadata);
    if (usage !== undefined) draft.usage = { ...draft.usage, ...usage };
    if (draft.end !== undefined) return;
    const candidate = recordOf(listOf(body.candidates)[0]);
    for (const part of listOf(recordOf(candidate?.content)?.parts)) takePart(part);
    const reason = textOf(candidate?.finishReason);
    const blocked = textOf(recordOf(body.promptFeedback)?.blockReason);
    if (reason !== undefined && reason !== 'FINISH_REASON_UNSPECIFIED') draft.end = { reason };
    else if (blocked !== undefined && candidate === undefined) draft.end = { reason: 'prompt_blocked' };
  }

  function takePart(value: unknown): void {
    const part = recordOf(value);
    if (part === undefined) return;
    const signature = textOf(part.thoughtSignature);
    const metadata = signature === undefined ? undefined : { google: { thoughtSignature: signature } };
    const call = recordOf(part.functionCall);
    if (call !== undefined) {
      draft.addArgs(draft.addCall(textOf(call.name) ?? '', metadata), argsOf(call.args));
      return;
    }
    if (typeof part.text !== 'string') return;
    if (part.thought === true) draft.addReasoning(part.text, { metadata });
    else draft.addText(part.text, metadata);
  }

  return {
    take,
    takeWhole(document) {
      const body = recordOf(document);
      if (body?.error != null) throw new ReportedError(body.error, { inPlaceOfAnswer: true });
      take(document);
      if (draft.parts.length > 0) draft.end ??= { reason: undefined };
      if (draft.end === undefined) throw new ReportedError(body, { inPlaceOfAnswer: true });
    },
  };
}

function argsOf(args: unknown): string {
  if (args == null) return '';
  return typeof args === 'string' ? args : unmarkedText(args);
}

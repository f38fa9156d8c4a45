import { unmarkedText } from '../../domain/exact-json.ts';
import type { JsonRecord } from '../../domain/json-record.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { listOf, recordOf, textOf } from './loose-json.ts';
import { withCounts } from './usage.ts';
import { inPlaceOfAnswer, ReportedError, type WireReader } from './wire-reader.ts';

/** Gemini's `generateContent`: whole parts in each document, a finish reason in the last. */
export function createGoogleGenerateReader(draft: AnswerDraft): WireReader {
  function take(document: unknown): void {
    const body = bodyOf(document);
    if (body === undefined) return;
    if (draft.end === undefined && body.error != null) throw new ReportedError(body.error);
    const usage = recordOf(field(body, 'usageMetadata'));
    if (usage !== undefined) draft.usage = withCounts(draft.usage, inCamelCase(usage));
    if (draft.end !== undefined) return;
    const candidate = recordOf(listOf(body.candidates)[0]);
    for (const part of listOf(recordOf(candidate?.content)?.parts)) takePart(part);
    const reason = textOf(field(candidate, 'finishReason'));
    const blocked = textOf(field(recordOf(field(body, 'promptFeedback')), 'blockReason'));
    const words = textOf(field(candidate, 'finishMessage'));
    if (reason !== undefined && reason !== 'FINISH_REASON_UNSPECIFIED') draft.end = { reason, words };
    else if (blocked !== undefined && candidate === undefined) draft.end = { reason: 'prompt_blocked' };
  }

  function takePart(value: unknown): void {
    const part = recordOf(value);
    if (part === undefined) return;
    const signature = textOf(field(part, 'thoughtSignature'));
    const metadata = signature === undefined ? undefined : { google: { thoughtSignature: signature } };
    const call = recordOf(field(part, 'functionCall'));
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
      if (draft.end === undefined) throw inPlaceOfAnswer(body);
    },
    isOwn(document) {
      const body = bodyOf(document);
      return ['candidates', 'usageMetadata', 'promptFeedback'].some((name) => field(body, name) !== undefined);
    },
  };
}

/** Some gateways wrap each document. */
function bodyOf(document: unknown): JsonRecord | undefined {
  const outer = recordOf(document);
  return recordOf(outer?.response) ?? outer;
}

/** A field by its name, which some gateways write in snake case. */
function field(record: JsonRecord | undefined, name: string): unknown {
  return record?.[name] ?? record?.[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

function inCamelCase(record: JsonRecord): [string, unknown][] {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.entries(record).map(([name, value]) => [camel(name), value]);
}

function argsOf(args: unknown): string {
  if (args == null) return '';
  return typeof args === 'string' ? args : unmarkedText(args);
}

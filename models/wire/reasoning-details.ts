import type { JsonRecord } from '../../domain/json-record.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { listOf, recordOf, textOf } from './loose-json.ts';

/** Members that come in pieces; all others are said once. */
const PIECES: readonly string[] = ['text', 'summary'];

/**
 * OpenRouter's `reasoning_details`: typed items with signatures, which a model must get back as it sent them. In a
 * stream an item comes in pieces of the same type and index.
 * @param shown whether their text is new: it often repeats that of `reasoning`
 */
export function addReasoningDetails(draft: AnswerDraft, details: unknown, shown: boolean): void {
  for (const value of listOf(details)) {
    const item = recordOf(value);
    if (item === undefined) continue;
    if (shown) draft.addReasoning(textOf(item.text) ?? textOf(item.summary) ?? '');
    draft.countData(item);
    const kept = draft.message.reasoning_details;
    const known: unknown[] = Array.isArray(kept) ? kept : [];
    const last = recordOf(known.at(-1));
    const joins = last !== undefined && last.type === item.type && last.index === item.index && item.data == null;
    if (joins) known[known.length - 1] = joined(last, item);
    else known.push(item);
    draft.message.reasoning_details = known;
  }
}

function joined(left: JsonRecord, right: JsonRecord): JsonRecord {
  const both: Record<string, unknown> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    if (value == null) continue;
    const isPiece = PIECES.includes(name);
    both[name] = isPiece && typeof value === 'string' ? `${textOf(left[name]) ?? ''}${value}` : value;
  }
  return both;
}

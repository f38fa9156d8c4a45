import { closedJson } from '../../domain/closed-json.ts';
import { isRecord } from '../../domain/json-record.ts';

const ID_AT_END = /"id"\s*:\s*("[^"\\]*"|\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*\]?\s*$/;
const IS_ERROR = /"isError"\s*:\s*true\b/;

/** So many of the last bytes, or characters, of a message hold its id, where the id comes last. */
export const TAIL_LENGTH = 1_024;

/**
 * The answer to a call of which only the beginning and the end were kept, because it is too long. The tool has run, so the
 * beginning of its result is worth more than a failure. Undefined: the text is no answer with a result.
 * @param bytes of the whole message
 */
export function cutMessage(head: string, tail: string, bytes: number): string | undefined {
  const message = closedJson(head);
  if (!isRecord(message) || !isRecord(message.result)) return undefined;
  const id = message.id ?? idAtEnd(tail);
  if (id === undefined) return undefined;
  const { result } = message;
  const note = { type: 'text', text: `[The server sent ${bytes} bytes. Only the beginning of them was read.]` };
  const content = Array.isArray(result.content) ? [note, ...result.content] : [note];
  const isError = result.isError ?? IS_ERROR.test(tail);
  return JSON.stringify({ jsonrpc: '2.0', id, result: { ...result, content, isError } });
}

function idAtEnd(tail: string): unknown {
  const [, id] = ID_AT_END.exec(tail) ?? [];
  return id === undefined ? undefined : JSON.parse(id);
}

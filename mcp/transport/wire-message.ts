import { ProtocolErrorCode } from '@modelcontextprotocol/client';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/core';
import { withExactNumbers } from '../../domain/exact-json.ts';
import { excessOf, FOREIGN_JSON, jsonExcess, withoutDepths } from '../../domain/json-bounds.ts';
import { isRecord, type JsonRecord } from '../../domain/json-record.ts';
import { cutMessage, TAIL_LENGTH } from './cut-message.ts';

/** The member under which a result that is no JSON object reaches its reader. */
export const ODD_RESULT = 'agent-runs/result';

const JSON_BEGINS = /^\uFEFF?\s*[{[]/;
/** A string that does not end takes all the rest, so that no part of a text is looked at twice. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)/gs;
// biome-ignore lint/suspicious/noControlCharactersInRegex: some servers write them into strings, where JSON forbids them.
const CONTROL_CHARACTERS = /[\u0000-\u001f]/g;

/** A message, or what stands in its place, of which no part is read. The words say what the server did. */
export class UnreadableMessageError extends Error {
  constructor(whatItDid: string) {
    super(whatItDid);
    this.name = 'UnreadableMessageError';
  }
}

/** No text so short exceeds the bound on values. */
const HEAD_CHARACTERS = FOREIGN_JSON.values;

/** The most messages in a batch. A list of more is none. */
const MOST_IN_BATCH = 1_000;

export interface WireMessageOptions {
  readonly requestId?: string | number | undefined;
  readonly takes?: (() => boolean) | undefined;
}

/** True for a notification, and for a request of the server. */
function isUnasked(message: unknown): boolean {
  return isRecord(message) && message.method !== undefined && !('result' in message);
}

/** True for text that may be a message or a batch of them. */
export function isMessage(text: string): boolean {
  return JSON_BEGINS.test(text);
}

/**
 * The text of a message (or of a batch) as the SDK takes it. The SDK drops a whole answer for one member that it does not
 * know, and its call then waits in vain. So the envelope is put right here, and what it holds is left to its reader.
 * A number that JavaScript can't hold becomes a string with its digits. Text that is no JSON is returned as it is.
 * @param options.requestId of the one request that is answered here. An answer without an id is that to it: JSON-RPC wants none
 * where the request could not be read.
 * @param options.takes asked once for each message that answers no request; false: that message is left out
 * @throws UnreadableMessageError
 */
export function wireMessages(text: string, options: WireMessageOptions = {}): readonly string[] {
  const { requestId, takes = () => true } = options;
  if (!isMessage(text)) return [text];
  const excess = jsonExcess(text);
  // A value that is nested deep is one part of a list or result, whose reader tells it from the other parts.
  if (excess === 'depth') return wireMessages(withoutDepths(text), options);
  if (excess === 'values') return [beginningOf(text)];
  const exact = withExactNumbers(text.replace(/^\uFEFF/, ''));
  const parsed = parsedJson(exact);
  if (parsed === undefined) return [exact];
  if (Array.isArray(parsed.value) && parsed.value.length > MOST_IN_BATCH) {
    throw new UnreadableMessageError(`it sent more than ${MOST_IN_BATCH} messages at once`);
  }
  const isLeftOut = (message: unknown) => isUnasked(message) && !takes();
  if (Array.isArray(parsed.value)) {
    const wanted = parsed.value.filter((message) => !isLeftOut(message));
    return wanted.map((message) => JSON.stringify(wellFormed(withId(message, requestId))));
  }
  if (isLeftOut(parsed.value)) return [];
  const message = wellFormed(withId(parsed.value, requestId));
  return [message === parsed.value ? parsed.text : JSON.stringify(message)];
}

/** The beginning of a result with very many values is worth more than a failure, since the tool has run. */
function beginningOf(text: string): string {
  const cut = cutMessage(text.slice(0, HEAD_CHARACTERS), text.slice(-TAIL_LENGTH), Buffer.byteLength(text));
  if (cut === undefined) throw new UnreadableMessageError(`it sent JSON that ${excessOf('values')}`);
  return cut;
}

function parsedJson(text: string): { readonly text: string; readonly value: unknown } | undefined {
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    const escaped = text.replace(STRINGS, (string) =>
      string.replace(CONTROL_CHARACTERS, (found) => JSON.stringify(found).slice(1, -1)),
    );
    return escaped === text ? undefined : parsedJson(escaped);
  }
}

function withId(message: unknown, requestId: string | number | undefined): unknown {
  if (requestId === undefined || !isRecord(message) || !('result' in message || 'error' in message)) return message;
  return message.id === undefined || message.id === null ? { ...message, id: requestId } : message;
}

function wellFormed(message: unknown): unknown {
  if (!isRecord(message)) return message;
  // A message with a result answers a call, even if it repeats the method. Read as a request, it would answer nothing.
  if ('result' in message && message.method !== undefined) return wellFormed({ ...message, method: undefined });
  if (JSONRPCMessageSchema.safeParse(message).success) return message;
  const { id, method, params } = message;
  const from = isId(id) ? { jsonrpc: '2.0', id } : { jsonrpc: '2.0' };
  if (typeof method === 'string') return { ...from, method, params: isRecord(params) ? withMeta(params) : undefined };
  // An answer to nothing is of no use to anyone; the SDK says so.
  if (!('result' in message || 'error' in message || 'id' in message)) return message;
  const { error, result } = message;
  if (error !== undefined && error !== null && error !== false) return { ...from, error: wellFormedError(error) };
  if (isRecord(result)) return { ...from, result: withMeta(result) };
  return { ...from, result: result === undefined || result === null ? {} : { [ODD_RESULT]: result } };
}

/** An error whose code is unknown may have come after the tool did something, which InternalError stands for as well. */
function wellFormedError(error: unknown): { readonly code: number; readonly message: string } {
  const { code, message, ...rest } = isRecord(error) ? error : { message: error };
  const number = typeof code === 'string' ? Number(code) : code;
  const said = typeof message === 'string' ? message : JSON.stringify(message ?? rest);
  return { ...rest, code: Number.isInteger(number) ? Number(number) : ProtocolErrorCode.InternalError, message: said };
}

/** The SDK reads two members of `_meta`, and it does so strictly. What is not as it expects is left out. */
function withMeta(record: JsonRecord): JsonRecord {
  const { _meta, ...rest } = record;
  const message = { jsonrpc: '2.0', id: 1, result: record };
  return JSONRPCMessageSchema.safeParse(message).success ? record : rest;
}

/** The SDK counts its requests and reads the id of an answer as a number. */
function isId(id: unknown): id is string | number {
  return typeof id === 'string' || Number.isInteger(id);
}

import { type Client, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { type CallWatch, UNTIMED_MS } from '../calls/call-watch.ts';
import { answerSchema } from '../stateless/carried-answers.ts';

/** Bounds on the pages and on the entries of a list that are read. Fewer entries are kept (`discoverTools`). */
const MAX_PAGES = 200;
const ENOUGH_ENTRIES = 2_000;
/** Characters of the entries as JSON. The largest real lists, of a thousand tools, have half of that. */
const ENOUGH_CHARACTERS = 4 * 1024 * 1024;
const MAX_CURSOR_BYTES = 4_096;

/** Each entry is judged by itself: one that is wrong must not cost the others. */
const anyResult = answerSchema(z.looseObject({}));

export interface ToolPages {
  readonly entries: readonly unknown[];
  /** Characters of the entries as JSON. */
  readonly characters: number;
  readonly warnings: readonly string[];
  /** False if the server lists more than was read. */
  readonly complete: boolean;
}

/**
 * Reads what a server lists as its tools, in its order. What was read is kept when a later page fails, when a cursor comes
 * again, and when there is no end.
 * @throws what the request of the first page throws
 */
export async function readToolPages(client: Client, call: CallWatch): Promise<ToolPages> {
  const entries: unknown[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  let characters = 0;
  const ended = (warning?: string): ToolPages => {
    if (warning === undefined) return { entries, characters, warnings, complete: true };
    return {
      entries,
      characters,
      warnings: [...warnings, `${warning} What it had listed before is kept.`],
      complete: false,
    };
  };
  let cursor: unknown;
  for (let page = 1; ; page++) {
    let answer: Record<string, unknown>;
    try {
      answer = await readPage(client, call, cursor);
    } catch (error) {
      if (page > 1) return ended(`Page ${page} of its list could not be read.`);
      if (error instanceof ProtocolError && error.code === ProtocolErrorCode.MethodNotFound) {
        return {
          entries,
          characters,
          warnings: ['It answers that it does not know tools/list, so it has no tools.'],
          complete: true,
        };
      }
      throw error;
    }
    if (Array.isArray(answer.tools)) {
      for (const entry of answer.tools) {
        characters += JSON.stringify(entry).length;
        if (characters > ENOUGH_CHARACTERS) return ended(`Its list has more than ${ENOUGH_CHARACTERS} characters.`);
        if (entries.length === ENOUGH_ENTRIES) return ended(`Its list has more than ${ENOUGH_ENTRIES} tools.`);
        entries.push(entry);
      }
    } else warnings.push(`Page ${page} of its list has no list of tools.`);
    cursor = answer.nextCursor;
    if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return ended();
    const key = JSON.stringify(cursor);
    if (key.length > MAX_CURSOR_BYTES) {
      return ended(`Page ${page} of its list names a cursor of more than ${MAX_CURSOR_BYTES} bytes.`);
    }
    if (seen.has(key))
      return ended(`Page ${page} of its list names a cursor that came before, so the list has no end.`);
    seen.add(key);
    if (page === MAX_PAGES) return ended(`Its list has more than ${MAX_PAGES} pages.`);
  }
}

async function readPage(client: Client, call: CallWatch, cursor: unknown): Promise<Record<string, unknown>> {
  // A cursor means something to its server only. One that is no text is sent back as it came.
  const request = { method: 'tools/list', params: { cursor } };
  // client.listTools is not used: it refuses a page for one odd tool, and it compiles every output schema.
  // The SDK leaves its listener on the signal that it is given, so each page has one of its own.
  const signal = AbortSignal.any([call.signal]);
  return client.request(request, anyResult, { signal, timeout: UNTIMED_MS });
}

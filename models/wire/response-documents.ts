import { createParser } from 'eventsource-parser';
import { parseMarked } from '../../domain/exact-json.ts';
import { type AnswerBounds, answerTooLong } from './answer-bounds.ts';
import { jsonOf } from './loose-json.ts';
import { DONE } from './openai-chat.ts';
import { DamagedAnswerError, NoAnswerError } from './wire-reader.ts';

/** The parts of a response: documents of a stream as they come, or one whole document. */
export interface ResponseDocuments {
  /** @returns the documents that this piece of the body completes, DamagedAnswerErrors in place of unreadable ones */
  readonly feed: (text: string) => readonly StreamDocument[];
  /** The body is over. */
  readonly close: () => readonly StreamDocument[];
  /** Lines that are no part of a stream, such as the page of a proxy in the middle of it. */
  readonly stray: string;
}

type DocumentBounds = Pick<AnswerBounds, 'documentCharacters' | 'frames'>;

export interface StreamDocument {
  readonly value: unknown;
  readonly event: string | undefined;
  /** True when the answer came as one document. */
  readonly whole: boolean;
}

/** Lines that some proxies send to keep a connection alive, although a comment would do. */
const KEEP_ALIVE = /^(?::.*|ping|pong|keep-?alive|heartbeat|ok|)$/i;
/** Text that is no part of an answer is kept up to this length: people are shown a few hundred characters of it. */
const MOST_STRAY_CHARACTERS = 8_192;

/**
 * Splits the body of a response into documents. What it is made of shows in its first character, whatever its
 * content-type says: servers that do not stream answer with JSON, and some stream with another type.
 * Its functions throw ModelCallError `model.answer_too_long` for a stream of more frames than the bounds allow.
 */
export function createResponseDocuments({ documentCharacters, frames }: DocumentBounds): ResponseDocuments {
  let body: string[] = [];
  let bodyCharacters = 0;
  let kind: 'unknown' | 'events' | 'json' | 'other' = 'unknown';
  let ready: StreamDocument[] = [];
  let stray = '';
  let framesLeft = frames;
  /** A carriage return that may be the first half of the end of a line. */
  let heldReturn = '';
  const countFrame = () => {
    framesLeft -= 1;
    if (framesLeft < 0) throw answerTooLong('comes in far more pieces than it has tokens');
  };
  const parser = createParser({
    maxBufferSize: documentCharacters,
    onComment: countFrame,
    onEvent({ data, event }) {
      countFrame();
      for (const value of documentsOf(data, event)) ready.push({ value, event, whole: false });
    },
    onError({ type, line }) {
      if (type === 'max-buffer-size-exceeded') throw new DamagedAnswerError(TOO_LONG);
      countFrame();
      if (type !== 'unknown-field' || line === undefined) return;
      // Some servers write a document without `data:`, and the reason why they broke a stream off behind `error:`.
      const text = line.replace(/^error:/, '').trim();
      const value = /^[[{]/.test(text) ? documentOf(text, undefined) : undefined;
      if (value === undefined || value instanceof DamagedAnswerError) {
        if (stray.length < MOST_STRAY_CHARACTERS) stray += `${line.slice(0, MOST_STRAY_CHARACTERS)}\n`;
      } else
        ready.push({ value: line.startsWith('error:') ? { error: value } : value, event: undefined, whole: false });
    },
  });

  const taken = () => {
    const documents = ready;
    ready = [];
    return documents;
  };

  return {
    get stray() {
      return withoutTags(stray);
    },
    feed(text) {
      if (kind === 'events') return fed(text);
      const piece = kind === 'unknown' && bodyCharacters === 0 ? text.replace(/^[\uFEFF\s]+/, '') : text;
      if (piece === '') return [];
      body.push(piece);
      bodyCharacters += piece.length;
      if (kind === 'unknown') kind = kindOf(body.join(''));
      if (kind === 'events') {
        const begun = body.join('');
        body = [];
        return fed(begun);
      }
      if (kind === 'other') throw new NoAnswerError(withoutTags(body.join('')));
      if (bodyCharacters > documentCharacters) throw new DamagedAnswerError(TOO_LONG);
      return [];
    },
    close() {
      if (kind === 'json') return wholeDocuments(body.join(''));
      // Some servers leave out the empty line behind their last frame.
      if (kind === 'events') parser.feed('\n\n');
      return taken();
    },
  };

  /** The parser takes far longer for a piece in which lines end in both ways, so all end in one. */
  function fed(text: string): readonly StreamDocument[] {
    const all = heldReturn + text;
    heldReturn = all.endsWith('\r') ? '\r' : '';
    const whole = heldReturn === '' ? all : all.slice(0, -1);
    if (whole !== '') parser.feed(whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole);
    return taken();
  }
}

const TOO_LONG = 'the response is far longer than was asked for';

function kindOf(body: string): 'events' | 'json' | 'other' {
  if (/^[[{]/.test(body)) return 'json';
  return /^(?:data|event|id|retry)?:/.test(body) || isBeginningOfField(body) ? 'events' : 'other';
}

function isBeginningOfField(body: string): boolean {
  return ['data:', 'event:', 'id:', 'retry:'].some((field) => field.startsWith(body));
}

/** The text behind `data:`, which some proxies write twice. It may be the documents of several frames in one. */
function documentsOf(data: string, event: string | undefined): unknown[] {
  const text = withoutPrefix(data);
  const value = documentOf(text, event);
  if (!(value instanceof DamagedAnswerError) || !text.includes('\n')) return value === undefined ? [] : [value];
  const all = text.split('\n').map((line) => documentOf(withoutPrefix(line), event));
  return all.some((each) => each instanceof DamagedAnswerError) ? [value] : all.filter((each) => each !== undefined);
}

function withoutPrefix(line: string): string {
  return line.replace(/^(?:data:\s*)+/, '');
}

/** Undefined: it is of no interest. A DamagedAnswerError stands where a document can't be read. */
function documentOf(data: string, event: string | undefined): unknown {
  const text = data.trim();
  if (/^(?:\[done\]|done)$/i.test(text)) return DONE;
  try {
    return parseMarked(text);
  } catch {
    if (event === 'ping' || KEEP_ALIVE.test(text)) return undefined;
    // Text that begins like a piece of an answer is one, and only people may see it.
    return new DamagedAnswerError('a piece of the answer is damaged', /^[[{"]/.test(text) ? undefined : text);
  }
}

/** One JSON document, a list of them (Google without `alt=sse`), or one a line. */
function wholeDocuments(body: string): StreamDocument[] {
  const value = jsonOf(body);
  if (value === undefined) {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw new DamagedAnswerError('the response ended in the middle of its JSON');
    return lines.map((line) => ({ value: documentOf(line, undefined), event: undefined, whole: false }));
  }
  if (!Array.isArray(value)) return [{ value, event: undefined, whole: true }];
  if (value.length === 0) throw new NoAnswerError(body);
  return value.map((each) => ({ value: each, event: undefined, whole: false }));
}

/** The text that people read at the beginning of a page. */
function withoutTags(page: string): string {
  return page
    .slice(0, MOST_STRAY_CHARACTERS)
    .replace(/<(?:style|script)[\s\S]*?<\/(?:style|script)>/gi, ' ')
    .replace(/<[^>]*>?/g, ' ');
}

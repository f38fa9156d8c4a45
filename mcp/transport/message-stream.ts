import { createHeldBytes } from './held-bytes.ts';
import { isMessage, UnreadableMessageError, type WireMessageOptions, wireMessages } from './wire-message.ts';

/**
 * The way in which messages follow each other: one in each line (stdio), one in the data of each event (server-sent events), or
 * one in the whole body.
 */
export type Framing = 'lines' | 'events' | 'body';

export interface MessageStream {
  /** @returns what this piece completes */
  readonly feed: (bytes: Uint8Array) => Buffer;
  /** The end of the last message, which nothing marks. */
  readonly rest: () => Buffer;
}

/**
 * Servers send empty lines and comments to keep a connection alive, and some print what is no message. So much of that without
 * any message in between keeps nothing alive.
 */
const MOST_EMPTY_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);
/** With the end of the line before them. */
const EMPTY_LINES = /\n(?:\r?\n){2,}/g;
const DATA = /^data:? ?/;
/** The fields of an event that mean something beside its data. All other lines are comments, to every reader. */
const FIELD = /^(?:event|id|retry)(?::|$)/;

/**
 * Rewrites what an MCP server sends, message by message, into what the SDK takes (`wireMessages`).
 * Its functions throw UnreadableMessageError for what is not worth reading on.
 * @param maxBytes of a longer answer the beginning is passed on (`createHeldBytes`); any other longer message is an error
 * @param options.requestId of the one request that is answered here; undefined where answers to any request may come
 * @param options.takes asked once for each message that answers no request; false: that message is left out
 */
export function createMessageStream(
  framing: Framing,
  maxBytes: number,
  options: WireMessageOptions = {},
): MessageStream {
  const held = createHeldBytes(maxBytes);
  /** The data lines of the event that is not complete yet. */
  let data: string[] = [];
  let dataBytes = 0;
  /** True from the first line of an event that means something to its end. */
  let isOpen = false;
  /** Bytes since the last message. */
  let emptyBytes = 0;

  const countEmpty = (bytes: number) => {
    emptyBytes += bytes;
    if (emptyBytes > MOST_EMPTY_BYTES)
      throw new UnreadableMessageError(`it sent ${MOST_EMPTY_BYTES} bytes without a message`);
  };

  const takeData = (): string => {
    const sent = data.map((line) => line.replace(DATA, '')).join('\n');
    const messages = data.length === 0 ? [] : wireMessages(sent, options);
    if (isMessage(sent)) emptyBytes = 0;
    else countEmpty(sent.length);
    // A batch becomes events of their own. Text that is no message keeps its lines.
    const events = messages.map((message) =>
      message
        .split('\n')
        .map((line) => `data: ${line}\n`)
        .join(''),
    );
    data = [];
    dataBytes = 0;
    return events.join('\n');
  };

  const eventLine = (line: string): string => {
    const bare = withoutReturn(line);
    const isData = bare.startsWith('data:') || bare === 'data';
    if (!isData) countEmpty(line.length + 1);
    if (bare === '') {
      const end = isOpen ? `${takeData()}\n` : '';
      isOpen = false;
      return end;
    }
    if (!isData && !FIELD.test(bare)) return '';
    isOpen = true;
    if (!isData) return `${bare}\n`;
    data.push(bare);
    dataBytes += bare.length;
    return dataBytes > maxBytes ? takeData() : '';
  };

  const messagesOfLine = (line: string): readonly string[] => {
    const bare = withoutReturn(line);
    const isEmpty = bare.trim() === '';
    if (isEmpty || !isMessage(bare)) countEmpty(line.length + 1);
    else emptyBytes = 0;
    return isEmpty ? [] : wireMessages(bare, options);
  };

  /** Two empty lines mean no more than one, and a server can send millions of them. */
  const withoutEmptyLines = (text: string): string =>
    text.replace(EMPTY_LINES, (lines) => {
      countEmpty(lines.length);
      return '\n\n';
    });

  const rewritten = (lines: Buffer): Buffer => {
    // Invalid UTF-8 becomes U+FFFD here, as it would in the SDK.
    const each = withoutEmptyLines(lines.toString('utf8')).split('\n');
    const last = each.pop() ?? '';
    const whole =
      framing === 'events' ? each.map(eventLine) : each.flatMap(messagesOfLine).map((message) => `${message}\n`);
    if (last === '') return Buffer.from(whole.join(''));
    const end = framing === 'events' ? eventLine(last).slice(0, -1) : wireMessages(last, options).join('\n');
    return Buffer.from(whole.join('') + end);
  };

  const feed = (bytes: Uint8Array): Buffer => {
    // Only the end of a message that is too long is looked for.
    const end = held.isCut ? bytes.indexOf(LINE_FEED) : bytes.lastIndexOf(LINE_FEED);
    if (framing === 'body' || end === -1) {
      held.hold(bytes);
      return NOTHING;
    }
    const { isCut } = held;
    held.hold(bytes.subarray(0, isCut ? end : end + 1));
    if (isCut) {
      const answer = rewritten(Buffer.concat([held.take(), Buffer.from('\n')]));
      return Buffer.concat([answer, feed(bytes.subarray(end + 1))]);
    }
    const lines = rewritten(held.take());
    held.hold(bytes.subarray(end + 1));
    return lines;
  };

  return {
    feed,
    rest() {
      if (framing !== 'body') {
        const last = rewritten(held.take());
        const event = takeData();
        // A reader drops an event that no empty line ends.
        return event === '' ? last : Buffer.concat([last, Buffer.from(`${event}\n`)]);
      }
      const messages = wireMessages(held.take().toString('utf8'), options);
      return Buffer.from(messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(',')}]`);
    },
  };
}

/** The line without the carriage return that may stand in front of its line feed. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

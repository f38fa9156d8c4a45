import { withExactNumbers } from '../domain/exact-json.ts';

export interface ExactLines {
  /** @returns the lines that this piece completes */
  readonly feed: (bytes: Uint8Array) => Buffer;
  /** The end of the last line, which no line feed follows. */
  readonly rest: () => Buffer;
}

const LINE_FEED = 0x0a;
/** Fields of an event stream that hold no message. */
const NO_MESSAGE = /^(?:id|event|retry)?:/;
/** A line with which a JSON message begins, in an event stream or by itself. */
const JSON_BEGINS = /^(?:data:)?\s*[{[]/;

/**
 * Rewrites what an MCP server sends, line by line, before the SDK parses it: a number that JavaScript can't hold becomes
 * a string with its digits, so that an id in a structured result reaches the model as the server wrote it. No string and
 * no number of JSON goes over the end of a line. Text that is no JSON stays as it is: the address that an SSE server names
 * for its messages may hold digits that look like a number.
 * @param maxLineBytes a longer line is passed on as it is
 */
export function createExactLines(maxLineBytes: number): ExactLines {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** Whether the lines belong to a JSON message. Undefined between two messages. */
  let inJson: boolean | undefined;

  const exactLine = (line: string): string => {
    if (NO_MESSAGE.test(line)) return line;
    if (line === '' || line === '\r') inJson = undefined;
    else if (JSON_BEGINS.test(line)) inJson = true;
    else inJson ??= false;
    return inJson ? withExactNumbers(line) : line;
  };

  const exact = (bytes: Buffer): Buffer => {
    // Latin 1 keeps every byte, and digits are the same in it.
    const text = bytes.toString('latin1');
    const ended = text.endsWith('\n');
    const lines = (ended ? text.slice(0, -1) : text).split('\n').map(exactLine);
    const rewritten = `${lines.join('\n')}${ended ? '\n' : ''}`;
    return rewritten === text ? bytes : Buffer.from(rewritten, 'latin1');
  };

  const take = (): Buffer => {
    const line = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return exact(line);
  };

  return {
    feed(bytes) {
      const end = bytes.lastIndexOf(LINE_FEED);
      if (end === -1) {
        held.push(bytes);
        heldBytes += bytes.length;
        return heldBytes > maxLineBytes ? take() : Buffer.alloc(0);
      }
      held.push(bytes.subarray(0, end + 1));
      const lines = take();
      held.push(bytes.subarray(end + 1));
      heldBytes = bytes.length - end - 1;
      return lines;
    },
    rest: take,
  };
}

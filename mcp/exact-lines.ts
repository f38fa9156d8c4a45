import { withExactNumbers } from '../domain/exact-json.ts';

export interface ExactLines {
  /** @returns the lines that this piece completes */
  readonly feed: (bytes: Uint8Array) => Buffer;
  /** The end of the last line, which no line feed follows. */
  readonly rest: () => Buffer;
}

const LINE_FEED = 0x0a;
/** Fields of an event stream that hold no JSON. */
const NOT_JSON = /^(?:id|event|retry)?:/;

/**
 * Rewrites what an MCP server sends, line by line, before the SDK parses it: a number that JavaScript can't hold becomes
 * a string with its digits, so that an id in a structured result reaches the model as the server wrote it. No string and
 * no number of JSON goes over the end of a line.
 * @param maxLineBytes a longer line is passed on as it is
 */
export function createExactLines(maxLineBytes: number): ExactLines {
  let held: Uint8Array[] = [];
  let heldBytes = 0;

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

function exact(bytes: Buffer): Buffer {
  // Latin 1 keeps every byte, and digits are the same in it.
  const text = bytes.toString('latin1');
  const lines = text.split('\n').map((line) => (NOT_JSON.test(line) ? line : withExactNumbers(line)));
  const rewritten = lines.join('\n');
  return rewritten === text ? bytes : Buffer.from(rewritten, 'latin1');
}

import { cutMessage, TAIL_LENGTH } from './cut-message.ts';

/** The beginning of a message that is too long is read up to here. A result is kept up to about half of that. */
const HEAD_BYTES = 2 * 1024 * 1024;
/** A message that is so many times too long is not waited for. */
const GIVEN_UP_AT = 4;

/** The longest message of which the beginning is read. */
export function longestMessage(maxBytes: number): number {
  return GIVEN_UP_AT * maxBytes;
}

export interface HeldBytes {
  /** True when what is held is too long, and only its beginning and its end are kept. */
  readonly isCut: boolean;
  /** @throws Error when the message is so long that it is given up */
  hold(bytes: Uint8Array): void;
  /** All that was held, or an answer with the beginning of it. @throws Error when it is too long and no answer */
  take(): Buffer;
}

/** Holds a message until it is complete, in bounded memory. */
export function createHeldBytes(maxBytes: number): HeldBytes {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let cut: { readonly head: Buffer; tail: Buffer } | undefined;

  const tooLong = () => new Error(`The message is longer than ${maxBytes} bytes.`);

  return {
    get isCut() {
      return cut !== undefined;
    },
    hold(piece) {
      bytes += piece.length;
      if (bytes > longestMessage(maxBytes)) throw tooLong();
      if (cut !== undefined) {
        cut.tail = Buffer.concat([cut.tail, piece]).subarray(-TAIL_LENGTH);
        return;
      }
      pieces.push(piece);
      if (bytes <= maxBytes) return;
      const all = Buffer.concat(pieces);
      pieces = [];
      // Copies, so that the rest is not kept with them.
      cut = { head: Buffer.from(all.subarray(0, HEAD_BYTES)), tail: Buffer.from(all.subarray(-TAIL_LENGTH)) };
    },
    take() {
      const whole = cut === undefined ? Buffer.concat(pieces) : answerOf(cut.head, cut.tail, bytes);
      pieces = [];
      bytes = 0;
      cut = undefined;
      if (whole === undefined) throw tooLong();
      return whole;
    },
  };
}

/** In an event stream the message stands behind the name of its field. */
function answerOf(head: Buffer, tail: Buffer, bytes: number): Buffer | undefined {
  const [prefix = ''] = /^(?:data: ?)?/.exec(head.subarray(0, 6).toString('latin1')) ?? [];
  const answer = cutMessage(head.subarray(prefix.length).toString('utf8'), tail.toString('utf8').trimEnd(), bytes);
  return answer === undefined ? undefined : Buffer.from(prefix + answer);
}

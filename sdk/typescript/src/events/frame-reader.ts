import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One frame of a stream. */
export interface Frame {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** Nothing arrived for too long, not even a heartbeat. */
export class SilenceError extends Error {}

/** Reads the frames of one connection. */
export interface FrameReader {
  /**
   * The next frame, or undefined at the end of the stream.
   * @throws SilenceError when no byte arrives for `silenceMs` while this waits; whatever the connection fails with
   */
  next(): Promise<Frame | undefined>;
  /** What `retry:` of the stream said, in milliseconds. */
  retryMs(): number | undefined;
  /** True when at least one byte has arrived. */
  hasBegun(): boolean;
  cancel(): void;
}

export function createFrameReader(body: ReadableStream<Uint8Array>, silenceMs: number): FrameReader {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const frames: EventSourceMessage[] = [];
  let taken = 0;
  let retryMs: number | undefined;
  let begun = false;
  let endsWithCr = false;
  let over = false;
  const parser = createParser({
    onEvent: (frame) => frames.push(frame),
    onRetry: (ms) => {
      retryMs = ms;
    },
  });

  function feed(text: string): void {
    if (text === '') return;
    endsWithCr = text.endsWith('\r');
    parser.feed(text);
  }

  async function fill(): Promise<void> {
    const bytes = await withinSilence(reader, silenceMs);
    if (bytes !== undefined) {
      begun = true;
      feed(decoder.decode(bytes, { stream: true }));
      return;
    }
    over = true;
    // The parser holds back a CR at the end, which may be half of a CRLF. A frame that lacks its blank line is dropped.
    if (endsWithCr) feed('\n');
  }

  return {
    async next() {
      while (taken === frames.length) {
        frames.length = taken = 0;
        if (over) return undefined;
        await fill();
      }
      const frame = frames[taken++];
      return frame && { type: frame.event ?? 'message', id: frame.id, data: frame.data };
    },
    retryMs: () => retryMs,
    hasBegun: () => begun,
    cancel() {
      over = true;
      reader.cancel().catch(() => undefined);
    },
  };
}

/** @returns undefined at the end of the stream */
function withinSilence(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new SilenceError(`The stream was silent for ${silenceMs} ms.`));
      // A connection that is gone without a word is not noticed by the runtime.
      reader.cancel().catch(() => undefined);
    }, silenceMs);
    reader.read().then(
      ({ value }) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** So many bytes may wait in memory for a slow client, and one chunk more. */
const WAITING_BYTES = 256 * 1024;
/** A client that takes nothing for so long is gone, or holds memory for nothing. */
const SLOW_READER_MS = 30_000;

/**
 * Makes the answer that streams a file of whole lines. The next chunk is made when the client has taken the ones before.
 * @param done is called once, when the stream is over for whatever reason
 */
export function fileStreamResponse(
  chunks: AsyncGenerator<string, void, undefined>,
  headers: Readonly<Record<string, string>>,
  done: () => void,
  slowReaderMs = SLOW_READER_MS,
): Response {
  const encoder = new TextEncoder();
  let slow: NodeJS.Timeout | undefined;
  const finish = () => {
    clearTimeout(slow);
    done();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(slow);
        const { value, done: over } = await chunks.next();
        if (over === true) {
          controller.close();
          finish();
          return;
        }
        slow = setTimeout(() => {
          controller.error(tooSlow());
          finish();
          void chunks.return();
        }, slowReaderMs);
        slow.unref();
        controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        finish();
        await chunks.return();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
  );
  return new Response(body, { headers: { ...headers } });
}

/** It has no stack: the server library prints the error, and the place where it was made says nothing. */
function tooSlow(): Error {
  const error = new Error('The client reads too slowly.');
  error.stack = '';
  return error;
}

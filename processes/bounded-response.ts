/** The body of a response has more bytes than its reader takes. What was read before is lost with it. */
export class BodyTooLongError extends Error {
  readonly code = 'ERR_BODY_TOO_LONG';
  constructor(maxBytes: number) {
    super(`the body of the response has more than ${maxBytes} bytes`);
    this.name = 'BodyTooLongError';
  }
}

/** The body of a response is encoded in a way in which it is not read. */
export class EncodingRefusedError extends Error {
  readonly code = 'ERR_ENCODING_REFUSED';
  constructor() {
    super('the body of the response is encoded, although that was not asked for');
    this.name = 'EncodingRefusedError';
  }
}

/**
 * Encodings that `fetch` decodes piece by piece in little memory. Servers that ignore what a client accepts use them. A body
 * that is encoded twice may cost any amount of work and still have no byte, so no honest server is worth that. A window of zstd
 * takes 128 MB.
 */
const DECODED: readonly string[] = ['', 'identity', 'gzip', 'x-gzip', 'deflate', 'br'];
/** No response with one of these has a body. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];
/** A `Response` can't be made with a higher status, and some servers answer with 999. */
const HIGHEST_STATUS = 599;

/**
 * The response with its body as it was before it was encoded, in at most `maxBytes` bytes of that. Nothing is read before its
 * reader asks for it. A longer body ends with a BodyTooLongError.
 * @throws EncodingRefusedError
 */
export function boundedResponse(response: Response, maxBytes: number): Response {
  const { status, statusText, body } = response;
  const headers = new Headers([...response.headers]);
  const encoding = headers.get('content-encoding') ?? '';
  if (!DECODED.includes(encoding.trim().toLowerCase())) {
    body?.cancel().catch(() => {});
    throw new EncodingRefusedError();
  }
  if (encoding !== '') {
    // These describe the body as it was sent.
    headers.delete('content-encoding');
    headers.delete('content-length');
  }
  const bounded = body === null || WITHOUT_BODY.includes(status) ? null : boundedBody(body, maxBytes);
  return new Response(bounded, { status: Math.min(status, HIGHEST_STATUS), statusText, headers });
}

function boundedBody(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const { done, value } = await reader.read();
    if (done) return controller.close();
    bytes += value.byteLength;
    if (bytes <= maxBytes) return controller.enqueue(value);
    reader.cancel().catch(() => {});
    throw new BodyTooLongError(maxBytes);
  };
  return new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) }, { highWaterMark: 0 });
}

import type { AsyncLocalStorage } from 'node:async_hooks';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { CallWatch } from '../calls/call-watch.ts';
import { longestMessage } from './held-bytes.ts';
import { createMessageStream } from './message-stream.ts';

export interface TransportFetchOptions {
  readonly fetch: FetchLike;
  /** The call for which a request is sent. */
  readonly currentCall: AsyncLocalStorage<CallWatch>;
  /** The most bytes of a body, or of one event of a stream, that are read whole. A longer answer is read in part: its beginning. */
  readonly maxMessageBytes: number;
  /** Whether to refuse the stream that belongs to no request. False for the old SSE transport, whose answers come on it. */
  readonly refuseStandaloneStream: boolean;
  /** Called when an interrupted stream could not be resumed. */
  readonly onResumeFailed: () => void;
  /** Called when the answer to a request that belongs to no call is too long: the SDK would wait on for it. */
  readonly onTooLong: () => void;
}

/** How long an answer may take from the end of its stream to its call, before the call counts as lost. */
const DELIVERY_GRACE_MS = 1_000;

/**
 * The `fetch` of the HTTP transports. The SDK lets a call wait on when its connection ended without an answer, and reads
 * answers of any size. This function ties each request to its call and limits what is read.
 */
export function createTransportFetch(options: TransportFetchOptions): FetchLike {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    if (init?.method === 'GET' && options.refuseStandaloneStream && !headers.has('last-event-id')) {
      // This stream carries what servers ask of clients, and this client offers them nothing. Without the stream, a server
      // costs one connection less.
      return new Response(null, { status: 405 });
    }
    if (headers.has('last-event-id')) return resumed(url, init);

    const requestId = idOf(init?.body);
    const call = options.currentCall.getStore();
    if (call === undefined) return limited(await options.fetch(url, init), { requestId, onTooLong: options.onTooLong });
    // The signal of the call replaces that of the transport: a connection that is closed ends its calls, too.
    const response = await options.fetch(url, { ...init, signal: call.answerSignal });
    call.httpStatus = response.status;
    return limited(response, {
      requestId,
      onTooLong: () => call.lose(`its answer is longer than ${longestMessage(options.maxMessageBytes)} bytes`),
      onEnd() {
        if (!isEventStream(response) || call.resumable) return;
        setTimeout(() => call.lose(), DELIVERY_GRACE_MS).unref();
      },
    });
  };

  async function resumed(url: string | URL, init: RequestInit | undefined): Promise<Response> {
    try {
      const response = await options.fetch(url, init);
      if (!response.ok) options.onResumeFailed();
      return limited(response, {});
    } catch (error) {
      options.onResumeFailed();
      throw error;
    }
  }

  /** The response with a limit on its body. `onTooLong` or `onEnd` is called once, when the body is over or fails. */
  function limited(
    response: Response,
    { requestId, onTooLong, onEnd }: { requestId?: number | undefined; onTooLong?: () => void; onEnd?: () => void },
  ): Response {
    if (response.body === null) return response;
    const reader = response.body.getReader();
    const perEvent = isEventStream(response);
    const messages = createMessageStream(perEvent ? 'events' : 'body', options.maxMessageBytes, requestId);
    let messageBytes = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            controller.enqueue(messages.rest());
            controller.close();
            onEnd?.();
            return;
          }
          messageBytes = perEvent ? bytesOfOpenEvent(value, messageBytes) : messageBytes + value.length;
          if (messageBytes <= longestMessage(options.maxMessageBytes)) {
            controller.enqueue(messages.feed(value));
            return;
          }
          onTooLong?.();
          controller.error(new Error(`The answer is longer than ${longestMessage(options.maxMessageBytes)} bytes.`));
          await reader.cancel();
        } catch (error) {
          controller.error(error);
          onEnd?.();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
    const headers = new Headers(response.headers);
    if (holdsJson(headers.get('content-type'))) headers.set('content-type', 'application/json');
    return new Response(body, { status: response.status, statusText: response.statusText, headers });
  }
}

/** The id of the request in a body as the SDK writes it. Undefined: it is a notification, or an answer to the server. */
function idOf(body: RequestInit['body']): number | undefined {
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined;
  const message: unknown = JSON.parse(body);
  if (typeof message !== 'object' || message === null || !('method' in message && 'id' in message)) return undefined;
  return typeof message.id === 'number' ? message.id : undefined;
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** True for the types under which servers send JSON. The SDK takes one of them only. */
function holdsJson(contentType: string | null): boolean {
  const [type = ''] = (contentType ?? '').split(';');
  return /^(|text\/plain|[a-z]+\/([^/]*[+-])?json(-rpc)?)$/i.test(type.trim());
}

/** Bytes of the event that is not complete yet. An event ends with an empty line, so what follows the last one counts. */
function bytesOfOpenEvent(chunk: Uint8Array, openBytes: number): number {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'));
  return end === -1 ? openBytes + chunk.length : chunk.length - end;
}

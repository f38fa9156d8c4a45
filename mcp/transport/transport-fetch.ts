import type { AsyncLocalStorage } from 'node:async_hooks';
import type { FetchLike } from '@modelcontextprotocol/client';
import { isRecord } from '../../domain/json-record.ts';
import { BodyTooLongError } from '../../processes/bounded-response.ts';
import type { ReadingPace } from '../../processes/reading-pace.ts';
import type { CallWatch } from '../calls/call-watch.ts';
import { longestMessage } from './held-bytes.ts';
import { createHeldPlace, type HeldPlace } from './held-place.ts';
import { LARGE_BYTES, type LargeMessages } from './large-messages.ts';
import { createMessageStream } from './message-stream.ts';
import { UnreadableMessageError } from './wire-message.ts';

export interface TransportFetchOptions {
  readonly fetch: FetchLike;
  /** The call for which a request is sent. */
  readonly currentCall: AsyncLocalStorage<CallWatch>;
  /** The most bytes of a body, or of one event of a stream, that are read whole. A longer answer is read in part: its beginning. */
  readonly maxMessageBytes: number;
  /** True: the stream that belongs to no request is refused. False for the old SSE transport, whose answers come on it. */
  readonly refuseStandaloneStream: boolean;
  /** Told of the bytes of each piece that was read. */
  readonly onReceived: (bytes: number) => void;
  /** Asked once for each message that answers no request; false: that message is left out. */
  readonly takes: () => boolean;
  readonly largeMessages: LargeMessages;
  /** The place of the event stream on which the answers to all calls come. Absent: each call has a stream of its own. */
  readonly sharedPlace?: HeldPlace | undefined;
  readonly pace: ReadingPace;
  /** Called when an interrupted stream could not be resumed. */
  readonly onResumeFailed: () => void;
  /** Called when the answer to a request that belongs to no call is too long: the SDK would wait on for it. */
  readonly onTooLong: () => void;
}

/** The most bytes of a stream that answers one request, with all that comes before its answer. */
const MOST_STREAM_BYTES = 64 * 1024 * 1024;
/** A stream usually ends with its answer. One that goes on after its call is closed after this long. */
const LEAVE_MS = 1_000;
/** The time that an answer may take from the end of its stream to its call, before the call counts as lost. */
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
    if (call === undefined) {
      const signal = init?.signal ?? undefined;
      return limited(await options.fetch(url, init), { requestId, signal, onTooLong: options.onTooLong });
    }
    // The signal of the call replaces that of the transport: a connection that is closed ends its calls, too.
    const response = await options.fetch(url, { ...init, signal: call.answerSignal });
    call.httpStatus = response.status;
    return limited(response, {
      requestId,
      call,
      signal: call.answerSignal,
      onTooLong: (why) => call.lose(why),
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
      const call = options.currentCall.getStore();
      return limited(response, { call, signal: call?.answerSignal });
    } catch (error) {
      options.onResumeFailed();
      throw error;
    }
  }

  /**
   * The response with a limit on its body. `onTooLong` or `onEnd` is called once, when the body is over or fails.
   * @param ends.call the call that the body belongs to, and that it does not outlive
   * @param ends.signal the signal of the request
   */
  function limited(
    response: Response,
    {
      requestId,
      call,
      signal,
      onTooLong,
      onEnd,
    }: {
      readonly requestId?: number | undefined;
      readonly call?: CallWatch | undefined;
      readonly signal?: AbortSignal | undefined;
      readonly onTooLong?: ((why: string) => void) | undefined;
      readonly onEnd?: (() => void) | undefined;
    },
  ): Response {
    if (response.body === null) return response;
    const reader = response.body.getReader();
    const stream = options.pace.open(signal);
    const perEvent = isEventStream(response);
    const messages = createMessageStream(perEvent ? 'events' : 'body', options.maxMessageBytes, {
      requestId,
      takes: options.takes,
    });
    const longest = longestMessage(options.maxMessageBytes);
    let messageBytes = 0;
    let streamBytes = 0;
    const shared = perEvent ? options.sharedPlace : undefined;
    const place = shared ?? createHeldPlace(options.largeMessages);
    /** A result that was passed on keeps its place until it is stored. */
    const passedOn = () => place.passOn(call?.keptUntil);
    const leave = () => {
      passedOn();
      reader.cancel().catch(() => {});
    };
    call?.onOver(() => setTimeout(leave, LEAVE_MS).unref());
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            if (place.isHeld) await options.largeMessages.round();
            await stream.run(() => {
              controller.enqueue(messages.rest());
              controller.close();
            });
            onEnd?.();
            passedOn();
            return;
          }
          messageBytes = perEvent ? bytesOfOpenEvent(value, messageBytes) : messageBytes + value.length;
          streamBytes += value.length;
          options.onReceived(value.length);
          call?.onReceived?.(value.length);
          if (messageBytes > longest) return giveUp(controller, `its answer is longer than ${longest} bytes`);
          if (call !== undefined && streamBytes > MOST_STREAM_BYTES) {
            return giveUp(controller, `it sent ${MOST_STREAM_BYTES} bytes before its answer`);
          }
          const endsLarge = messageBytes <= LARGE_BYTES && place.isHeld;
          if (messageBytes > LARGE_BYTES) await place.take(signal);
          if (endsLarge) await options.largeMessages.round();
          await stream.take(value, (slice) => controller.enqueue(messages.feed(slice)));
          // The answer to a call has been passed on by now, so this was something else.
          if (endsLarge && shared !== undefined) place.giveBack();
        } catch (error) {
          if (error instanceof UnreadableMessageError || error instanceof BodyTooLongError) {
            return giveUp(controller, error.message);
          }
          controller.error(error);
          onEnd?.();
          place.giveBack();
        }
      },
      cancel(reason) {
        place.giveBack();
        return reader.cancel(reason);
      },
    });
    function giveUp(controller: ReadableStreamDefaultController<Uint8Array>, why: string): void {
      onTooLong?.(why);
      controller.error(new Error(why));
      place.giveBack();
      reader.cancel().catch(() => {});
    }
    const headers = new Headers(response.headers);
    if (holdsJson(headers.get('content-type'))) headers.set('content-type', 'application/json');
    return new Response(body, { status: response.status, statusText: response.statusText, headers });
  }
}

/** The id of the request in a body as the SDK writes it. Undefined: it is a notification, or an answer to the server. */
function idOf(body: RequestInit['body']): number | undefined {
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined;
  const message: unknown = JSON.parse(body);
  if (!isRecord(message) || message.method === undefined) return undefined;
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

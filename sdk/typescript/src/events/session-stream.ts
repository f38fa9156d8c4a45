import { BrainstormRouterError, ConnectionError, ProtocolError, TimeoutError } from '../errors/errors.ts';
import type { Logger } from '../http/logger.ts';
import { isPassing, waitBeforeRetryMs } from '../http/retry-policy.ts';
import { wait } from '../http/wait.ts';
import { waitBeforeReopeningMs } from './back-off.ts';
import { createEventOrder } from './event-order.ts';
import { createFrameReader, type Frame, type FrameReader, SilenceError } from './frame-reader.ts';
import type { RunEvent } from './run-event.ts';

export interface SessionStreamDeps {
  /** Opens the stream behind an event. Undefined: from the first event on. It is not tried again in here. */
  open(after: string | undefined, signal: AbortSignal): Promise<Response>;
  /** The end of the session, if it has ended and nothing follows `after`. Asked when a stream closes without an event. */
  endBehind(after: string | undefined, signal: AbortSignal): Promise<RunEvent | undefined>;
  /**
   * Some of the events behind `after`, read from the list. Asked when connections bring not one byte, as behind a proxy that
   * holds a stream back until its end.
   */
  readList(after: string | undefined, signal: AbortSignal): Promise<RunEvent[]>;
  /** For errors. */
  knownSessionId(): string | undefined;
  /** Where to begin. Undefined: at the first event. */
  readonly after: string | undefined;
  /** A connection that is silent for so long is given up. */
  readonly silenceMs: number;
  /** So many connections in a row may bring no event. */
  readonly maxReconnects: number;
  readonly log: Logger;
}

/** The events of one session, each once and in order, through any number of connections. */
export interface SessionStream {
  /**
   * The next event, or undefined behind the last one. One call at a time. A connection is opened when the first event is
   * asked for, and read only while somebody waits.
   * @throws ApiError when the server refuses, ConnectionError when it gives up, and whatever `stop` was given
   */
  next(): Promise<RunEvent | undefined>;
  /** Lets go of the connection. Whoever waits, or asks for the next event, gets it by a new one. */
  reopen(): void;
  /** Lets go of the connection for good. */
  stop(reason: unknown): void;
  /** The id of the last event that was delivered. */
  lastEventId(): string | undefined;
}

export function createSessionStream(deps: SessionStreamDeps): SessionStream {
  const { silenceMs, maxReconnects, log } = deps;
  const order = createEventOrder(deps.after);
  let after = deps.after;
  let connection: FrameReader | undefined;
  /** Events that were read from the list. */
  let listed: RunEvent[] = [];
  let isListing = false;
  /** How many connections in a row brought not one byte. */
  let mute = 0;
  /** True when the connection has brought an event. */
  let brought = false;
  let scope = new AbortController();
  let failures = 0;
  let retryMs: number | undefined;
  let over = false;
  let stopped: { readonly reason: unknown } | undefined;

  async function connect(signal: AbortSignal): Promise<FrameReader> {
    brought = false;
    const response = await deps.open(after, signal);
    const type = response.headers.get('content-type') ?? 'none';
    if (response.body === null || !isEventStream(type)) {
      await response.body?.cancel().catch(() => undefined);
      throw new ProtocolError(`The answer is no event stream (status ${response.status}, type ${type}).`, {
        status: response.status,
        headers: response.headers,
      });
    }
    return createFrameReader(response.body, silenceMs);
  }

  function letGo(): void {
    retryMs = connection?.retryMs() ?? retryMs;
    connection?.cancel();
    connection = undefined;
    scope.abort();
    scope = new AbortController();
  }

  /** The error of a request, which says of itself neither what session it is about nor where to go on. */
  function located(error: unknown): unknown {
    const place = { sessionId: deps.knownSessionId(), lastEventId: after };
    return error instanceof BrainstormRouterError ? Object.assign(error, place) : error;
  }

  /** @returns the last event, when the stream had closed because there is nothing more */
  async function recover(error: unknown, signal: AbortSignal): Promise<RunEvent | undefined> {
    failures++;
    if (mute >= MUTE_CONNECTIONS) {
      isListing = await readList(signal);
      if (isListing) return undefined;
    }
    if (!mayPass(error)) throw located(error);
    const headers = error instanceof BrainstormRouterError ? error.headers : undefined;
    const askedMs = headers === undefined ? 0 : waitBeforeRetryMs(failures, headers, Math.random());
    if (failures > maxReconnects || askedMs === undefined) {
      // An answer that is none of this API says more than that the stream was lost.
      if (error instanceof ProtocolError) throw located(error);
      throw new ConnectionError(`The stream was lost: ${failures} connections in a row brought no event.`, {
        cause: error,
        sessionId: deps.knownSessionId(),
        lastEventId: after,
      });
    }
    if (error === CLOSED && !brought) {
      const end = await deps.endBehind(after, signal).catch(() => undefined);
      if (end !== undefined) return end;
    }
    const waitMs = Math.max(askedMs, waitBeforeReopeningMs(failures, retryMs, Math.random()));
    log.info('opening the stream again', { after, failures, waitMs, because: String(error) });
    await wait(waitMs, signal);
    return undefined;
  }

  /** @returns true when there were events */
  async function readList(signal: AbortSignal): Promise<boolean> {
    try {
      listed = await deps.readList(after, signal);
      // The server answers, so it is not lost.
      failures = 0;
    } catch (error) {
      log.debug('the list of events was not read', { because: String(error) });
    }
    return listed.length > 0;
  }

  async function next(): Promise<RunEvent | undefined> {
    while (!over) {
      if (stopped !== undefined) throw stopped.reason;
      const { signal } = scope;
      try {
        // As long as the list has more, there is no stream to bring it.
        if (listed.length === 0 && isListing) isListing = await readList(signal);
        const known = listed.shift();
        if (known !== undefined) {
          const event = order.accept(known);
          if (event === undefined) continue;
          return deliver(event);
        }
        connection ??= await connect(signal);
        if (signal.aborted) {
          letGo();
          continue;
        }
        const frame = await connection.next();
        if (frame === undefined) throw CLOSED;
        const event = order.accept(eventOf(frame));
        if (event === undefined) continue;
        return deliver(event);
      } catch (error) {
        // A connection that the reader closed is not lost.
        if (signal.aborted) continue;
        mute = isMute(error, connection) ? mute + 1 : 0;
        letGo();
        const { signal: waiting } = scope;
        const end = await recover(error, waiting).catch((cause) => {
          if (!waiting.aborted) throw cause;
        });
        if (end !== undefined) return deliver(end);
      }
    }
    return undefined;
  }

  function deliver(event: RunEvent): RunEvent {
    failures = 0;
    brought = true;
    if (event.id !== '') after = event.id;
    if (event.type === 'session.status_ended') {
      over = true;
      letGo();
    }
    return event;
  }

  return {
    next,
    reopen: letGo,
    stop(reason) {
      stopped ??= { reason };
      letGo();
    },
    lastEventId: () => after,
  };
}

/** @param type a Content-Type */
export function isEventStream(type: string): boolean {
  return /^text\/event-stream\b/i.test(type);
}

/** So many connections in a row without one byte mean that something holds the stream back. */
const MUTE_CONNECTIONS = 2;

function isMute(error: unknown, connection: FrameReader | undefined): boolean {
  if (error instanceof SilenceError) return connection?.hasBegun() === false;
  return error instanceof TimeoutError;
}

/** A stream that closes in front of the last event. */
const CLOSED = new Error('The stream closed before the session had ended.');

function eventOf({ type, id = '', data }: Frame): RunEvent {
  try {
    // The type says what the data is. Events of unknown types are passed on as they are.
    return { type, id, data: JSON.parse(data) } as RunEvent;
  } catch (cause) {
    throw new ProtocolError(`The data of a frame of type "${type}" is no JSON.`, { cause });
  }
}

/** True when a new connection may do better. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof BrainstormRouterError)) return true;
  if (error.kind === 'status') return isPassing(error.status ?? 0, error.headers ?? new Headers());
  return error.kind !== 'usage' && error.kind !== 'aborted';
}

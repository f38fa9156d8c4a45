import { setTimeout as pause } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { EventData, EventType } from '../../contract/events.ts';

/** An event as a client received it. */
export interface WatchedEvent {
  readonly id: number;
  readonly type: EventType;
  readonly data: Record<string, unknown>;
  readonly atMs: number;
}

/** A client that reads a session's stream over as many connections as it takes, resuming with Last-Event-ID. */
export interface EventWatch {
  readonly sessionId: string;
  readonly events: readonly WatchedEvent[];
  /** Connections after the first. */
  readonly reconnects: number;
  /** The first event, already seen or still to come, that matches. @throws Error that lists the events seen instead */
  waitFor(matches: (event: WatchedEvent) => boolean, timeoutMs?: number): Promise<WatchedEvent>;
  waitForType<T extends EventType>(type: T, timeoutMs?: number): Promise<EventData<T>>;
  /** Waits for `session.status_ended`. */
  ended(timeoutMs?: number): Promise<EventData<'session.status_ended'>>;
  ofType<T extends EventType>(type: T): EventData<T>[];
  /** Drops the current connection. The watch connects again. */
  drop(): void;
  close(): Promise<void>;
}

const RECONNECT_MS = 50;
const DEFAULT_TIMEOUT_MS = 60_000;

/** @param first the response of `POST …/run`, if its stream is to be the first connection. */
export function watchEvents(options: {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly sessionId: string;
  readonly first?: Response | undefined;
}): EventWatch {
  const events: WatchedEvent[] = [];
  const waiting = new Set<() => void>();
  const closing = new AbortController();
  let connection = new AbortController();
  let reconnects = -1;

  const onEvent = (message: EventSourceMessage) => {
    events.push({
      id: Number(message.id),
      // The check of the invariants compares each event with the contract.
      type: (message.event ?? 'message') as EventType,
      data: JSON.parse(message.data) as Record<string, unknown>,
      atMs: performance.now(),
    });
    for (const look of [...waiting]) look();
  };
  const isOver = () => events.at(-1)?.type === 'session.status_ended';

  async function read(response: Response): Promise<void> {
    const parser = createParser({ onEvent });
    const decoder = new TextDecoder();
    if (response.body === null) return;
    const reader = response.body.getReader();
    // The answer of a POST was requested without our signals, so its stream has to be cancelled.
    const cancel = () => void reader.cancel().catch(() => undefined);
    connection.signal.addEventListener('abort', cancel, { once: true });
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parser.feed(decoder.decode(next.value, { stream: true }));
    }
  }

  async function connect(): Promise<Response> {
    const last = events.at(-1)?.id;
    const response = await fetch(options.url, {
      headers: {
        ...options.headers,
        accept: 'text/event-stream',
        ...(last === undefined ? {} : { 'last-event-id': String(last) }),
      },
      signal: AbortSignal.any([closing.signal, connection.signal]),
    });
    if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
    if (!response.ok) throw new Refused(`The stream of ${options.sessionId} was refused: ${await response.text()}`);
    return response;
  }

  let refused: Refused | undefined;
  const loop = async () => {
    let response = options.first;
    while (!closing.signal.aborted && !isOver()) {
      connection = new AbortController();
      reconnects += 1;
      try {
        await read(response ?? (await connect()));
      } catch (error) {
        if (error instanceof Refused) {
          refused = error;
          for (const look of [...waiting]) look();
          return;
        }
      }
      response = undefined;
      if (!isOver()) await pause(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  const done = loop();

  async function waitFor(matches: (event: WatchedEvent) => boolean, timeoutMs = DEFAULT_TIMEOUT_MS) {
    return new Promise<WatchedEvent>((resolve, reject) => {
      const settle = (result: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        result();
      };
      const look = () => {
        const found = events.find(matches);
        if (found !== undefined) settle(() => resolve(found));
        else if (refused !== undefined) settle(() => reject(refused));
        else if (isOver()) settle(() => reject(new Error(missed('the session ended without it', events))));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(missed(`not within ${timeoutMs} ms`, events)))),
        timeoutMs,
      );
      waiting.add(look);
      look();
    });
  }

  // The type of an event decides its data, which the check of the invariants compares with the contract.
  const dataOf = <T extends EventType>(event: WatchedEvent) => event.data as unknown as EventData<T>;
  const waitForType = async <T extends EventType>(type: T, timeoutMs?: number) =>
    dataOf<T>(await waitFor((event) => event.type === type, timeoutMs));

  return {
    sessionId: options.sessionId,
    events,
    get reconnects() {
      return Math.max(0, reconnects);
    },
    waitFor,
    waitForType,
    ended: (timeoutMs) => waitForType('session.status_ended', timeoutMs),
    ofType: <T extends EventType>(type: T) =>
      events.filter((event) => event.type === type).map((event) => dataOf<T>(event)),
    drop: () => connection.abort(),
    async close() {
      closing.abort();
      connection.abort();
      await done;
    },
  };
}

class Refused extends Error {}

function missed(why: string, events: readonly WatchedEvent[]): string {
  const seen = events.map((event) => `${event.id} ${event.type} ${JSON.stringify(event.data).slice(0, 160)}`);
  return `The awaited event did not come (${why}). Seen:\n${seen.join('\n') || 'nothing'}`;
}

import type { RunEvent } from '../events/run-event.ts';
import { createSessionStream, type SessionStream } from '../events/session-stream.ts';
import type { Requester } from '../http/request.ts';
import type { Page } from '../paging/page.ts';
import type { Session, SessionLogItem } from '../types.ts';
import type { FollowOptions } from './run-options.ts';
import { sessionPath } from './steering.ts';

/** Three heartbeats: the server sends one every 15 seconds (`HEARTBEAT_MS` of its feed). */
const DEFAULT_SILENCE_MS = 45_000;
const DEFAULT_MAX_RECONNECTS = 20;

export interface Following {
  /** The id of the session, once it is known. */
  sessionId(): Promise<string>;
  knownSessionId(): string | undefined;
  /** The answer to the start that is still to be read, if it is. */
  takeFirst(): Response | undefined;
  /** What the stream carries besides the log. */
  include(): readonly string[];
  readonly options: FollowOptions;
}

/** The stream of a session behind an event. */
export function followSession(requester: Requester, following: Following, after: string | undefined): SessionStream {
  const { options, sessionId, knownSessionId, takeFirst, include } = following;
  const { timeoutMs, headers, silenceMs = DEFAULT_SILENCE_MS, maxReconnects = DEFAULT_MAX_RECONNECTS } = options;
  return createSessionStream({
    after,
    knownSessionId,
    silenceMs,
    maxReconnects,
    log: requester.log,
    async open(from, signal) {
      const id = await sessionId();
      const first = takeFirst();
      if (first !== undefined) return first;
      return requester.request<Response>({
        method: 'GET',
        path: sessionPath(id, '/events'),
        query: { include: include() },
        headers: { accept: 'text/event-stream', 'cache-control': 'no-store', 'last-event-id': from },
        answer: 'response',
        options: { timeoutMs, headers, signal, maxRetries: 0 },
      });
    },
    async readList(from, signal) {
      const { data } = await requester.request<Page<SessionLogItem>>({
        method: 'GET',
        path: sessionPath(await sessionId(), '/events'),
        query: { after: from, include: include().filter((type) => type === 'session.compacted') },
        options: { timeoutMs, headers, signal, maxRetries: 0 },
      });
      return data.map(eventOf);
    },
    async endBehind(from, signal) {
      const session = await readSession(requester, await sessionId(), { signal });
      const last = Number.parseInt(from ?? '0', 10);
      return session.status === 'ended' && last >= session.last_seq ? endOf(session) : undefined;
    },
  });
}

/** An event as the list has it. */
function eventOf(item: SessionLogItem): RunEvent {
  const { type, data, seq } = item;
  // The type says what the data is, in the list as in a frame.
  return { type, data, id: 'id' in item ? item.id : String(seq) } as RunEvent;
}

export function readSession(requester: Requester, sessionId: string, options: FollowOptions): Promise<Session> {
  const { timeoutMs, headers, signal } = options;
  return requester.request({
    method: 'GET',
    path: sessionPath(sessionId),
    options: { timeoutMs, headers, signal },
  });
}

/** The event with which an ended session ended, as far as its resource tells. */
function endOf(session: Session): RunEvent {
  const { end_reason, turns, cost_usd, created_at, ended_at, error, budget } = session;
  return {
    type: 'session.status_ended',
    id: String(session.last_seq),
    data: {
      reason: end_reason ?? 'error',
      totalTurns: turns,
      totalCostUsd: cost_usd,
      durationMs: Math.max(0, Date.parse(ended_at ?? created_at) - Date.parse(created_at)),
      error,
      budget,
    },
  };
}

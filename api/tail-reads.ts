import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { inOneMessage } from '../db/one-message.ts';
import { readCompactionsOfMany } from '../db/queries/compaction-event.ts';
import { readEventsOfMany, type TailedEvent } from '../db/queries/session-read.ts';
import { readDeltasOfMany } from '../db/queries/text-delta.ts';
import type { SessionFeed } from './session-feed.ts';

/** Reads the logs of feeds. Feeds of one tenant that wait at the same moment are read in one round trip. */
export interface TailReads {
  /** Reads what is new for a feed, at once or after the read under way. */
  look(feed: SessionFeed): void;
  /** Forgets tenants for which nothing was read lately. */
  tidy(nowMs: number): void;
  /** Resolves when no read is under way. */
  close(): Promise<void>;
}

/** The feeds of a tenant that wait for a read. */
interface Tail {
  readonly waiting: Set<SessionFeed>;
  reading: Promise<void> | undefined;
  readAtMs: number;
}

/** At most so many events of one session come in one read, each with at most 64 KiB of text. */
const PAGE = 100;
const SESSIONS_PER_READ = 200;
/** At most so many events come in one read, some 64 MiB, when many sessions have much to catch up with. */
const EVENTS_PER_READ = 1_000;
const IDLE_MS = 1_000;
/**
 * A turn commits four or five times within some 30 ms. The first event after a pause is read at once, and those that
 * follow closely are read together, since reads are most of what a turn costs this process.
 */
const LEAST_GAP_MS = 15;

export function createTailReads(deps: {
  readonly db: Database;
  readonly warn: (message: string, error?: unknown) => void;
}): TailReads {
  const tails = new Map<string, Tail>();
  let closed = false;

  async function drain(tenantId: string, tail: Tail): Promise<void> {
    // Sessions that are added in the same turn of the event loop share the first read.
    await Promise.resolve();
    try {
      for (let behind = false; tail.waiting.size > 0 && !closed; ) {
        const restMs = tail.readAtMs + LEAST_GAP_MS - Date.now();
        if (restMs > 0 && !behind) await pause(restMs);
        tail.readAtMs = Date.now();
        behind = await readBatch(tenantId, tail.waiting);
      }
    } catch (error) {
      deps.warn('The event hub could not read; the next poll tries again.', error);
    } finally {
      // Nothing is awaited since `waiting` was last looked at, so a feed that comes later starts a new read.
      tail.reading = undefined;
    }
  }

  /** @returns true when a log was not read to its end, so that the next read need not wait */
  async function readBatch(tenantId: string, queue: Set<SessionFeed>): Promise<boolean> {
    const batch = [...queue].slice(0, SESSIONS_PER_READ);
    for (const feed of batch) queue.delete(feed);
    const hungry = batch.flatMap((feed) => {
      const read = feed.nextRead();
      return read === undefined ? [] : [{ feed, ...read, events: [] as TailedEvent[] }];
    });
    if (hungry.length === 0) return false;
    const bySession = new Map(hungry.map((each) => [each.sessionId, each]));
    const wantDeltas = hungry.flatMap(({ sessionId, deltas }) =>
      deltas === undefined ? [] : [{ sessionId, position: deltas.position }],
    );
    const limit = Math.min(PAGE, Math.ceil(EVENTS_PER_READ / hungry.length));
    const wantSummaries = hungry.filter(({ summaries }) => summaries);
    const { events, deltas, summaries } = await deps.db.transaction(tenantId, (tx) =>
      // The order matters (FeedPage).
      inOneMessage({
        events: readEventsOfMany(tx, hungry, limit),
        summaries: wantSummaries.length === 0 ? [] : readCompactionsOfMany(tx, wantSummaries, limit),
        deltas: wantDeltas.length === 0 ? [] : readDeltasOfMany(tx, wantDeltas),
      }),
    );
    for (const event of events) bySession.get(event.sessionId)?.events.push(event);
    const deltaOf = new Map(deltas.map((delta) => [delta.sessionId, delta]));
    let behind = false;
    for (const { feed, sessionId, events: page } of hungry) {
      const isFull = page.length === limit;
      behind ||= isFull;
      const ofSession = summaries.filter((summary) => summary.sessionId === sessionId);
      if (feed.take({ events: page, deltas: deltaOf.get(sessionId), summaries: ofSession, isFull })) queue.add(feed);
    }
    return behind;
  }

  return {
    look(feed) {
      if (closed) return;
      const { tenantId } = feed;
      const tail = tails.get(tenantId) ?? { waiting: new Set(), reading: undefined, readAtMs: 0 };
      tails.set(tenantId, tail);
      tail.waiting.add(feed);
      tail.reading ??= drain(tenantId, tail);
    },
    tidy(nowMs) {
      for (const [tenantId, tail] of tails) {
        if (tail.reading === undefined && nowMs - tail.readAtMs > IDLE_MS) tails.delete(tenantId);
      }
    },
    async close() {
      closed = true;
      await Promise.all([...tails.values()].map((tail) => tail.reading));
    },
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { createListener } from '../db/listen.ts';
import { EVENT_CHANNEL } from '../db/notify.ts';
import { readEventsOfMany, type TailedEvent } from '../db/queries/session-read.ts';
import { frameOf } from './event-frame.ts';

/** One who follows a session's log. */
export interface LogReader {
  /** False while what was delivered has not left this process: a slow reader holds up nobody but itself. */
  wantsMore(): boolean;
  /** Frames of events that follow, without a gap, those delivered before (I2). */
  deliver(frames: Uint8Array): void;
  heartbeat(): void;
  /** The log is complete, or this process shuts down. */
  end(): void;
  /** Too slow for too long: the connection is cut, and the client may resume. */
  drop(): void;
}

export interface FollowedLog {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly afterSeq: number;
  /** Null: all. What is left out still moves the reader on, and the end of the session ends any stream. */
  readonly types: readonly string[] | null;
}

export interface Following {
  /** The reader has room again. */
  resume(): void;
  stop(): void;
}

export interface EventHub {
  /** Delivers a session's events after `afterSeq`, those to come included, until it ends. */
  follow(log: FollowedLog, reader: LogReader): Following;
  /** Streams that are open now. */
  openStreams(): number;
  close(): Promise<void>;
}

export interface EventHubDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly warn: (message: string, error?: unknown) => void;
}

interface Follower {
  readonly reader: LogReader;
  readonly types: ReadonlySet<string> | undefined;
  cursor: number;
  /** When it was first passed over for want of room. */
  fullSinceMs: number | undefined;
  deliveredAtMs: number;
}

interface Feed {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly followers: Set<Follower>;
  readAtMs: number;
}

/** Who of a tenant waits for a read. */
interface Tail {
  readonly waiting: Set<Feed>;
  reading: Promise<void> | undefined;
  readAtMs: number;
}

/** Finds what a lost notification would have told of. */
const POLL_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const SLOW_READER_MS = 30_000;
/** Events of one session in one read; at most 64 KiB of text each. */
const PAGE = 100;
const SESSIONS_PER_READ = 200;
/**
 * A turn commits four or five times within some 30 ms: an event after a pause is read at once, those that follow it
 * closely are read together. Reads are most of what a turn costs this process.
 */
const LEAST_GAP_MS = 15;

/**
 * Carries the event logs of live sessions to all who follow them: NOTIFY says "look now", a read by seq tells what is
 * there. One listening connection for the process, one read a session however many follow it, and sessions that wait at
 * the same moment share a round trip.
 */
export function createEventHub(deps: EventHubDeps): EventHub {
  const feeds = new Map<string, Feed>();
  const tails = new Map<string, Tail>();
  let closed = false;

  const listener = createListener({
    databaseUrl: deps.databaseUrl,
    channels: [EVENT_CHANNEL],
    applicationName: 'agent-runs-event-hub',
    onNotification: (_channel, payload) => {
      for (const sessionId of payload.split(',')) {
        const feed = feeds.get(sessionId);
        if (feed !== undefined) look(feed);
      }
    },
    onConnected: () => {
      for (const feed of feeds.values()) look(feed);
    },
    onDeaf: () => deps.warn('Postgres does not deliver notifications (a pooler in transaction mode?): polls go on.'),
  });
  const poll = setInterval(tick, POLL_MS);

  function look(feed: Feed): void {
    if (closed) return;
    const { tenantId } = feed;
    const tail = tails.get(tenantId) ?? { waiting: new Set(), reading: undefined, readAtMs: 0 };
    tails.set(tenantId, tail);
    tail.waiting.add(feed);
    tail.reading ??= drain(tenantId, tail);
  }

  async function drain(tenantId: string, tail: Tail): Promise<void> {
    // Sessions looked at in the same turn of the event loop share the first read.
    await Promise.resolve();
    try {
      while (tail.waiting.size > 0 && !closed) {
        const restMs = tail.readAtMs + LEAST_GAP_MS - Date.now();
        if (restMs > 0) await pause(restMs);
        tail.readAtMs = Date.now();
        await readBatch(tenantId, tail.waiting);
      }
    } catch (error) {
      deps.warn('The event hub could not read; the next poll tries again.', error);
    } finally {
      // In the same step as the last look at who waits: whoever comes later starts anew.
      tail.reading = undefined;
    }
  }

  async function readBatch(tenantId: string, queue: Set<Feed>): Promise<void> {
    const batch = [...queue].slice(0, SESSIONS_PER_READ);
    for (const feed of batch) queue.delete(feed);
    const hungry = batch.flatMap((feed) => {
      const afterSeq = firstCursor(feed);
      return afterSeq === undefined ? [] : [{ feed, sessionId: feed.sessionId, afterSeq, events: [] as TailedEvent[] }];
    });
    if (hungry.length === 0) return;
    const bySession = new Map(hungry.map((each) => [each.sessionId, each]));
    const events = await deps.db.transaction(tenantId, (tx) => readEventsOfMany(tx, hungry, PAGE));
    for (const event of events) bySession.get(event.sessionId)?.events.push(event);
    for (const each of hungry) hand(each.feed, each.events, queue);
  }

  /** The smallest cursor of those who have room; undefined when nobody has. */
  function firstCursor(feed: Feed): number | undefined {
    let first: number | undefined;
    for (const follower of feed.followers) {
      if (!follower.reader.wantsMore()) follower.fullSinceMs ??= Date.now();
      else if (first === undefined || follower.cursor < first) first = follower.cursor;
    }
    return first;
  }

  function hand(feed: Feed, events: readonly TailedEvent[], queue: Set<Feed>): void {
    feed.readAtMs = Date.now();
    if (events.length === 0) return;
    const frames = events.map((event) => frameOf(event));
    for (const follower of feed.followers) {
      if (!follower.reader.wantsMore()) {
        follower.fullSinceMs ??= Date.now();
        continue;
      }
      const from = events.findIndex((event) => event.seq === follower.cursor + 1);
      const last = events.at(-1);
      if (from === -1 || last === undefined) continue;
      follower.cursor = last.seq;
      const wanted = frames.filter((_, i) => i >= from && follower.types?.has(events[i]?.type ?? '') !== false);
      if (wanted.length > 0) {
        follower.deliveredAtMs = feed.readAtMs;
        follower.reader.deliver(wanted.length === 1 && wanted[0] !== undefined ? wanted[0] : Buffer.concat(wanted));
      }
      if (last.type === 'session.status_ended') finish(feed, follower);
    }
    if (events.length === PAGE) queue.add(feed);
  }

  function finish(feed: Feed, follower: Follower): void {
    leave(feed, follower);
    follower.reader.end();
  }

  function leave(feed: Feed, follower: Follower): void {
    feed.followers.delete(follower);
    if (feed.followers.size === 0 && feeds.get(feed.sessionId) === feed) feeds.delete(feed.sessionId);
  }

  function tick(): void {
    const nowMs = Date.now();
    for (const feed of feeds.values()) {
      for (const follower of feed.followers) {
        if (follower.fullSinceMs !== undefined && nowMs - follower.fullSinceMs > SLOW_READER_MS) {
          leave(feed, follower);
          follower.reader.drop();
        } else if (nowMs - follower.deliveredAtMs >= HEARTBEAT_MS && follower.reader.wantsMore()) {
          follower.deliveredAtMs = nowMs;
          follower.reader.heartbeat();
        }
      }
      if (nowMs - feed.readAtMs >= POLL_MS) look(feed);
    }
    for (const [tenantId, tail] of tails) {
      if (tail.reading === undefined && nowMs - tail.readAtMs > POLL_MS) tails.delete(tenantId);
    }
  }

  return {
    follow({ tenantId, sessionId, afterSeq, types }, reader) {
      const feed = feeds.get(sessionId) ?? { tenantId, sessionId, followers: new Set(), readAtMs: 0 };
      const follower: Follower = {
        reader,
        types: types === null ? undefined : new Set(types),
        cursor: afterSeq,
        fullSinceMs: undefined,
        deliveredAtMs: Date.now(),
      };
      feed.followers.add(follower);
      feeds.set(sessionId, feed);
      if (closed) finish(feed, follower);
      look(feed);
      return {
        resume() {
          if (follower.fullSinceMs === undefined) return;
          follower.fullSinceMs = undefined;
          look(feed);
        },
        stop: () => leave(feed, follower),
      };
    },
    openStreams() {
      let open = 0;
      for (const feed of feeds.values()) open += feed.followers.size;
      return open;
    },
    async close() {
      closed = true;
      clearInterval(poll);
      for (const feed of feeds.values()) for (const follower of feed.followers) finish(feed, follower);
      await Promise.all([listener.close(), ...[...tails.values()].map((tail) => tail.reading)]);
    },
  };
}

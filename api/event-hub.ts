import type { Database } from '../db/database.ts';
import { createListener } from '../db/listen.ts';
import { ACCESS_CHANNEL, DELTA_CHANNEL, EVENT_CHANNEL } from '../db/notify.ts';
import type { Report } from '../processes/log-line.ts';
import type { TenantMeter } from '../processes/tenant-meter.ts';
import type { KeysThatMayRead } from '../service/tenants/authenticate.ts';
import { createDeltaDemand } from './delta-demand.ts';
import type { FollowedLog, Following, LogReader } from './log-reader.ts';
import { createSessionFeed, type SessionFeed } from './session-feed.ts';
import { createTailReads } from './tail-reads.ts';

export interface EventHub {
  /** Delivers the events of a session after `afterSeq`, present and future ones, until the session ends. */
  follow(log: FollowedLog, reader: LogReader): Following;
  /** The number of streams that are open now. */
  openStreams(): number;
  close(): Promise<void>;
}

/** The reader, whose stream counts as open until it is ended or dropped. */
function counted(reader: LogReader, done: () => void): LogReader {
  return {
    ...reader,
    end() {
      done();
      reader.end();
    },
    drop() {
      done();
      reader.drop();
    },
  };
}

export interface EventHubDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly notifier: { deltasWanted(sessionId: string): void };
  readonly keysThatMayRead: KeysThatMayRead;
  readonly meter: Pick<TenantMeter, 'hold'>;
  /** Called when a tenant may have been suspended, or have got another weight. It must not throw. */
  readonly onAccessChanged: () => Promise<void>;
  /** How often the keys of open streams are checked (default 15 s, like heartbeats). */
  readonly keyCheckMs?: number | undefined;
  /** A reader without room for so long is dropped (default 30 s). */
  readonly slowReaderMs?: number | undefined;
  /** As for createSessionFeed. */
  readonly delivered?: ((seconds: number) => void) | undefined;
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
}

/** The poll finds events whose notification was lost. */
const POLL_MS = 1_000;
const KEY_CHECK_MS = 15_000;

/**
 * Carries the event logs of live sessions to all who follow them. NOTIFY only says "look now"; a read by seq finds the
 * events. A process has one listening connection and reads a session once, however many follow it.
 */
export function createEventHub(deps: EventHubDeps): EventHub {
  const feeds = new Map<string, SessionFeed>();
  const reads = createTailReads(deps);
  const demand = createDeltaDemand(deps);
  const { keyCheckMs = KEY_CHECK_MS } = deps;
  let keysCheckedAtMs = Date.now();
  let keyCheck: Promise<void> = Promise.resolve();
  let checksWaiting = 0;
  let closed = false;

  const listener = createListener({
    databaseUrl: deps.databaseUrl,
    channels: [EVENT_CHANNEL, DELTA_CHANNEL, ACCESS_CHANNEL],
    applicationName: 'agent-runs-event-hub',
    onNotification: (channel, payload) => {
      if (channel === ACCESS_CHANNEL) return accessChanged();
      for (const sessionId of payload.split(',')) {
        const feed = feeds.get(sessionId);
        if (feed !== undefined && (channel === EVENT_CHANNEL || feed.wantsDeltas())) reads.look(feed);
      }
    },
    onConnected: () => {
      accessChanged();
      for (const feed of feeds.values()) reads.look(feed);
    },
    onDeaf: () => deps.warn('Postgres does not deliver notifications (a pooler in transaction mode?): polls go on.'),
  });
  const poll = setInterval(tick, POLL_MS);

  function tick(): void {
    const nowMs = Date.now();
    for (const feed of feeds.values()) {
      feed.tick(nowMs);
      settle(feed);
      if (feed.followers() > 0 && nowMs - feed.readAtMs >= POLL_MS) reads.look(feed);
    }
    reads.tidy(nowMs);
    if (nowMs - keysCheckedAtMs >= keyCheckMs) accessChanged();
  }

  /** Looks at keys and tenants now, or once more behind the look under way, which may have come too early. */
  function accessChanged(): void {
    keysCheckedAtMs = Date.now();
    if (checksWaiting > 1) return;
    checksWaiting += 1;
    keyCheck = keyCheck.then(checkAccess).finally(() => {
      checksWaiting -= 1;
    });
  }

  async function checkAccess(): Promise<void> {
    await Promise.all([feeds.size === 0 ? undefined : checkKeys(), deps.onAccessChanged()]);
  }

  /** Ends the streams whose keys were revoked, or whose tenants are suspended. One query checks the keys of all open streams. */
  async function checkKeys(): Promise<void> {
    try {
      const keyIds = new Set([...feeds.values()].flatMap((feed) => feed.keyIds()));
      for (const keyId of await deps.keysThatMayRead([...keyIds])) keyIds.delete(keyId);
      for (const feed of feeds.values()) {
        feed.endOfKeys(keyIds);
        settle(feed);
      }
    } catch (error) {
      deps.warn('The event hub could not look at the keys of its streams; it tries again.', error);
    }
  }

  /** Forgets what no follower of the feed needs any more. Called after followers have left. */
  function settle(feed: SessionFeed): void {
    if (feeds.get(feed.sessionId) !== feed) return;
    if (!feed.wantsDeltas()) demand.forget(feed.sessionId);
    if (feed.followers() === 0) feeds.delete(feed.sessionId);
  }

  return {
    follow(log, reader) {
      const { tenantId, sessionId } = log;
      const feed = feeds.get(sessionId) ?? createSessionFeed(tenantId, sessionId, deps);
      const done = deps.meter.hold(tenantId, 'streams');
      const membership = feed.add(log, counted(reader, done));
      feeds.set(sessionId, feed);
      if (log.deltas !== null) demand.add(log);
      if (closed) {
        feed.end();
        settle(feed);
      }
      reads.look(feed);
      return {
        resume() {
          if (membership.resume()) reads.look(feed);
        },
        stop() {
          done();
          membership.leave();
          settle(feed);
        },
      };
    },
    openStreams() {
      let open = 0;
      for (const feed of feeds.values()) open += feed.followers();
      return open;
    },
    async close() {
      closed = true;
      clearInterval(poll);
      for (const feed of feeds.values()) feed.end();
      feeds.clear();
      await Promise.all([listener.close(), reads.close(), demand.close(), keyCheck]);
    },
  };
}

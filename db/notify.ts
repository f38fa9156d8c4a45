import type pg from 'pg';
import { PostgresClient } from './postgres-client.ts';

/** Carries the ids of sessions whose event log grew, comma-separated. */
export const EVENT_CHANNEL = 'agent_runs_event';
/** Carries the ids of sessions whose inbox grew, comma-separated. */
export const INBOX_CHANNEL = 'agent_runs_inbox';
/** Carries the ids of sessions whose answer under way grew, comma-separated. */
export const DELTA_CHANNEL = 'agent_runs_delta';
/** Carries the ids of sessions whose text deltas a stream has begun to ask for, comma-separated. */
export const DELTAS_WANTED_CHANNEL = 'agent_runs_deltas_wanted';

/** Carries the ids of tenants that were suspended or resumed, got another weight, or of which a key was revoked, comma-separated. */
export const ACCESS_CHANNEL = 'agent_runs_access';

/** Postgres refuses a payload of 8,000 bytes and rolls back the transaction that sent it. */
const MAX_PAYLOAD_BYTES = 7_900;
const RETRY_AFTER_MS = 500;
const QUERY_TIMEOUT_MS = 2_000;
const LEAST_GAP_MS = 4;

export interface Notifier {
  /** Call after the commit that appended events. */
  eventsAppended(sessionId: string): void;
  /** Call after the commit that appended to the inbox. */
  inboxAppended(sessionId: string): void;
  /** Call after the commit that wrote text deltas. */
  deltasWritten(sessionId: string): void;
  /** Call after the commit that says a stream asks for text deltas. */
  deltasWanted(sessionId: string): void;
  /** Call after the commit that suspends or resumes a tenant, changes its weight, or revokes one of its keys. */
  accessChanged(tenantId: string): void;
  /** Sends the notifications that wait, then disconnects. */
  close(): Promise<void>;
}

export interface NotifierOptions {
  /** A direct address, as for LISTEN: PgBouncer in transaction mode drops LISTEN, and NOTIFY need not pass through it either. */
  readonly databaseUrl: string;
  readonly applicationName?: string;
}

/**
 * Tells all listeners to look now. It has a connection of its own and never notifies in a transaction that matters, because
 * NOTIFY takes a database-wide lock at commit. Calls during a notification go out together with the next one. A notification
 * is only a hint: while Postgres is away it is dropped, and the readers find the rows by polling.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const waiting = new Map<string, Set<string>>([
    [EVENT_CHANNEL, new Set()],
    [INBOX_CHANNEL, new Set()],
    [DELTA_CHANNEL, new Set()],
    [DELTAS_WANTED_CHANNEL, new Set()],
    [ACCESS_CHANNEL, new Set()],
  ]);
  let client: pg.Client | undefined;
  let retryAt = 0;
  let sentAtMs = 0;
  let flushing: Promise<void> | undefined;
  let closed = false;

  function add(channel: string, id: string): void {
    if (closed) return;
    waiting.get(channel)?.add(id);
    flushing ??= afterGap().then(flush);
  }

  /** Calls shortly after a notification share the next one. After a pause the first call goes out at once. */
  function afterGap(): Promise<void> {
    const restMs = sentAtMs + LEAST_GAP_MS - Date.now();
    return new Promise((resolve) => (restMs > 0 ? setTimeout(resolve, restMs) : setImmediate(resolve)));
  }

  async function flush(): Promise<void> {
    try {
      for (let batch = takeAll(); batch.length > 0; batch = takeAll()) {
        sentAtMs = Date.now();
        const connected = await connect();
        if (connected === undefined) continue;
        for (const [channel, payload] of batch) {
          await connected.query({ name: 'notify', text: 'SELECT pg_notify($1, $2)', values: [channel, payload] });
        }
      }
    } catch {
      drop();
    } finally {
      flushing = undefined;
    }
  }

  function takeAll(): [channel: string, payload: string][] {
    const batch: [string, string][] = [];
    for (const [channel, ids] of waiting) {
      for (const payload of payloadsOf(ids)) batch.push([channel, payload]);
      ids.clear();
    }
    return batch;
  }

  async function connect(): Promise<pg.Client | undefined> {
    if (client !== undefined) return client;
    if (Date.now() < retryAt) return undefined;
    const fresh = new PostgresClient({
      connectionString: options.databaseUrl,
      application_name: options.applicationName ?? 'agent-runs-notify',
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      // NOTIFY takes a transaction id, so its commit would wait for the disk. A hint does not have to be durable.
      options: '-c synchronous_commit=off',
    });
    fresh.on('error', () => {
      if (client === fresh) drop();
    });
    try {
      await fresh.connect();
    } catch {
      retryAt = Date.now() + RETRY_AFTER_MS;
      void fresh.end().catch(() => undefined);
      return undefined;
    }
    client = fresh;
    return fresh;
  }

  function drop(): void {
    const broken = client;
    client = undefined;
    retryAt = Date.now() + RETRY_AFTER_MS;
    void broken?.end().catch(() => undefined);
  }

  return {
    eventsAppended: (sessionId) => add(EVENT_CHANNEL, sessionId),
    inboxAppended: (sessionId) => add(INBOX_CHANNEL, sessionId),
    deltasWritten: (sessionId) => add(DELTA_CHANNEL, sessionId),
    deltasWanted: (sessionId) => add(DELTAS_WANTED_CHANNEL, sessionId),
    accessChanged: (tenantId) => add(ACCESS_CHANNEL, tenantId),
    async close() {
      closed = true;
      await flushing;
      const open = client;
      client = undefined;
      await open?.end().catch(() => undefined);
    },
  };
}

/** Joins ids into as few payloads as fit. */
export function payloadsOf(ids: Iterable<string>): string[] {
  const payloads: string[] = [];
  let current = '';
  for (const id of ids) {
    if (current !== '' && Buffer.byteLength(current) + 1 + Buffer.byteLength(id) > MAX_PAYLOAD_BYTES) {
      payloads.push(current);
      current = '';
    }
    current = current === '' ? id : `${current},${id}`;
  }
  if (current !== '') payloads.push(current);
  return payloads;
}

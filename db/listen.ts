import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { PostgresClient } from './postgres-client.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
/** A half-open connection says nothing at all. With a question this often it is noticed within twice this time. */
const PROBE_EVERY_MS = 3_000;
const QUERY_TIMEOUT_MS = 3_000;
const SELF_TEST_CHANNEL = 'agent_runs_self_test';
const SELF_TEST_TIMEOUT_MS = 3_000;

export interface Listener {
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** Must be a direct address: behind PgBouncer in transaction mode LISTEN hears nothing, and no error says so. */
  readonly databaseUrl: string;
  readonly channels: readonly string[];
  readonly applicationName?: string;
  readonly onNotification: (channel: string, payload: string) => void;
  /** Called after each LISTEN, also after the first: the caller now looks for what came while nobody listened. */
  readonly onConnected?: () => void;
  /** Called once if a notification from another connection does not arrive: then only polls find new rows. */
  readonly onDeaf?: () => void;
}

/** Listens on one connection and makes a new one, with back-off, whenever it is lost. */
export function createListener(options: ListenerOptions): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let probe: NodeJS.Timeout | undefined;
  let retryMs = FIRST_RETRY_MS;
  let closed = false;
  let tested = options.onDeaf === undefined;
  const testToken = randomUUID();
  let heard = false;

  async function connect(): Promise<void> {
    const fresh = new PostgresClient({
      connectionString: options.databaseUrl,
      application_name: options.applicationName ?? 'agent-runs-listen',
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client = fresh;
    fresh.on('error', () => lost(fresh));
    fresh.on('end', () => lost(fresh));
    fresh.on('notification', ({ channel, payload = '' }) => {
      if (channel === SELF_TEST_CHANNEL) heard ||= payload === testToken;
      else options.onNotification(channel, payload);
    });
    try {
      await fresh.connect();
      const channels = tested ? options.channels : [...options.channels, SELF_TEST_CHANNEL];
      await fresh.query(channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join('; '));
    } catch {
      lost(fresh);
      return;
    }
    if (client !== fresh) return;
    retryMs = FIRST_RETRY_MS;
    probe = setInterval(() => fresh.query('SELECT 1').catch(() => lost(fresh)), PROBE_EVERY_MS);
    probe.unref();
    options.onConnected?.();
    if (!tested) void selfTest();
  }

  function lost(which: pg.Client): void {
    if (client !== which) return;
    client = undefined;
    clearInterval(probe);
    void which.end().catch(() => undefined);
    if (closed) return;
    timer = setTimeout(() => void connect(), retryMs * (0.75 + Math.random() / 2));
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Sends from a second connection, because even a pooler passes a connection its own notifications. */
  async function selfTest(): Promise<void> {
    tested = true;
    const sender = new PostgresClient({
      connectionString: options.databaseUrl,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    sender.on('error', () => undefined);
    try {
      await sender.connect();
      await sender.query('SELECT pg_notify($1, $2)', [SELF_TEST_CHANNEL, testToken]);
      setTimeout(() => {
        if (!heard && !closed && client !== undefined) options.onDeaf?.();
      }, SELF_TEST_TIMEOUT_MS).unref();
    } catch {
      tested = false; // Postgres is away, so the next connection tests again.
    } finally {
      await sender.end().catch(() => undefined);
    }
  }

  void connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(probe);
      const open = client;
      client = undefined;
      await open?.end().catch(() => undefined);
    },
  };
}

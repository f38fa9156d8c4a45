import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../db/database.ts';
import { createListener, type Listener } from '../../db/listen.ts';
import { createNotifier, EVENT_CHANNEL, type Notifier } from '../../db/notify.ts';
import { isPassingDatabaseError } from '../../db/passing-error.ts';
import { startTestDatabase, type TestDatabase } from '../fixtures/mcp/postgres.ts';
import {
  type ApiUnderTest,
  append,
  end,
  message,
  newAgent,
  newSession,
  openStream,
  request,
  startApi,
} from '../integration/api/fixture.ts';
import { type FaultProxy, startFaultProxy, type Toxic } from '../support/tcp-fault-proxy.ts';
import { until } from '../support/until.ts';

/** The promise of docs/recovery.md, "The network fails". */
const DETECTED_WITHIN_MS = 10_000;

let server: TestDatabase;
let proxy: FaultProxy;
let url: string;
let notifier: Notifier;

beforeAll(async () => {
  server = await startTestDatabase();
  notifier = createNotifier({ databaseUrl: server.url });
});
afterAll(async () => {
  await notifier.close();
  await server.stop();
});
beforeEach(async () => {
  proxy = await proxyToServer();
  url = urlThrough(proxy);
});
afterEach(() => proxy.close());

function proxyToServer(): Promise<FaultProxy> {
  return startFaultProxy({ targetPort: Number(new URL(server.url).port), seed: 'connections', postgres: true });
}

function urlThrough(link: FaultProxy): string {
  return Object.assign(new URL(server.url), { port: String(link.port) }).href;
}

interface HeardListener {
  readonly heard: readonly string[];
  readonly connected: number;
  readonly listener: Listener;
}

function listen(link: FaultProxy): HeardListener {
  const heard: string[] = [];
  let connected = 0;
  const listener = createListener({
    databaseUrl: urlThrough(link),
    channels: [EVENT_CHANNEL],
    onNotification: (_channel, payload) => heard.push(payload),
    onConnected: () => {
      connected += 1;
    },
  });
  return {
    heard,
    listener,
    get connected() {
      return connected;
    },
  };
}

const SILENT_DEATHS: readonly Toxic[] = [
  { kind: 'blackhole' },
  { kind: 'drop', direction: 'up' },
  { kind: 'drop', direction: 'down' },
];

test('[network:listener:dead-one-replaced-in-10s] a listener whose connection is silently dead, in one or both directions, listens again within 10 s', async () => {
  await Promise.all(
    SILENT_DEATHS.map(async (toxic, n) => {
      const link = await proxyToServer();
      const listening = listen(link);
      await until('the listener to listen', () => listening.connected === 1);
      await link.become(toxic);
      await link.become();
      await until(`${toxic.kind} to be found out`, () => listening.connected === 2, DETECTED_WITHIN_MS);
      notifier.eventsAppended(`sess_${n}`);
      await until('the notification', () => listening.heard.some((payload) => payload.includes(`sess_${n}`)));
      await listening.listener.close();
      await link.close();
    }),
  );
});

test('[network:half-open:hangs-nothing] a transaction on a half-open connection fails because Postgres is away, and the next ones succeed at once', async () => {
  const db = createDatabase({ url, asOwner: true, applicationName: 'test-half-open', maxConnections: 8 });
  await burst(db, 8);
  // The other three are kept for tenants that have none.
  expect(proxy.connections).toBe(5);
  await proxy.become({ kind: 'blackhole' });
  await proxy.become();
  const error = await burst(db, 1).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isPassingDatabaseError(error)).toBe(true);
  // One failure was enough: the four other dead connections are not tried.
  await burst(db, 20);
  await db.close();
});

test('[network:half-open:hangs-nothing] a transaction whose connection dies is rolled back, and the connection is not used again', async () => {
  const db = createDatabase({
    url,
    asOwner: true,
    applicationName: 'test-dies-within',
    maxConnections: 1,
    statementTimeoutMs: 500,
  });
  await db.serviceTransaction((tx) => tx.query('make', 'CREATE TABLE half_open (n int)'));
  const failed = db.serviceTransaction(async (tx) => {
    await tx.query('insert', 'INSERT INTO half_open VALUES (1)');
    await proxy.become({ kind: 'blackhole' });
    await tx.query('insert', 'INSERT INTO half_open VALUES (1)');
  });
  await expect(failed).rejects.toSatisfy(isPassingDatabaseError);
  await proxy.become();
  // Postgres still holds the open transaction, since nothing told it that its client is gone.
  expect(await db.serviceTransaction((tx) => tx.query('count', 'SELECT n FROM half_open'))).toEqual([]);
  await db.close();
});

test('[network:half-open:hangs-nothing] listener, notifier and pool can be closed although nobody answers', async () => {
  const db = createDatabase({ url, asOwner: true, applicationName: 'test-closing' });
  const [listening, own] = [listen(proxy), createNotifier({ databaseUrl: url })];
  await until('the listener to listen', () => listening.connected === 1);
  own.eventsAppended('sess_a');
  await until('the notification', () => listening.heard.includes('sess_a'));
  await burst(db, 2);
  await proxy.become({ kind: 'blackhole' });
  await Promise.all([db.close(), listening.listener.close(), own.close()]);
});

test('[network:half-open:hangs-nothing] Postgres is told to close the connections of clients that are gone, with their transactions', async () => {
  const db = createDatabase({ url, asOwner: true, applicationName: 'test-keep-alive' });
  const [idle] = await db.serviceTransaction((tx) => tx.query('show', 'SHOW tcp_keepalives_idle'));
  expect(idle).toEqual({ tcp_keepalives_idle: '10' });
  await db.close();
});

/** Runs `count` transactions at once. */
async function burst(db: Database, count: number): Promise<void> {
  const together = Array.from({ length: count }, () =>
    db.serviceTransaction((tx) => tx.query('nap', 'SELECT pg_sleep(0.05)')),
  );
  await Promise.all(together);
}

/** An API that reaches Postgres through the proxy. */
async function startCutOffApi(): Promise<ApiUnderTest> {
  return startApi({
    async databasePort(port) {
      proxy.retarget(port);
      return proxy.port;
    },
  });
}

test('[network:listener:dead-one-replaced-in-10s] [network:readiness:names-what-is-missing] [I2] an api that is cut off from Postgres says so in time, and its streams go on afterwards without a gap', async () => {
  const api = await startCutOffApi();
  const sessionId = await newSession(api, await newAgent(api));
  const stream = await openStream(api, `/v1/sessions/${sessionId}/events`);
  await stream.until(1);
  await proxy.become({ kind: 'blackhole' });
  await append(api, sessionId, [message(0)]);
  const away = await request(api, 'GET', '/health/ready');
  expect([away.status, away.body.dependencies]).toEqual([503, { postgres: false, temporal: false }]);
  expect((await request(api, 'GET', '/health/live')).status).toBe(200);
  const refused = await request(api, 'GET', `/v1/sessions/${sessionId}`);
  expect([refused.status, refused.body.error.code]).toEqual([503, 'database_unavailable']);
  await proxy.become();
  await stream.until(2);
  // The fixture has no Temporal.
  await until('Postgres to be there', async () => {
    const { body } = await request(api, 'GET', '/health/ready');
    return body.dependencies.postgres === true && body.dependencies.temporal === false;
  });
  await end(api, sessionId);
  await stream.closed;
  expect(stream.events.map((event) => event.id)).toEqual(['1', '2', '3']);
  await api.stop();
});

test('[network:notify:only-a-hint] [I2] a stream goes on when every notification is lost, and the api warns that it gets none', async () => {
  await proxy.become({ kind: 'deafen' });
  const api = await startCutOffApi();
  const sessionId = await newSession(api, await newAgent(api));
  const stream = await openStream(api, `/v1/sessions/${sessionId}/events`);
  await append(api, sessionId, [message(0)]);
  await stream.until(2);
  await end(api, sessionId);
  await stream.closed;
  expect(stream.events.map((event) => event.id)).toEqual(['1', '2', '3']);
  await until('the warning', () => api.warnings.some((warning) => warning.includes('does not deliver notifications')));
  await api.stop();
});

import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createListener } from '../../../db/listen.ts';
import { createNotifier, EVENT_CHANNEL } from '../../../db/notify.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';
import { type ApiUnderTest, append, end, message, newAgent, newSession, openStream, startApi } from './fixture.ts';

let api: ApiUnderTest;
let database: TestDatabase;
beforeAll(async () => {
  [api, database] = await Promise.all([startApi(), startTestDatabase()]);
});
afterAll(() => Promise.all([api.stop(), database.stop()]));

/** Ends the connections of an application, as a restart of Postgres or a firewall would. */
async function cut(databaseUrl: string, application: string): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
    [application],
  );
  await client.end();
  return rows.length;
}

/** Counts something that happens repeatedly, and lets a test wait for a count. */
function counter() {
  let count = 0;
  const waiting: (() => void)[] = [];
  return {
    happened() {
      count += 1;
      for (const resolve of waiting.splice(0)) resolve();
    },
    async until(wanted: number): Promise<void> {
      while (count < wanted) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

test('a listener whose connection is cut listens again and says that it may have missed something', async () => {
  const connected = counter();
  const heard = counter();
  const payloads: string[] = [];
  const listener = createListener({
    databaseUrl: database.url,
    channels: [EVENT_CHANNEL],
    applicationName: 'test-listener',
    onNotification: (_channel, payload) => {
      payloads.push(payload);
      heard.happened();
    },
    onConnected: connected.happened,
    onDeaf: () => payloads.push('deaf'),
  });
  const notifier = createNotifier({ databaseUrl: database.url, applicationName: 'test-notifier' });
  await connected.until(1);
  notifier.eventsAppended('sess_a');
  notifier.eventsAppended('sess_a');
  notifier.eventsAppended('sess_b');
  await heard.until(1);
  expect(await cut(database.url, 'test-listener')).toBe(1);
  await connected.until(2);
  notifier.eventsAppended('sess_c');
  await heard.until(2);
  expect(payloads).toEqual(['sess_a,sess_b', 'sess_c']);
  await Promise.all([listener.close(), notifier.close()]);
});

test('a notifier whose connection is cut drops what it cannot send, and notifies again', async () => {
  const connected = counter();
  const heard = counter();
  const listener = createListener({
    databaseUrl: database.url,
    channels: [EVENT_CHANNEL],
    onNotification: heard.happened,
    onConnected: connected.happened,
  });
  const notifier = createNotifier({ databaseUrl: database.url, applicationName: 'test-cut-notifier' });
  await connected.until(1);
  notifier.eventsAppended('sess_a');
  await heard.until(1);
  expect(await cut(database.url, 'test-cut-notifier')).toBe(1);
  // Some of these are lost, which polls make up for. One arrives once the notifier is connected again.
  const retry = setInterval(() => notifier.eventsAppended('sess_b'), 20);
  await heard.until(2);
  clearInterval(retry);
  await Promise.all([listener.close(), notifier.close()]);
});

test('[I2] a stream goes on without a gap when every connection of the API to Postgres is cut', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const stream = await openStream(api, `/v1/sessions/${sessionId}/events`);
  await stream.until(1);
  expect(await cut(api.database.url, 'agent-runs-event-hub')).toBe(1);
  await cut(api.database.url, 'agent-runs-api');
  await append(api, sessionId, [message(0), message(1)]);
  await stream.until(3);
  await end(api, sessionId);
  await stream.closed;
  expect(stream.events.map((event) => event.id)).toEqual(['1', '2', '3', '4']);
});

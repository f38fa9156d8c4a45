import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ApiUnderTest,
  append,
  end,
  message,
  newAgent,
  newSession,
  type OpenStream,
  openStream,
  request,
  startApi,
} from './fixture.ts';

let api: ApiUnderTest;
let agentId: string;
beforeAll(async () => {
  api = await startApi({ keyCheckMs: 1 });
  agentId = await newAgent(api);
});
afterAll(() => api.stop());

const seqs = (stream: OpenStream) => stream.events.map((event) => Number(event.id));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const eventsOf = (sessionId: string) => `/v1/agents/${agentId}/sessions/${sessionId}/events`;

test('a run streams from its first event, names its session, and closes after its end', async () => {
  const stream = await openStream(api, `/v1/agents/${agentId}/run`, { method: 'POST', body: { message: 'hi' } });
  expect(stream.response.status).toBe(200);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  const sessionId = stream.response.headers.get('x-session-id') ?? '';
  expect(sessionId).toMatch(/^sess_/);
  expect(stream.response.headers.get('location')).toBe(`/v1/agents/${agentId}/sessions/${sessionId}`);
  await stream.until(1);
  expect(stream.events[0]).toMatchObject({ id: '1', event: 'session.status_running' });
  expect(JSON.parse(stream.events[0]?.data ?? '')).toMatchObject({ sessionId, agentId, maxTurns: 10 });
  await append(api, sessionId, [message(0)]);
  await stream.until(2);
  await end(api, sessionId);
  await stream.closed;
  expect(stream.events.map((event) => event.event)).toEqual([
    'session.status_running',
    'agent.message',
    'session.status_ended',
  ]);
});

test('[stream:resume:same-log-from-any-event] [I2] a client that resumes after any event sees each later event once and in order', async () => {
  const sessionId = await newSession(api, agentId);
  const first = await openStream(api, eventsOf(sessionId));
  await append(api, sessionId, [message(0), message(1), message(2)]);
  await first.until(4);
  first.leave();
  await append(api, sessionId, [message(3)]);
  const byHeader = await openStream(api, eventsOf(sessionId), { headers: { 'last-event-id': '2' } });
  const byQuery = await openStream(api, `${eventsOf(sessionId)}?after=4`);
  const byBoth = await openStream(api, `${eventsOf(sessionId)}?after=0`, { headers: { 'last-event-id': '5' } });
  const afterDelta = await openStream(api, eventsOf(sessionId), { headers: { 'last-event-id': '3.1.120' } });
  await append(api, sessionId, [message(4), message(5)]);
  await end(api, sessionId);
  await Promise.all([byHeader.closed, byQuery.closed, byBoth.closed, afterDelta.closed]);
  expect(seqs(byHeader)).toEqual(upTo(8, 3));
  expect(seqs(byQuery)).toEqual(upTo(8, 5));
  expect(seqs(byBoth)).toEqual(upTo(8, 6));
  expect(seqs(afterDelta)).toEqual(upTo(8, 4));
});

test('a stream of an ended session sends the rest of the log and closes, even if it resumes after the last event', async () => {
  const sessionId = await newSession(api, agentId);
  await append(api, sessionId, [message(0)]);
  await end(api, sessionId);
  const whole = await openStream(api, eventsOf(sessionId));
  const rest = await openStream(api, `/v1/sessions/${sessionId}/events?after=2`);
  const nothing = await openStream(api, eventsOf(sessionId), { headers: { 'last-event-id': '3' } });
  await Promise.all([whole.closed, rest.closed, nothing.closed]);
  expect(seqs(whole)).toEqual([1, 2, 3]);
  expect(seqs(rest)).toEqual([3]);
  expect(seqs(nothing)).toEqual([]);
});

test('a stream that is filtered by type sends those events with the ids of the log, and closes after the end', async () => {
  const sessionId = await newSession(api, agentId);
  const ended = await openStream(api, `${eventsOf(sessionId)}?types=session.status_ended`);
  const running = await openStream(api, `${eventsOf(sessionId)}?types=session.status_running`);
  const texts = await openStream(api, `${eventsOf(sessionId)}?types=agent.message,session.status_running&after=1`);
  const all = await openStream(api, `${eventsOf(sessionId)}?types=`);
  await append(
    api,
    sessionId,
    Array.from({ length: 250 }, (_, i) => message(i)),
  );
  await texts.until(250);
  await end(api, sessionId);
  await Promise.all([ended.closed, running.closed, texts.closed, all.closed]);
  expect(seqs(ended)).toEqual([252]);
  expect(seqs(running)).toEqual([1]);
  expect(seqs(texts)).toEqual(upTo(251, 2));
  expect(seqs(all)).toEqual(upTo(252));
});

test('[I2] a log of a thousand events arrives completely, also while it grows', async () => {
  const sessionId = await newSession(api, agentId);
  await append(
    api,
    sessionId,
    Array.from({ length: 700 }, (_, i) => message(i)),
  );
  const stream = await openStream(api, eventsOf(sessionId));
  for (let turn = 700; turn < 1000; turn += 50) {
    await append(
      api,
      sessionId,
      Array.from({ length: 50 }, (_, i) => message(turn + i)),
    );
  }
  await end(api, sessionId);
  await stream.closed;
  expect(seqs(stream)).toEqual(upTo(1002));
});

test('an event arrives although its notification was lost', async () => {
  const sessionId = await newSession(api, agentId);
  const stream = await openStream(api, eventsOf(sessionId));
  await stream.until(1);
  await append(api, sessionId, [message(0)], false);
  await stream.until(2);
  stream.leave();
});

test('all clients that follow a session, through two API processes, see the same', async () => {
  const other = await api.another();
  const elsewhere = { baseUrl: `http://127.0.0.1:${other.port}`, apiKey: api.apiKey };
  const sessionId = await newSession(api, agentId);
  const streams = await Promise.all(
    Array.from({ length: 10 }, (_, i) => openStream(i % 2 === 0 ? api : elsewhere, eventsOf(sessionId))),
  );
  await append(api, sessionId, [message(0)]);
  await append(api, sessionId, [message(1), message(2)]);
  await end(api, sessionId);
  await Promise.all(streams.map((stream) => stream.closed));
  for (const stream of streams) expect(seqs(stream)).toEqual(upTo(5));
});

test('[stream:disconnect:run-goes-on] a client that leaves does not stop its run', async () => {
  const stream = await openStream(api, `/v1/agents/${agentId}/run`, { method: 'POST', body: { message: 'hi' } });
  const sessionId = stream.response.headers.get('x-session-id') ?? '';
  await stream.until(1);
  stream.leave();
  await stream.closed;
  const { body } = await request(api, 'GET', `/v1/sessions/${sessionId}`);
  expect(body.status).toBe('running');
});

test('a client that reads nothing delays nobody, and goes on without a gap', async () => {
  const sessionId = await newSession(api, agentId);
  const text = 'x'.repeat(60_000);
  const slow = await fetch(`${api.baseUrl}${eventsOf(sessionId)}`, {
    headers: { authorization: `Bearer ${api.apiKey}`, accept: 'text/event-stream' },
  });
  const quick = await openStream(api, eventsOf(sessionId));
  for (let turn = 0; turn < 100; turn += 10) {
    await append(
      api,
      sessionId,
      Array.from({ length: 10 }, (_, i) => message(turn + i, text)),
    );
  }
  await end(api, sessionId);
  await quick.closed;
  expect(seqs(quick)).toEqual(upTo(102));
  const late = await slow.text();
  expect([...late.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))).toEqual(upTo(102));
});

test('an API process that shuts down ends its streams, and the client goes on at another process', async () => {
  const leaving = await api.another();
  const sessionId = await newSession(api, agentId);
  const stream = await openStream(
    { baseUrl: `http://127.0.0.1:${leaving.port}`, apiKey: api.apiKey },
    eventsOf(sessionId),
  );
  await stream.until(1);
  await leaving.close();
  await stream.closed;
  const resumed = await openStream(api, eventsOf(sessionId), { headers: { 'last-event-id': '1' } });
  await append(api, sessionId, [message(0)]);
  await resumed.until(1);
  expect(seqs(resumed)).toEqual([2]);
  resumed.leave();
});

test('[api:key:required-and-kept-as-hash] a stream ends when its key is revoked or expires, and those of other keys go on', async () => {
  const sessionId = await newSession(api, agentId);
  const withKey = async () => {
    const { body: key } = await request(api, 'POST', '/v1/api-keys', { scopes: ['read'] });
    const caller = { baseUrl: api.baseUrl, apiKey: key.key };
    return { id: key.id, caller, stream: await openStream(caller, eventsOf(sessionId)) };
  };
  const other = await openStream(api, eventsOf(sessionId));
  const [revoked, expired] = [await withKey(), await withKey()];
  await Promise.all([revoked.stream.until(1), expired.stream.until(1)]);
  await request(api, 'DELETE', `/v1/api-keys/${revoked.id}`);
  await api.database.database.serviceTransaction((tx) =>
    tx.query('expire-key', 'UPDATE api_key SET expires_at = now() WHERE id = $1', [expired.id]),
  );
  await Promise.all([revoked.stream.closed, expired.stream.closed]);
  const again = await request(revoked.caller, 'GET', eventsOf(sessionId), undefined, { accept: 'text/event-stream' });
  expect([again.status, again.body.error.code]).toEqual([401, 'invalid_api_key']);
  await append(api, sessionId, [message(0)]);
  await end(api, sessionId);
  await other.closed;
  expect([seqs(other), seqs(revoked.stream), seqs(expired.stream)]).toEqual([upTo(3), [1], [1]]);
});

test('the log as JSON has pages, a filter of types, and cursors from 0 on', async () => {
  const sessionId = await newSession(api, agentId);
  await append(api, sessionId, [message(0), message(1)]);
  const first = await request(api, 'GET', `${eventsOf(sessionId)}?after=0&limit=2`);
  expect(first.body.data.map((event: { seq: number }) => event.seq)).toEqual([1, 2]);
  expect(first.body.data[1]).toMatchObject({ type: 'agent.message', data: { text: 'answer 0' } });
  const second = await request(api, 'GET', `${eventsOf(sessionId)}?limit=2&cursor=${first.body.next_cursor}`);
  expect(second.body).toMatchObject({ data: [{ seq: 3 }], next_cursor: null });
  const messages = await request(api, 'GET', `${eventsOf(sessionId)}?types=agent.message`);
  expect(messages.body.data).toHaveLength(2);
  const beyond = await request(api, 'GET', `${eventsOf(sessionId)}?after=4`);
  expect([beyond.status, beyond.body.error.code]).toEqual([400, 'invalid_cursor']);
  const streamed = await request(api, 'GET', eventsOf(sessionId), undefined, {
    accept: 'text/event-stream',
    'last-event-id': '99',
  });
  expect([streamed.status, streamed.body.error.code]).toEqual([400, 'invalid_cursor']);
});

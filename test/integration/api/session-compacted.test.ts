import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockSession } from '../../../db/queries/session.ts';
import { insertSummary } from '../../../db/queries/session-summary.ts';
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
let whole: string[];
let sessionId: string;

const INCLUDE = 'include=session.compacted';
const eventsOf = (id: string) => `/v1/agents/${agentId}/sessions/${id}/events`;
const ids = (stream: OpenStream) => stream.events.map(({ id }) => id ?? '');
const listedIds = (data: readonly { id?: string; seq: number }[]) => data.map(({ id, seq }) => id ?? String(seq));

beforeAll(async () => {
  api = await startApi();
  agentId = await newAgent(api);
  sessionId = await newSession(api, agentId);
  await compact(sessionId, 1);
  await append(api, sessionId, [message(0), message(1)]);
  await compact(sessionId, 2);
  await compact(sessionId, 3);
  await append(api, sessionId, [message(2)]);
  await compact(sessionId, 4);
  await end(api, sessionId);
  whole = ['1', '1.0.1', '2', '3', '3.0.2', '3.0.3', '4', '4.0.4', '5'];
});
afterAll(() => api.stop());

/** Stores a summary as a worker does. */
async function compact(id: string, throughTurn: number): Promise<void> {
  await api.database.database.transaction(api.tenantId, async (tx) => {
    const session = await lockSession(tx, id);
    const by = { model: 'm', provider: 'p' };
    const text = `Summary through turn ${throughTurn}.`;
    insertSummary(tx, id, {
      throughTurn,
      askedTurn: throughTurn,
      text,
      tokens: 5,
      bytes: 100,
      ...by,
      afterSeq: session?.eventSeq ?? 0,
      event: {
        fromTurn: 0,
        toTurn: throughTurn,
        text,
        bytes: Buffer.byteLength(text),
        ...by,
        usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0 },
        costUsd: 0.001,
        dropped: { turns: throughTurn + 1, messages: 1, toolCalls: 0, bytes: 300 },
      },
    });
  });
}

test('[compaction:event:only-on-request-and-without-seq] [I2] the default stream and list have the seqs of the log without a gap and no summaries', async () => {
  const stream = await openStream(api, eventsOf(sessionId));
  await stream.closed;
  expect(ids(stream)).toEqual(['1', '2', '3', '4', '5']);
  const { body } = await request(api, 'GET', eventsOf(sessionId));
  expect(listedIds(body.data)).toEqual(['1', '2', '3', '4', '5']);
});

test('[compaction:event:right-in-front-of-the-next] a stream and a list that ask for summaries show each in its place, with what it covers and cost', async () => {
  const stream = await openStream(api, `${eventsOf(sessionId)}?${INCLUDE}`);
  await stream.closed;
  expect(ids(stream)).toEqual(whole);
  const frame = stream.events.find(({ id }) => id === '3.0.2');
  expect(frame?.event).toBe('session.compacted');
  expect(JSON.parse(frame?.data ?? '')).toMatchObject({ fromTurn: 0, toTurn: 2, text: 'Summary through turn 2.' });

  const { body } = await request(api, 'GET', `${eventsOf(sessionId)}?${INCLUDE}`);
  expect(listedIds(body.data)).toEqual(whole);
  expect(body.data[4]).toMatchObject({ id: '3.0.2', seq: 3, type: 'session.compacted', data: { costUsd: 0.001 } });
  const both = await openStream(api, `${eventsOf(sessionId)}?include=agent.message_delta,session.compacted`);
  await both.closed;
  expect(ids(both)).toEqual(whole);
});

test('[compaction:event:resumes-at-any-frame] [I2] a stream that resumes behind any frame shows all that follows it once', async () => {
  for (const [index, id] of whole.entries()) {
    const byHeader = await openStream(api, `${eventsOf(sessionId)}?${INCLUDE}`, { headers: { 'last-event-id': id } });
    const byQuery = await openStream(api, `${eventsOf(sessionId)}?${INCLUDE}&after=${id}`);
    const withDeltas = await openStream(
      api,
      `${eventsOf(sessionId)}?include=session.compacted,agent.message_delta&after=${id}`,
    );
    await Promise.all([byHeader.closed, byQuery.closed, withDeltas.closed]);
    const rest = whole.slice(index + 1);
    expect([id, ids(byHeader), ids(byQuery), ids(withDeltas)]).toEqual([id, rest, rest, rest]);
  }
});

test('[compaction:event:resumes-at-any-frame] a list has each event and summary once, whatever its pages', async () => {
  for (const limit of [1, 2, 3, 4, 8, 9, 10]) {
    const found: string[] = [];
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const page = `${eventsOf(sessionId)}?${INCLUDE}&limit=${limit}&cursor=${cursor}`;
      const { body }: { body: { data: { id?: string; seq: number }[]; next_cursor: string | null } } = await request(
        api,
        'GET',
        page,
      );
      expect(body.data.length).toBeLessThanOrEqual(limit);
      found.push(...listedIds(body.data));
      cursor = body.next_cursor;
    }
    expect([limit, found]).toEqual([limit, whole]);
  }
});

test('[compaction:event:right-in-front-of-the-next] a filter of types leaves summaries in, and a summary of which nothing follows yet is not shown', async () => {
  const ended = `${eventsOf(sessionId)}?types=session.status_ended&${INCLUDE}`;
  const expected = ['1.0.1', '3.0.2', '3.0.3', '4.0.4', '5'];
  const stream = await openStream(api, ended);
  await stream.closed;
  expect(ids(stream)).toEqual(expected);
  expect(listedIds((await request(api, 'GET', ended)).body.data)).toEqual(expected);
  const running = await request(api, 'GET', `${eventsOf(sessionId)}?types=session.status_running&${INCLUDE}`);
  expect(listedIds(running.body.data)).toEqual(['1', '1.0.1', '3.0.2', '3.0.3', '4.0.4']);

  const live = await newSession(api, agentId);
  const follower = await openStream(api, `${eventsOf(live)}?${INCLUDE}`);
  await follower.until(1);
  await compact(live, 1);
  expect(listedIds((await request(api, 'GET', `${eventsOf(live)}?${INCLUDE}`)).body.data)).toEqual(['1']);
  await append(api, live, [message(0)]);
  await follower.until(3);
  expect(ids(follower)).toEqual(['1', '1.0.1', '2']);
  follower.leave();
});

test('[compaction:event:only-on-request-and-without-seq] the stream of a run that asks for summaries has them', async () => {
  const body = { message: 'Go.' };
  const run = await openStream(api, `/v1/agents/${agentId}/run?${INCLUDE}`, { method: 'POST', body });
  await run.until(1);
  const id = run.response.headers.get('x-session-id') ?? '';
  await compact(id, 1);
  await end(api, id);
  await run.closed;
  expect(ids(run)).toEqual(['1', '1.0.1', '2']);
});

test('[compaction:event:only-on-request-and-without-seq] a type that cannot be included is refused', async () => {
  const { status, body } = await request(api, 'GET', `${eventsOf(sessionId)}?include=session.compacted,agent.thoughts`);
  expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', 'include.1']);
});

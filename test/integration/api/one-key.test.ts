import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetOldKeys } from '../../../service/verb/idempotency.ts';
import { type Answer, type ApiUnderTest, append, end, message, openStream, request, startApi } from './fixture.ts';

const RIVALS = 100;

let api: ApiUnderTest;
let processes: readonly Pick<ApiUnderTest, 'baseUrl' | 'apiKey'>[];
beforeAll(async () => {
  api = await startApi();
  const other = await api.another();
  processes = [api, { baseUrl: `http://127.0.0.1:${other.port}`, apiKey: api.apiKey }];
});
afterAll(() => api.stop());

const tables = ['agent', 'session', 'session_inbox', 'session_event', 'audit_entry'];
async function rowCounts(): Promise<Record<string, number>> {
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const [row = {}] = await api.database.database.serviceTransaction((tx) =>
    tx.query<Record<string, number>>('row-counts', `SELECT ${counts.join(', ')}`),
  );
  return row;
}

/** @returns the answer that is no replay, and the number of rows that all requests added, by table */
async function postByAll(key: string, path: string, body: object): Promise<[Answer, Record<string, number>]> {
  const before = await rowCounts();
  const answers = await Promise.all(
    Array.from({ length: RIVALS }, (_, index) => {
      const via = processes[index % processes.length] ?? api;
      return request(via, 'POST', path, body, { 'idempotency-key': key });
    }),
  );
  const first = answers.find((answer) => answer.headers.get('idempotent-replayed') === null);
  if (first === undefined) throw new Error('every answer is a replay');
  for (const answer of answers) {
    expect([answer.status, answer.body]).toEqual([first.status, first.body]);
    expect(answer.headers.get('location')).toBe(first.headers.get('location'));
  }
  expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(RIVALS - 1);
  const after = await rowCounts();
  const added = tables.map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)] as const);
  return [first, Object.fromEntries(added.filter(([, rows]) => rows !== 0))];
}

test('[I1] [api:idempotency:one-effect-one-answer] a hundred posts of one key at two processes make one agent, one session or one message', async () => {
  const [agent, agentRows] = await postByAll('agent', '/v1/agent/bootstrap', { agent_id: 'one-key' });
  expect([agent.status, agentRows]).toEqual([201, { agent: 1, audit_entry: 1 }]);
  const [session, sessionRows] = await postByAll('session', '/v1/agents/one-key/sessions', { message: 'x' });
  expect([session.status, sessionRows]).toEqual([201, { session: 1, session_inbox: 1, session_event: 1 }]);
  const events = `/v1/agents/one-key/sessions/${session.body.id}/events`;
  const [receipt, inboxRows] = await postByAll('event', events, { type: 'user.message', text: 'also this' });
  expect([receipt.status, receipt.body.inbox_seq, inboxRows]).toEqual([202, 2, { session_inbox: 1 }]);
});

test('[I1] [I2] [api:idempotency:one-effect-one-answer] a hundred runs of one key make one session, and each gets its whole stream', async () => {
  await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: 'one-run' });
  const before = await rowCounts();
  const run = { method: 'POST', body: { message: 'x' }, headers: { 'idempotency-key': 'run' } };
  const streams = await Promise.all(
    Array.from({ length: RIVALS }, (_, index) =>
      openStream(processes[index % processes.length] ?? api, '/v1/agents/one-run/run', run),
    ),
  );
  const ids = new Set(streams.map(({ response }) => response.headers.get('x-session-id') ?? ''));
  expect(ids.size).toBe(1);
  expect(streams.filter(({ response }) => response.headers.has('idempotent-replayed'))).toHaveLength(RIVALS - 1);
  const [sessionId = ''] = ids;
  await append(api, sessionId, [message(0)]);
  await end(api, sessionId);
  for (const stream of streams) {
    await stream.closed;
    expect(stream.events.map((event) => event.id)).toEqual(['1', '2', '3']);
  }
  expect((await rowCounts()).session).toBe((before.session ?? 0) + 1);
});

test('[api:idempotency:one-effect-one-answer] keys older than 24 hours are deleted, and the others stay', async () => {
  const keys = async () => {
    const rows = await api.database.database.serviceTransaction((tx) =>
      tx.query<{ key: string }>('all-keys', 'SELECT key FROM idempotency_key ORDER BY key'),
    );
    return rows.map(({ key }) => key);
  };
  for (const key of ['old', 'young']) {
    await request(api, 'POST', '/v1/memory/entries', { fact: key }, { 'idempotency-key': key });
  }
  await api.database.database.serviceTransaction((tx) =>
    tx.query('age-keys', "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key <> 'young'"),
  );
  await forgetOldKeys(api.database.database, (message) => api.warnings.push(message));
  expect(await keys()).toEqual(['young']);
});

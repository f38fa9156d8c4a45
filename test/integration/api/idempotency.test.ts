import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimIdempotencyKey } from '../../../db/queries/idempotency-key.ts';
import { until } from '../../support/until.ts';
import {
  type Answer,
  type ApiUnderTest,
  append,
  end,
  message,
  newAgent,
  newSession,
  openStream,
  request,
  startApi,
} from './fixture.ts';

let api: ApiUnderTest;
let agentId: string;
beforeAll(async () => {
  api = await startApi({ egressAllow: ['127.0.0.1'] });
  agentId = await newAgent(api);
});
afterAll(() => api.stop());

const withKey = (key: string) => ({ 'idempotency-key': key });
const post = (path: string, body: unknown, key: string, via: Pick<ApiUnderTest, 'baseUrl' | 'apiKey'> = api) =>
  request(via, 'POST', path, body, withKey(key));
const replayed = (answer: Answer) => answer.headers.get('idempotent-replayed') === 'true';
const count = async (table: string): Promise<number> => {
  const [row] = await api.database.database.serviceTransaction((tx) =>
    tx.query<{ n: number }>(`count-${table}`, `SELECT count(*)::int AS n FROM ${table}`),
  );
  return row?.n ?? -1;
};
const sessions = () => `/v1/agents/${agentId}/sessions`;

test('[I1] twenty posts of one key at once have one effect, and all get the same answer', async () => {
  const other = await api.another();
  const elsewhere = { baseUrl: `http://127.0.0.1:${other.port}`, apiKey: api.apiKey };
  const before = [await count('session'), await count('session_inbox')];
  const started = await Promise.all(
    Array.from({ length: 20 }, (_, i) => post(sessions(), { message: 'x' }, 'start-1', i % 2 ? elsewhere : api)),
  );
  const [first] = started;
  for (const answer of started) {
    expect([answer.status, answer.body]).toEqual([201, first?.body]);
    expect(answer.headers.get('location')).toBe(first?.headers.get('location'));
  }
  expect(started.filter((answer) => !replayed(answer))).toHaveLength(1);
  const path = `/v1/sessions/${first?.body.id}/events`;
  const steered = await Promise.all(
    Array.from({ length: 20 }, () => post(path, { type: 'user.message', text: 'also this' }, 'steer-1')),
  );
  for (const answer of steered) expect([answer.status, answer.body]).toEqual([202, steered[0]?.body]);
  // There is no Temporal here, so each start of a workflow leaves a warning.
  const starts = () => api.warnings.filter((warning) => warning.includes('workflow could not be started')).length;
  await until('the start of the workflow', () => starts() > 0);
  expect(starts()).toBe(1);
  expect([await count('session'), await count('session_inbox')]).toEqual([
    Number(before[0]) + 1,
    Number(before[1]) + 2,
  ]);
});

test('another process repeats an answer after the process that gave it is gone', async () => {
  const gone = await api.another();
  const fact = { fact: 'The sky is blue.' };
  const first = await post('/v1/memory/entries', fact, 'fact-1', {
    baseUrl: `http://127.0.0.1:${gone.port}`,
    apiKey: api.apiKey,
  });
  await gone.close();
  const again = await post('/v1/memory/entries', fact, 'fact-1');
  expect([again.status, again.body, replayed(first), replayed(again)]).toEqual([201, first.body, false, true]);
  expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
});

test('a key belongs to its request: another body, path or query is refused, and another order of members is not', async () => {
  const first = await post('/v1/memory/entries', { fact: 'one', block: 'human' }, 'mine-1');
  expect(replayed(await post('/v1/memory/entries', { block: 'human', fact: 'one' }, 'mine-1'))).toBe(true);
  for (const answer of [
    await post('/v1/memory/entries', { fact: 'two', block: 'human' }, 'mine-1'),
    await post('/v1/memory/init', { fact: 'one', block: 'human' }, 'mine-1'),
    await post(`/v1/memory/entries?agent_id=${agentId}`, { fact: 'one', block: 'human' }, 'mine-1'),
  ]) {
    expect([answer.status, answer.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  }
  const bad = await post('/v1/memory/entries', { fact: 'one' }, 'a b');
  expect([bad.status, bad.body.error.param]).toEqual([400, 'Idempotency-Key']);
  expect(first.status).toBe(201);
});

test('[I8] the key of one tenant is free for another', async () => {
  const made = await request(api, 'POST', '/v1/tenants', { name: 'other' });
  const other = { baseUrl: api.baseUrl, apiKey: made.body.api_key.key };
  const mine = await post('/v1/memory/entries', { fact: 'mine' }, 'shared-1');
  const theirs = await post('/v1/memory/entries', { fact: 'theirs' }, 'shared-1', other);
  expect([mine.status, theirs.status, replayed(theirs)]).toEqual([201, 201, false]);
});

test('a refused request does not use up its key', async () => {
  const body = { agent_id: 'not-there-yet', fact: 'kept' };
  expect((await post('/v1/memory/entries', body, 'later-1')).body.error.code).toBe('agent_not_found');
  expect((await post('/v1/memory/entries', { fact: 7 }, 'later-1')).status).toBe(400);
  await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: 'not-there-yet' });
  const made = await post('/v1/memory/entries', body, 'later-1');
  expect([made.status, replayed(made)]).toEqual([201, false]);
});

test('a request that fails with a 5xx leaves neither an effect nor its key', async () => {
  const { database } = api.database;
  const alter = (name: string, change: string) =>
    database.serviceTransaction((tx) => tx.query(name, `ALTER TABLE audit_entry ${change}`));
  await alter('break', "ADD CONSTRAINT broken CHECK (action <> 'memory.create') NOT VALID");
  const before = await count('memory_entry');
  const failed = await post('/v1/memory/entries', { fact: 'once' }, 'broken-1');
  await alter('mend', 'DROP CONSTRAINT broken');
  expect([failed.status, failed.body.error.code, await count('memory_entry')]).toEqual([500, 'internal_error', before]);
  const made = await post('/v1/memory/entries', { fact: 'once' }, 'broken-1');
  expect([made.status, replayed(made), await count('memory_entry')]).toEqual([201, false, before + 1]);
});

test('[I1] a rival waits for the first request, and takes its place when that dies without a commit', async () => {
  const { database } = api.database;
  const dies = new Error('killed');
  let rival: Promise<Answer> | undefined;
  const first = database.transaction(api.tenantId, async (tx) => {
    const requestSha256 = Buffer.alloc(32);
    const claim = { key: 'rival-1', requestSha256, scope: 'read', lease: 'req_dead', leaseMs: 60_000 } as const;
    expect(await claimIdempotencyKey(tx, claim)).toBe(true);
    rival = post('/v1/memory/entries', { fact: 'by the rival' }, 'rival-1');
    await until('the rival to wait', async () => {
      const waiting = 'SELECT 1 FROM pg_locks WHERE NOT granted';
      return (await database.serviceTransaction((other) => other.query('waiting-locks', waiting))).length > 0;
    });
    throw dies;
  });
  await expect(first).rejects.toBe(dies);
  const made = await rival;
  expect([made?.status, made?.body.fact, made && replayed(made)]).toEqual([201, 'by the rival', false]);
});

test('[I1] the same key attaches to the stream of its run from the first event, and never starts a second run', async () => {
  const before = await count('session');
  const run = { method: 'POST', body: { message: 'hi' }, headers: withKey('run-1') };
  const streams = await Promise.all(Array.from({ length: 5 }, () => openStream(api, `/v1/agents/${agentId}/run`, run)));
  const sessionId = streams[0]?.response.headers.get('x-session-id') ?? '';
  await append(api, sessionId, [message(0)]);
  await Promise.all(streams.map((stream) => stream.until(2)));
  const late = await openStream(api, `/v1/agents/${agentId}/run`, run);
  expect(late.response.headers.get('idempotent-replayed')).toBe('true');
  expect(late.response.headers.get('content-type')).toBe('text/event-stream');
  await end(api, sessionId);
  const after = await openStream(api, `/v1/agents/${agentId}/run`, run);
  for (const stream of [...streams, late, after]) {
    await stream.closed;
    expect(stream.response.headers.get('x-session-id')).toBe(sessionId);
    expect(stream.events.map((event) => event.id)).toEqual(['1', '2', '3']);
  }
  const asked = { ...withKey('run-1'), prefer: 'respond-async' };
  const resource = await request(api, 'POST', `/v1/agents/${agentId}/run`, run.body, asked);
  expect([resource.status, resource.body.id, replayed(resource)]).toEqual([202, sessionId, true]);
  expect(await count('session')).toBe(before + 1);
  await request(api, 'DELETE', `/v1/sessions/${sessionId}`);
  const erased = await post(`/v1/agents/${agentId}/run`, run.body, 'run-1');
  expect([erased.status, erased.body.error.code, await count('session')]).toEqual([404, 'session_not_found', before]);
});

test('[I10] a key that was shown once is neither stored nor shown again', async () => {
  const made = await post('/v1/api-keys', { name: 'ci' }, 'key-1');
  const again = await post('/v1/api-keys', { name: 'ci' }, 'key-1');
  const { key, ...rest } = made.body;
  expect([again.status, again.body, replayed(again)]).toEqual([201, rest, true]);
  const tenant = await post('/v1/tenants', { name: 'third' }, 'tenant-1');
  const tenantAgain = await post('/v1/tenants', { name: 'third' }, 'tenant-1');
  expect(tenantAgain.body).toMatchObject({ id: tenant.body.id, api_key: { id: tenant.body.api_key.id } });
  expect(tenantAgain.body.api_key).not.toHaveProperty('key');
  const rows = await api.database.database.serviceTransaction((tx) =>
    tx.query<{ text: string }>('raw-keys', 'SELECT k::text AS text FROM idempotency_key k'),
  );
  const stored = JSON.stringify(rows);
  expect(stored).toContain(made.body.id);
  expect(stored).not.toContain(key);
  expect(stored).not.toContain(tenant.body.api_key.key);
});

test('a replay needs the same scope as the first request', async () => {
  const admin = await post('/v1/agent/bootstrap', { agent_id: 'by-admin' }, 'rights-1');
  expect(admin.status).toBe(201);
  const made = await request(api, 'POST', '/v1/api-keys', { scopes: ['run'] });
  const runner = { baseUrl: api.baseUrl, apiKey: made.body.key };
  const refused = await post('/v1/agent/bootstrap', { agent_id: 'by-admin' }, 'rights-1', runner);
  expect([refused.status, refused.body.error.code]).toEqual([403, 'missing_scope']);
});

test('a route that dials out leases its key, and refuses rivals until it is done', async () => {
  let dialled = () => {};
  const dialling = new Promise<void>((resolve) => {
    dialled = resolve;
  });
  let answer = () => {};
  const answering = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let dials = 0;
  const slow = createServer((_, response) => {
    dials++;
    dialled();
    void answering.then(() => response.writeHead(401).end('{}'));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = slow.address() as AddressInfo;
  const body = {
    provider: 'openai-compatible',
    base_url: `http://127.0.0.1:${port}/v1`,
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }],
  };
  const first = post('/v1/providers/test', body, 'dial-1');
  await dialling;
  const rival = await post('/v1/providers/test', body, 'dial-1');
  expect([rival.status, rival.body.error.code]).toEqual([409, 'idempotency_in_progress']);
  expect([rival.headers.get('retry-after'), rival.headers.get('x-should-retry')]).toEqual(['2', null]);
  answer();
  const done = await first;
  const again = await post('/v1/providers/test', body, 'dial-1');
  expect([done.status, again.body, replayed(again), dials]).toEqual([200, done.body, true, 1]);
  slow.close();
});

test('a lease whose holder died runs out, and the next request does the work', async () => {
  const path = '/v1/mcp/servers/mcp_none/discover';
  const dead = (leasedUntil: string) =>
    api.database.database.transaction(api.tenantId, (tx) =>
      tx.query(
        `lease-${leasedUntil}`,
        `UPDATE idempotency_key SET lease = 'req_dead', leased_until = ${leasedUntil}, status = NULL, headers = NULL,
                body = NULL WHERE key = 'lease-1' RETURNING 1`,
      ),
    );
  const server = { name: 'gone', transport: 'streamable-http', url: 'http://127.0.0.1:1/mcp' };
  const { body } = await request(api, 'POST', '/v1/mcp/servers', server);
  const discover = `/v1/mcp/servers/${body.id}/discover`;
  expect((await post(discover, undefined, 'lease-1')).status).toBe(502);
  // The failure released the key: its row is gone, and any request may use it.
  expect(await dead('now()')).toEqual([]);
  expect((await post(path, undefined, 'lease-1')).body.error.code).toBe('mcp_server_not_found');
  const tested = {
    provider: 'openai-compatible',
    base_url: 'http://127.0.0.1:1/v1',
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }],
  };
  expect((await post('/v1/providers/test', tested, 'lease-1')).body.ok).toBe(false);
  expect(await dead("now() + interval '1 minute'")).toHaveLength(1);
  expect((await post('/v1/providers/test', tested, 'lease-1')).status).toBe(409);
  expect(await dead("now() - interval '1 second'")).toHaveLength(1);
  const mended = await post('/v1/providers/test', tested, 'lease-1');
  expect([mended.status, replayed(mended)]).toEqual([200, false]);
  expect(replayed(await post('/v1/providers/test', tested, 'lease-1'))).toBe(true);
});

test('a key is free again after 24 hours', async () => {
  await post('/v1/memory/entries', { fact: 'old' }, 'old-1');
  await api.database.database.serviceTransaction((tx) =>
    tx.query('age-key', "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'old-1'"),
  );
  const made = await post('/v1/memory/entries', { fact: 'new' }, 'old-1');
  expect([made.status, made.body.fact, replayed(made)]).toEqual([201, 'new', false]);
});

test('posts without a key are independent', async () => {
  const ids = [await newSession(api, agentId), await newSession(api, agentId)];
  expect(new Set(ids).size).toBe(2);
});

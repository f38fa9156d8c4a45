import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertArtifact } from '../../../db/queries/artifact.ts';
import { appendEvents } from '../../../db/queries/event.ts';
import { lockSession } from '../../../db/queries/session.ts';
import { type ApiUnderTest, end, newAgent, newSession, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ simulatedUrl: null, maxLiveSessionsPerAgent: 2 });
});
afterAll(() => api.stop());

const withKey = (apiKey: string) => ({ baseUrl: api.baseUrl, apiKey });
const provider = {
  provider: 'openai-compatible',
  name: 'local',
  base_url: 'http://127.0.0.1:1/v1',
  api_key: 'sk-this-is-a-secret-key-1234',
  models: [{ id: 'small', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }],
};

test('bootstrap creates an agent once, repeats its answer for the same values, and refuses others', async () => {
  const body = {
    agent_id: 'research-01',
    display_name: 'Research Agent',
    budget_daily_usd: 10,
    department: 'Engineering',
  };
  const created = await request(api, 'POST', '/v1/agent/bootstrap', body);
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    profile: { agentId: 'research-01', displayName: 'Research Agent', role: 'agent', lifecycleState: 'active' },
    budget: { profile_daily_usd: 10, enforced_daily_usd: 10, spent_today_usd: 0 },
  });
  const repeated = await request(api, 'POST', '/v1/agent/bootstrap', body);
  expect([repeated.status, repeated.body]).toEqual([200, created.body]);
  const other = await request(api, 'POST', '/v1/agent/bootstrap', { ...body, budget_daily_usd: 11 });
  expect([other.status, other.body.error.code]).toEqual([409, 'agent_exists']);
});

test('the profile calls of the published client work: create, get, patch, transition, list, delete', async () => {
  const created = await request(api, 'POST', '/v1/agent/profiles', { agentId: 'client-agent' });
  expect(created.status).toBe(201);
  const patched = await request(api, 'PATCH', '/v1/agent/profiles/client-agent', {
    displayName: 'New name',
    budgetDailyUsd: 5,
  });
  expect(patched.body).toMatchObject({ displayName: 'New name', budgetDailyUsd: 5, department: null });
  const suspended = await request(api, 'PATCH', '/v1/agent/profiles/lifecycle/client-agent', { state: 'suspended' });
  expect(suspended.body.lifecycleState).toBe('suspended');
  const { body } = await request(api, 'GET', '/v1/agent/profiles?limit=1');
  expect(body.data).toMatchObject([{ agentId: 'client-agent' }]);
  const next = await request(api, 'GET', `/v1/agent/profiles?limit=1&cursor=${body.next_cursor}`);
  expect(next.body.data).toMatchObject([{ agentId: 'research-01' }]);
  const deleted = await request(api, 'DELETE', '/v1/agent/profiles/client-agent');
  expect(deleted.body).toEqual({ id: 'client-agent', deleted: true });
  const left = await request(api, 'GET', '/v1/agent/profiles/client-agent');
  expect(left.body.lifecycleState).toBe('terminated');
});

test('a run needs a provider, and its models have to be offered by one', async () => {
  const agentId = await newAgent(api);
  const start = (body: object) => request(api, 'POST', `/v1/agents/${agentId}/sessions`, { message: 'x', ...body });
  const without = await start({});
  expect([without.status, without.body.error.code]).toEqual([409, 'no_provider']);
  expect(without.body.error.recovery.action).toContain('POST /v1/providers');
  const connected = await request(api, 'POST', '/v1/providers', provider);
  expect(connected.status).toBe(201);
  const unknown = await start({ models: ['large', 'other/small'] });
  expect([unknown.status, unknown.body.error.code, unknown.body.error.param]).toEqual([400, 'unknown_model', 'models']);
  expect((await start({ models: ['large', 'local/*'] })).status).toBe(201);
});

test('[I10] [tenant:secret:sealed-for-tenant-and-row] a provider key is shown masked and stored sealed, and the name of a provider is unique', async () => {
  const { body } = await request(api, 'GET', '/v1/providers');
  expect(body.data).toMatchObject([{ provider: 'openai-compatible', name: 'local', models: ['small'] }]);
  expect(JSON.stringify(body)).not.toContain('secret');
  const rows = await api.database.database.serviceTransaction((tx) =>
    tx.query<{ text: string }>(
      'raw-provider',
      `SELECT encode(sealed_key, 'escape') || encode(sealed_key, 'base64') || provider::text AS text FROM provider`,
    ),
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.text).not.toContain('secret');
  const again = await request(api, 'POST', '/v1/providers', provider);
  expect([again.status, again.body.error.code]).toEqual([409, 'provider_exists']);
  const models = await request(api, 'GET', '/v1/models');
  expect(models.body.data).toMatchObject([{ id: 'local/small', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }]);
});

test('a provider test reports what went wrong and stores nothing', async () => {
  const { status, body } = await request(api, 'POST', '/v1/providers/test', { ...provider, name: 'tried' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ok: false, model: 'small' });
  expect(JSON.stringify(body)).not.toContain('secret');
  expect((await request(api, 'GET', '/v1/providers')).body.data).toHaveLength(1);
});

test('a field that a kind of provider needs is named when it is missing', async () => {
  const missing = async (body: object) => (await request(api, 'POST', '/v1/providers', body)).body.error.param;
  expect(await missing({ provider: 'anthropic' })).toBe('api_key');
  expect(await missing({ provider: 'openai-compatible', models: provider.models })).toBe('base_url');
  expect(await missing({ provider: 'openai-compatible', base_url: provider.base_url })).toBe('models');
  expect(await missing({ provider: 'nobody' })).toBe('provider');
});

test('lifecycle, daily budget and the number of live sessions are each checked before a run', async () => {
  const agentId = await newAgent(api, { budget_daily_usd: 0 });
  const start = () => request(api, 'POST', `/v1/agents/${agentId}/sessions`, { message: 'x' });
  const codeOf = async () => {
    const { status, body } = await start();
    return [status, body.error?.code];
  };
  expect(await codeOf()).toEqual([402, 'budget_exhausted']);
  await request(api, 'PATCH', `/v1/agent/profiles/${agentId}`, { budgetDailyUsd: 1 });
  expect(await codeOf()).toEqual([201, undefined]);
  expect(await codeOf()).toEqual([201, undefined]);
  const tooMany = await start();
  expect([tooMany.status, tooMany.body.error.code]).toEqual([429, 'too_many_sessions']);
  expect(tooMany.headers.get('retry-after')).toMatch(/^\d+$/);
  await request(api, 'PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state: 'suspended' });
  expect(await codeOf()).toEqual([402, 'agent_suspended']);
  await request(api, 'PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state: 'terminated' });
  expect(await codeOf()).toEqual([403, 'agent_terminated']);
});

test('a run answers at once with its session if that is preferred, and is listed newest first', async () => {
  const agentId = await newAgent(api);
  const body = { message: 'x', max_turns: 3, budget_cap_usd: 1.000000001, metadata: { a: [1] } };
  const answer = await request(api, 'POST', `/v1/agents/${agentId}/run`, body, { prefer: 'respond-async' });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    agent_id: agentId,
    status: 'running',
    turns: 0,
    max_turns: 3,
    cost_usd: 0,
    budget_cap_usd: 1.000000001,
    last_seq: 1,
    metadata: { a: [1] },
  });
  expect(answer.headers.get('location')).toBe(`/v1/agents/${agentId}/sessions/${answer.body.id}`);
  expect((await request(api, 'GET', answer.headers.get('location') ?? '')).body).toEqual(answer.body);
  const second = await newSession(api, agentId);
  const first = await request(api, 'GET', `/v1/agents/${agentId}/sessions?limit=1`);
  expect(first.body.data[0].id).toBe(second);
  const next = await request(api, 'GET', `/v1/sessions?agent_id=${agentId}&limit=1&cursor=${first.body.next_cursor}`);
  expect(next.body).toMatchObject({ data: [{ id: answer.body.id }], next_cursor: null });
  expect((await request(api, 'GET', `/v1/agents/${agentId}/sessions?status=ended`)).body.data).toEqual([]);
});

test('[I1] an accepted message is a row with the next seq of the inbox, also with the content type of curl -d', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const path = `/v1/agents/${agentId}/sessions/${sessionId}/events`;
  const message = await request(api, 'POST', path, { type: 'user.message', text: 'also this' }, form);
  expect([message.status, message.body]).toEqual([
    202,
    { id: message.body.id, inbox_seq: 2, status: 'queued', disposition: 'joined' },
  ]);
  const interrupt = await request(api, 'POST', `/v1/sessions/${sessionId}/events`, { type: 'user.interrupt' }, form);
  expect(interrupt.body.inbox_seq).toBe(3);
  const rows = await api.database.database.transaction(api.tenantId, (tx) =>
    tx.query('inbox', 'SELECT seq::int, type, payload FROM session_inbox WHERE session_id = $1 ORDER BY seq', [
      sessionId,
    ]),
  );
  expect(rows).toEqual([
    { seq: 1, type: 'user.message', payload: { text: 'hello' } },
    { seq: 2, type: 'user.message', payload: { text: 'also this' } },
    { seq: 3, type: 'user.interrupt', payload: {} },
  ]);
});

test('[steering:turn:only-at-the-expected-one] an event for this turn is stored, and a repeat of it is answered alike when the turn is over', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const steer = (expected_turn: number, key: string) => {
    const body = { type: 'user.message', text: 'The other one.', expected_turn };
    return request(api, 'POST', `/v1/sessions/${sessionId}/events`, body, { 'idempotency-key': key });
  };
  const stored = await steer(0, 'at-turn-0');
  expect(stored.status).toBe(202);
  const { database } = api.database;
  await database.transaction(api.tenantId, async (tx) => {
    await lockSession(tx, sessionId);
    appendEvents(tx, sessionId, [], 1);
  });
  const late = await steer(0, 'too-late');
  expect([late.status, late.body.error.code]).toEqual([409, 'turn_passed']);
  expect((await steer(1, 'at-turn-1')).body).toMatchObject({ inbox_seq: stored.body.inbox_seq + 1 });
  expect((await steer(0, 'at-turn-0')).body).toEqual(stored.body);
  const inbox = await database.transaction(api.tenantId, (tx) =>
    tx.query<{ payload: object }>('payloads-of-test', 'SELECT payload FROM session_inbox WHERE session_id = $1', [
      sessionId,
    ]),
  );
  expect(inbox.filter(({ payload }) => 'expected_turn' in payload)).toEqual([]);
});

test('a live session takes a new cap and more turns, and an ended one can be erased', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId, { budget_cap_usd: 1 });
  const path = `/v1/agents/${agentId}/sessions/${sessionId}`;
  const patched = await request(api, 'PATCH', path, { budget_cap_usd: 2.5, max_turns: 20, metadata: { x: 1 } });
  expect(patched.body).toMatchObject({ budget_cap_usd: 2.5, max_turns: 20, metadata: { x: 1 } });
  expect((await request(api, 'PATCH', path, {})).status).toBe(400);
  await end(api, sessionId);
  expect((await request(api, 'DELETE', path)).body).toEqual({ id: sessionId, deleted: true });
  expect((await request(api, 'GET', path)).status).toBe(404);
});

test('[tool:artifact:whole-result-readable] an artifact can be read with the scope read, belongs to its session, and is erased with it', async () => {
  const agentId = await newAgent(api);
  const [sessionId, other] = [await newSession(api, agentId), await newSession(api, agentId)];
  const artifact = { id: 'art_1', toolCallId: 'call_1', content: 'grüße '.repeat(100_000) };
  const store = (content: string) =>
    api.database.database.transaction(api.tenantId, async (tx) =>
      insertArtifact(tx, sessionId, { ...artifact, content }),
    );
  await store(artifact.content);
  await store('of a second run of the stage');
  const { body: key } = await request(api, 'POST', '/v1/api-keys', { scopes: ['read'] });
  const path = `/v1/sessions/${sessionId}/artifacts/art_1`;
  const read = await request(withKey(key.key), 'GET', path);
  expect([read.status, read.body === artifact.content]).toEqual([200, true]);
  expect(read.headers.get('content-length')).toBe('800000');
  const head = await fetch(`${api.baseUrl}${path}`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${key.key}` },
  });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '800000', '']);
  for (const elsewhere of [`/v1/sessions/${other}/artifacts/art_1`, `/v1/sessions/${sessionId}/artifacts/art_2`]) {
    const { status, body } = await request(api, 'GET', elsewhere);
    expect([status, body.error.code]).toEqual([404, 'artifact_not_found']);
  }
  await end(api, sessionId);
  await request(api, 'DELETE', `/v1/sessions/${sessionId}`);
  expect((await request(api, 'GET', path)).body.error.code).toBe('session_not_found');
  const left = await api.database.database.serviceTransaction((tx) => tx.query('artifacts', 'SELECT 1 FROM artifact'));
  expect(left).toEqual([]);
  await end(api, other);
});

test('[api:key:required-and-kept-as-hash] a new key works, with its scopes only, until it is revoked or expires', async () => {
  const made = await request(api, 'POST', '/v1/api-keys', { name: 'reader', scopes: ['read'] });
  expect(made.status).toBe(201);
  const reader = withKey(made.body.key);
  expect((await request(reader, 'GET', '/v1/sessions')).status).toBe(200);
  const betweenUsesMs = Date.now();
  const refused = await request(reader, 'POST', '/v1/agent/bootstrap', { agent_id: 'by-reader' });
  expect([refused.status, refused.body.error.code]).toEqual([403, 'missing_scope']);
  const listed = await request(api, 'GET', '/v1/api-keys');
  expect(JSON.stringify(listed.body)).not.toContain(made.body.key);
  expect(listed.body.data[0]).toMatchObject({ id: made.body.id, name: 'reader', revoked_at: null });
  // Its last use is written once a minute: not again for the refused request.
  const lastUse = Date.parse(listed.body.data[0].last_used_at);
  expect(lastUse).toBeGreaterThanOrEqual(Date.parse(made.body.created_at));
  expect(lastUse).toBeLessThanOrEqual(betweenUsesMs);
  expect((await request(api, 'DELETE', `/v1/api-keys/${made.body.id}`)).body.deleted).toBe(true);
  expect((await request(reader, 'GET', '/v1/sessions')).body.error.code).toBe('invalid_api_key');
  const expired = await request(api, 'POST', '/v1/api-keys', { expires_at: '2020-01-01T00:00:00Z' });
  expect((await request(withKey(expired.body.key), 'GET', '/v1/sessions')).body.error.code).toBe('expired_api_key');
});

test('[I8] no row of a tenant exists for another', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const made = await request(api, 'POST', '/v1/tenants', { name: 'other' });
  expect(made.status).toBe(201);
  const other = withKey(made.body.api_key.key);
  for (const path of [
    `/v1/sessions/${sessionId}`,
    `/v1/sessions/${sessionId}/events`,
    `/v1/sessions/${sessionId}/transcript`,
    `/v1/agent/profiles/${agentId}`,
    `/v1/agents/${agentId}/context/preview`,
  ]) {
    expect([path, (await request(other, 'GET', path)).status]).toEqual([path, 404]);
  }
  expect((await request(other, 'GET', '/v1/sessions')).body.data).toEqual([]);
  expect((await request(other, 'GET', '/v1/providers')).body.data).toEqual([]);
  expect((await request(other, 'POST', `/v1/sessions/${sessionId}/events`, { type: 'user.interrupt' })).status).toBe(
    404,
  );
  const nested = await request(other, 'POST', '/v1/tenants', { name: 'third' });
  expect(nested.body.error.code).toBe('missing_scope');
});

test('guardrails have defaults, keep those that a change does not name, and can be tried out', async () => {
  expect((await request(api, 'GET', '/v1/guardrails/config')).body).toEqual({
    blocked_phrases: [],
    redact_secrets: true,
    rules: [],
    effective: [expect.objectContaining({ id: 'secrets', action: 'redact' })],
  });
  const put = await request(api, 'PUT', '/v1/guardrails/config', { blocked_phrases: ['top secret'] });
  expect(put.body).toMatchObject({ blocked_phrases: ['top secret'], redact_secrets: true, rules: [] });
  const tried = await request(api, 'POST', '/v1/guardrails/test', { text: 'this is TOP  SECRET' });
  expect(tried.body).toMatchObject({ blocked: true, blocked_phrase: 'top secret' });
});

test('MCP servers are registered, listed with the bundled ones, governed by policies and removed, with masked credentials', async () => {
  const body = {
    name: 'docs',
    transport: 'streamable-http',
    url: 'http://127.0.0.1:1/mcp',
    auth: 'Bearer hidden-token',
  };
  const made = await request(api, 'POST', '/v1/mcp/servers', body);
  expect(made.status).toBe(201);
  const listed = await request(api, 'GET', '/v1/mcp/servers');
  expect(listed.body.data.map((server: { name: string }) => server.name)).toEqual([
    'docs',
    'workspace',
    'memory',
    'session',
    'skills',
  ]);
  expect(JSON.stringify(listed.body)).not.toContain('hidden-token');
  const discovered = await request(api, 'POST', `/v1/mcp/servers/${made.body.id}/discover`);
  expect([discovered.status, discovered.body.error.code]).toEqual([502, 'mcp_server_failed']);
  const taken = await request(api, 'POST', '/v1/mcp/servers', { ...body, name: 'memory' });
  expect(taken.body.error.code).toBe('mcp_server_exists');
  const policy = await request(api, 'PUT', '/v1/mcp/governance/policy', {
    tool_name: 'docs_*',
    allowed: true,
    effect: 'read',
    idempotent: true,
  });
  expect(policy.body).toMatchObject({ tool_name: 'docs_*', allowed: true, requires_approval: false, effect: 'read' });
  const denied = await request(api, 'PUT', '/v1/mcp/governance/policy', { tool_name: 'docs_*', allowed: false });
  expect(denied.body).toMatchObject({ allowed: false, effect: 'read', idempotent: true });
  expect((await request(api, 'GET', '/v1/mcp/governance')).body.policies).toHaveLength(1);
  const tools = await request(api, 'GET', '/v1/mcp/tools?server_id=workspace');
  expect(tools.body.data.map((tool: { name: string }) => tool.name)).toContain('search');
  expect((await request(api, 'DELETE', `/v1/mcp/servers/${made.body.id}`)).body.deleted).toBe(true);
  const audit = await request(api, 'GET', '/v1/mcp/audit');
  expect(audit.body.data[0]).toMatchObject({ action: 'mcp_server.delete', target: made.body.id });
});

test('budgets and usage can be read, and a limit can be set', async () => {
  const agentId = await newAgent(api, { budget_daily_usd: 3 });
  const limit = await request(api, 'PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 4 });
  expect(limit.body).toMatchObject({ profile_daily_usd: 4, enforced_daily_usd: 4, spent_today_usd: 0 });
  const status = await request(api, 'GET', '/v1/budget/status');
  expect(status.body.agents).toContainEqual({
    agent_id: agentId,
    daily_cap_usd: 4,
    spent_today_usd: 0,
    reserved_usd: 0,
    remaining_usd: 4,
  });
  expect((await request(api, 'GET', '/v1/usage/summary?period=month')).body).toMatchObject({
    total_cost_usd: 0,
    models: [],
  });
  expect((await request(api, 'GET', '/v1/usage/by-cost-center')).body.data).toEqual([]);
  expect((await request(api, 'GET', '/v1/usage/by-owner?period=day')).body.data).toEqual([]);
  expect((await request(api, 'GET', '/v1/models/leaderboard?sort=anything')).body.data).toEqual([]);
});

test('health names the missing dependency, and neither health nor the description of the API needs a key', async () => {
  const open = { baseUrl: api.baseUrl, apiKey: '' };
  expect((await request(open, 'GET', '/health/live')).status).toBe(200);
  const ready = await request(open, 'GET', '/health/ready');
  expect([ready.status, ready.body.dependencies]).toEqual([503, { postgres: true, temporal: false }]);
  const { body } = await request(open, 'GET', '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(body.paths['/v1/agents/{agent_id}/run'].post.security).toEqual([{ bearer: [] }]);
});

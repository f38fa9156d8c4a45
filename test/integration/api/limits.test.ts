import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createStoredMeter } from '../../../db/stored-meter.ts';
import { limitNames } from '../../../domain/tenant-limits.ts';
import { startAnsweringServer } from '../../fixtures/answering-server.ts';
import { png, userImage } from '../../support/images.ts';
import { type Answer, type ApiUnderTest, newAgent, newSession, openStream, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
/** A tenant that the operator limits. */
let tenant: ApiUnderTest;

beforeAll(async () => {
  // No poll ends a stream here: a notification has to.
  api = await startApi({ keyCheckMs: 600_000 });
  tenant = await newTenant('limited');
});
afterAll(() => api.stop());

async function newTenant(name: string): Promise<ApiUnderTest> {
  const made = await request(api, 'POST', '/v1/tenants', { name });
  return { ...api, apiKey: made.body.api_key.key, tenantId: made.body.id };
}

async function limit(limits: Readonly<Record<string, number | null>>, of = tenant): Promise<Answer> {
  return request(api, 'PATCH', `/v1/tenants/${of.tenantId}`, { limits });
}

const used = async (name: string, of = tenant) =>
  (await request(of, 'GET', '/v1/limits')).body.data.find((each: { name: string }) => each.name === name);

test('[tenant:limits:refused-by-name] everything that a request can make more of is refused beyond its limit, by name', async () => {
  const agentId = await newAgent(tenant);
  const sessionId = await newSession(tenant, agentId);
  const openai = {
    provider: 'openai-compatible',
    base_url: 'http://127.0.0.1:1/v1',
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }],
  };
  const events = `/v1/agents/${agentId}/sessions/${sessionId}/events`;
  const large = { large: 'x'.repeat(2_000) };
  const picture = (n: number) => userImage(png(n, 1));
  const cases: Record<
    string,
    [status: number, method: string, path: string, body: (n: number) => object, key?: string]
  > = {
    agents: [413, 'POST', '/v1/agent/bootstrap', (n) => ({ agent_id: `more-${n}` })],
    api_keys: [413, 'POST', '/v1/api-keys', () => ({})],
    providers: [413, 'POST', '/v1/providers', (n) => ({ ...openai, name: `p-${n}` })],
    guardrail_providers: [
      413,
      'POST',
      '/v1/guardrails/providers',
      (n) => ({ name: `g-${n}`, url: 'http://127.0.0.1:1/g' }),
    ],
    mcp_servers: [
      413,
      'POST',
      '/v1/mcp/servers',
      (n) => ({ name: `s-${n}`, transport: 'sse', url: 'http://127.0.0.1:1' }),
    ],
    tool_policies: [413, 'PUT', '/v1/mcp/governance/policy', (n) => ({ tool_name: `t${n}_*`, allowed: false })],
    documents: [413, 'PUT', `/v1/agents/${agentId}/context/skill/`, () => ({ content: 'text' })],
    memory_entries: [413, 'POST', '/v1/memory/entries', (n) => ({ fact: `fact ${n}` })],
    sessions: [429, 'POST', `/v1/agents/${agentId}/sessions`, () => ({ message: 'hello' })],
    ended_sessions: [413, 'POST', `/v1/agents/${agentId}/sessions`, () => ({ message: 'hello' })],
    file_bytes: [413, 'POST', events, (n) => ({ type: 'user.message', text: 'Look.', images: [picture(n)] })],
    idempotency_keys: [413, 'POST', '/v1/api-keys', () => ({}), 'keys'],
    idempotency_bytes: [413, 'POST', '/v1/api-keys', () => ({}), 'bytes'],
    inbox_messages: [429, 'POST', events, (n) => ({ type: 'user.message', text: `message ${n}` })],
  };
  for (const [name, [status, method, path, body, key]] of Object.entries(cases)) {
    const send = (n: number) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': `${key}-${n}` };
      return request(tenant, method, path.endsWith('/') ? `${path}${n}.md` : path, body(n), headers);
    };
    expect([name, Math.floor((await send(1)).status / 100)]).toEqual([name, 2]);
    // Of a key whose request is under way the bytes are not known, so only those of others are counted.
    const now = name === 'inbox_messages' ? 2 : (await used(name)).used - (name === 'idempotency_bytes' ? 1 : 0);
    await limit({ [name]: now });
    const refused = await send(2);
    expect([name, refused.status, refused.body.error.code]).toEqual([
      name,
      status,
      status === 429 ? 'limit_reached' : 'quota_exceeded',
    ]);
    expect(refused.body.error.limit).toMatchObject({ name, limit: now });
    expect(refused.body.error.recovery.action).toContain(`"${name}"`);
    expect(refused.headers.has('retry-after')).toBe(status === 429);
    await limit({ [name]: null });
    expect([name, Math.floor((await send(2)).status / 100)]).toEqual([name, 2]);
  }
  // An interrupt is heard whatever waits.
  await limit({ inbox_messages: 0 });
  expect((await request(tenant, 'POST', events, { type: 'user.interrupt' })).status).toBe(202);

  await limit({ metadata_bytes: 1_000, guardrail_bytes: 1_000 });
  const sizes: [name: string, method: string, path: string, body: object][] = [
    ['metadata_bytes', 'POST', '/v1/agent/bootstrap', { agent_id: 'too-large', metadata: large }],
    ['metadata_bytes', 'PATCH', `/v1/agent/profiles/${agentId}`, { metadata: large }],
    ['metadata_bytes', 'POST', `/v1/agents/${agentId}/sessions`, { message: 'hello', metadata: large }],
    ['guardrail_bytes', 'PUT', '/v1/guardrails/config', { blocked_phrases: Array(5).fill('y'.repeat(400)) }],
  ];
  for (const [name, method, path, body] of sizes) {
    const refused = await request(tenant, method, path, body);
    expect([refused.status, refused.body.error.limit.name]).toEqual([413, name]);
  }
  expect((await request(tenant, 'GET', '/v1/agent/profiles/too-large')).status).toBe(404);
});

test('[tenant:limits:refused-by-name] a discovery that finds more tools than the tenant may have is refused by name and changes nothing', async () => {
  const listed = { tools: [1, 2, 3].map((each) => ({ name: `t${each}`, inputSchema: { type: 'object' } })) };
  const server = await startAnsweringServer();
  onTestFinished(() => server.close());
  const url = server.serve((response, body) => {
    const { id, method } = JSON.parse(body || '{}');
    const handshake = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'x', version: '1' } };
    const answers: Record<string, object> = { initialize: handshake, 'tools/list': listed };
    const result = answers[method];
    const answer = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
    response.writeHead(id === undefined ? 202 : 200, { 'content-type': 'application/json' });
    response.end(id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });
  const owner = await newTenant('many-tools');
  const made = await request(owner, 'POST', '/v1/mcp/servers', {
    name: 'many',
    transport: 'streamable-http',
    url,
  });
  const path = `/v1/mcp/servers/${made.body.id}`;
  const discover = () => request(owner, 'POST', `${path}/discover`);
  for (const [name, enough] of [
    ['tools', 3],
    ['tool_definition_bytes', 10_000],
  ] as const) {
    await limit({ [name]: 2 }, owner);
    const refused = await discover();
    expect([refused.status, refused.body.error.limit]).toMatchObject([413, { name, limit: 2 }]);
    expect((await request(owner, 'GET', path)).body.discovered_at ?? null).toBeNull();
    await limit({ [name]: enough }, owner);
  }
  expect((await discover()).body.tools).toHaveLength(3);
  expect(await used('tools', owner)).toMatchObject({ used: 3, limit: 3 });
});

test('[tenant:limits:refused-by-name] streams and requests of a tenant are bounded at one process, whatever keys it has', async () => {
  const busy = await newTenant('busy');
  const sessionId = await newSession(busy, await newAgent(busy));
  const path = `/v1/sessions/${sessionId}/events`;
  await limit({ streams: 1 }, busy);
  const stream = await openStream(busy, path);
  const second = await request(busy, 'GET', path, undefined, { accept: 'text/event-stream' });
  expect([second.status, second.body.error.limit]).toMatchObject([429, { name: 'streams', used: 1, limit: 1 }]);
  stream.leave();
  await expect
    .poll(async () => (await fetch(`${api.baseUrl}${path}`, streamOf(busy))).status, { timeout: 10_000 })
    .toBe(200);

  const other = await request(busy, 'POST', '/v1/api-keys', {});
  await limit({ requests_per_second: 5 }, busy);
  const keys = [busy.apiKey, other.body.key];
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      request({ ...busy, apiKey: keys[n % 2] }, 'GET', '/v1/agent/profiles?limit=1'),
    ),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.length - refused.length).toBeLessThanOrEqual(20);
  expect(refused[0]?.body.error.limit).toMatchObject({ name: 'requests_per_second', limit: 5 });
  // Nobody else is refused.
  expect((await request(tenant, 'GET', '/v1/limits')).status).toBe(200);
});

function streamOf(as: ApiUnderTest): RequestInit {
  const headers = { authorization: `Bearer ${as.apiKey}`, accept: 'text/event-stream' };
  return { headers, signal: AbortSignal.timeout(5_000) };
}

test('[tenant:limits:shown-and-set-by-operator] a tenant sees its limits, and only the operator changes them', async () => {
  const { body } = await request(tenant, 'GET', '/v1/limits');
  expect(body.data.map((each: { name: string }) => each.name)).toEqual([...limitNames]);
  const mine = `/v1/tenants/${tenant.tenantId}`;
  for (const [method, path, sent] of [
    ['PATCH', mine, { limits: { sessions: 1 } }],
    ['GET', mine, undefined],
    ['GET', '/v1/tenants', undefined],
  ] as const) {
    const refused = await request(tenant, method, path, sent);
    expect([path, refused.status, refused.body.error.code]).toEqual([path, 403, 'missing_scope']);
  }
  const unknown = await limit({ session: 1 });
  expect([unknown.status, unknown.body.error.param]).toEqual([400, 'limits.session']);
  expect(unknown.body.error.message).toContain('sessions');
  for (const value of [-1, 1.5, '7', 2 ** 60]) {
    const wrong = await request(api, 'PATCH', mine, { limits: { sessions: value } });
    expect([value, wrong.status]).toEqual([value, 400]);
  }
  expect((await request(api, 'PATCH', `/v1/tenants/${tenant.tenantId.replace(/.$/, '!')}`, {})).status).toBe(404);

  const renamed = await request(api, 'PATCH', mine, { name: 'renamed', limits: { sessions: 77 } });
  expect(renamed.body).toMatchObject({ id: tenant.tenantId, name: 'renamed', limits: { sessions: 77 } });
  expect(await used('sessions')).toMatchObject({ limit: 77, default: 10_000 });
  const shown = await request(api, 'GET', mine);
  expect(shown.body.use.find((each: { name: string }) => each.name === 'sessions')).toMatchObject({ limit: 77 });
  expect((await request(api, 'GET', mine, undefined, { authorization: `Bearer ${tenant.apiKey}` })).status).toBe(403);
});

test('[tenant:shares:by-weight] the operator sets the weight of a tenant, and nobody else does', async () => {
  const weighed = await newTenant('weighed');
  const mine = `/v1/tenants/${weighed.tenantId}`;
  const weightShown = async () => {
    const [one, all] = [await request(api, 'GET', mine), await request(api, 'GET', '/v1/tenants?limit=100')];
    const listed = all.body.data.find((each: { id: string }) => each.id === weighed.tenantId);
    return [one.body.weight, listed.weight];
  };
  expect(await weightShown()).toEqual([1, 1]);
  expect((await request(weighed, 'PATCH', mine, { weight: 100 })).status).toBe(403);
  for (const weight of [0, 101, 1.5, -1, '3', null]) {
    const wrong = await request(api, 'PATCH', mine, { weight });
    expect([weight, wrong.status, wrong.body.error.param]).toEqual([weight, 400, 'weight']);
  }
  expect(await weightShown()).toEqual([1, 1]);
  const set = await request(api, 'PATCH', mine, { weight: 3 });
  expect([set.status, set.body.weight, set.body.name]).toEqual([200, 3, 'weighed']);
  expect(await weightShown()).toEqual([3, 3]);
  await request(api, 'PATCH', mine, { name: 'weighed again' });
  expect(await weightShown()).toEqual([3, 3]);
});

test('[tenant:meter:what-it-costs-now] the operator sees what each tenant costs in all live processes', async () => {
  const costly = await newTenant('costly');
  await newSession(costly, await newAgent(costly));
  const { database } = api.database;
  const meters = (['worker', 'worker'] as const).map((kind) =>
    createStoredMeter({ kind, db: database, warn: () => undefined, flushMs: 20 }),
  );
  for (const meter of meters) {
    meter.add(costly.tenantId, 'validation_cpu_ms', 7);
    meter.hold(costly.tenantId, 'model_call_slots');
  }
  const shown = async () => {
    const listed = await request(api, 'GET', '/v1/tenants?limit=100');
    return listed.body.data.find((each: { id: string }) => each.id === costly.tenantId);
  };
  await expect
    .poll(shown, { timeout: 10_000 })
    .toMatchObject({ last_minute: { validation_cpu_ms: 14 }, held: { model_call_slots: 2 }, sessions: { running: 1 } });
  await Promise.all(meters.map((meter) => meter.close()));
  // A process that died writes no more, and its last figures are not counted for ever.
  await database.serviceTransaction((tx) =>
    tx.query(
      'age-readings',
      `UPDATE tenant_meter SET flushed_at = now() - interval '1 hour' WHERE process_id LIKE 'worker-%'`,
    ),
  );
  expect((await shown()).held.model_call_slots).toBeUndefined();

  const first = await request(api, 'GET', '/v1/tenants?limit=1');
  const second = await request(api, 'GET', `/v1/tenants?limit=1&cursor=${first.body.next_cursor}`);
  expect(first.body.data[0].id).not.toBe(second.body.data[0].id);
});

test('[tenant:suspend:stops-at-once] [api:key:required-and-kept-as-hash] streams end at once when their key is revoked or expires, and when their tenant is suspended', async () => {
  const stopped = await newTenant('stopped');
  const sessionId = await newSession(stopped, await newAgent(stopped));
  const path = `/v1/sessions/${sessionId}/events`;
  const newKey = async (body: object) => {
    const { id, key } = (await request(stopped, 'POST', '/v1/api-keys', body)).body;
    return { id, stream: await openStream({ ...stopped, apiKey: key }, path) };
  };
  const [other, revoked] = [await openStream(stopped, path), await newKey({})];
  const expiring = await newKey({ expires_at: new Date(Date.now() + 3_000).toISOString() });
  await request(stopped, 'DELETE', `/v1/api-keys/${revoked.id}`);
  await Promise.all([revoked.stream.closed, expiring.stream.closed]);

  const mine = `/v1/tenants/${stopped.tenantId}`;
  // The operator does not lock itself out.
  const self = await request(api, 'POST', `/v1/tenants/${api.tenantId}/suspend`, {});
  expect([self.status, self.body.error.code]).toEqual([409, 'tenant_is_operator']);
  expect((await request(stopped, 'POST', `${mine}/suspend`, {})).status).toBe(403);
  expect((await request(api, 'POST', `${mine}/suspend`, { sessions: 'kill' })).status).toBe(400);
  const suspended = await request(api, 'POST', `${mine}/suspend`);
  expect(suspended.body).toMatchObject({ status: 'suspended', suspended_sessions: 'pause' });
  await other.closed;
  const harder = await request(api, 'POST', `${mine}/suspend`, { sessions: 'terminate' });
  expect(harder.body).toMatchObject({ suspended_at: suspended.body.suspended_at, suspended_sessions: 'terminate' });
  expect((await request(stopped, 'POST', `${mine}/resume`)).status).toBe(403);
  expect((await request(api, 'POST', `${mine}/resume`)).body).toMatchObject({ status: 'active', suspended_at: null });
  expect((await request(stopped, 'POST', '/v1/api-keys', {})).status).toBe(201);
});

/** The commands of a page, in its order, from the section on. */
function commandsOf(page: string, section: string): string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const rest = text.slice(text.indexOf(`## ${section}\n`));
  const end = section === 'When a tenant misbehaves' ? rest.indexOf('\n## ', 3) : rest.length;
  return [...rest.slice(0, end).matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, command = '']) => command);
}

test('[tenant:limits:shown-and-set-by-operator] the commands of the pages about tenants do what the pages say', async () => {
  const { tenantId } = await newTenant('documented');
  const env = { ...process.env, URL: api.baseUrl, KEY: api.apiKey, TENANT: tenantId };
  const commands = [
    ...commandsOf('operations.md', 'When a tenant misbehaves'),
    ...commandsOf('limits.md', 'Who sets limits'),
  ];
  expect(commands.length).toBeGreaterThanOrEqual(9);
  const said: string[] = [];
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], { env });
    expect([command, stdout.includes('"error"'), stdout === '']).toEqual([command, false, false]);
    said.push(stdout);
  }
  expect(said[0]).toContain('documented');
  expect(said[1]).toContain('memory_entries: 0 of 100000');
  expect(said[2]).toContain('"sessions":20');
  expect(said[3]).toContain('"status":"suspended"');
  expect(said[4]).toContain('"status":"active"');
});

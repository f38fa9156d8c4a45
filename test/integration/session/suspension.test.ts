import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attackRound } from '../../chaos/tenants/attack-round.ts';
import { attacks } from '../../chaos/tenants/attacks.ts';
import { createQuietTenant } from '../../chaos/tenants/quiet-tenant.ts';
import { drip } from '../../chaos/tenants/slow-answers.ts';
import { speaking } from '../../chaos/tenants/tool-attacks.ts';
import { type Answer, type AnsweringServer, startAnsweringServer } from '../../fixtures/answering-server.ts';
import { type HttpServer, startHostileHttpServer } from '../../fixtures/mcp/hostile-server-command.ts';
import type { ApiClient } from '../../support/client.ts';
import { holdTable } from '../../support/held-table.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let server: HttpServer;
let silent: AnsweringServer;

beforeAll(async () => {
  stack = await startTestStack();
  server = await startHostileHttpServer('--counter-file', stack.counterFile);
  silent = await startAnsweringServer();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack.stop();
  await server.kill();
  await silent.close();
});

interface Tenant {
  readonly id: string;
  readonly client: ApiClient;
  readonly agentId: string;
}

async function newTenant(): Promise<Tenant> {
  const client = await stack.newTenant();
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants?limit=1');
  const agentId = 'worker';
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: agentId });
  return { id: data[0]?.id ?? '', client, agentId };
}

const suspend = (tenant: Tenant, sessions: 'pause' | 'terminate') =>
  stack.api.call<{ status: string }>('POST', `/v1/tenants/${tenant.id}/suspend`, { sessions });
const resume = (tenant: Tenant) => stack.api.call('POST', `/v1/tenants/${tenant.id}/resume`);
const idle = (tenant: Tenant, sessionId: string, cause: string) =>
  until(`${sessionId} to be idle (${cause})`, async () => {
    const { status, idle_cause } = await tenant.client.session(sessionId);
    return status === 'idle' && idle_cause === cause;
  });
const reservedNano = (tenant: Tenant) =>
  stack.db.serviceTransaction(async (tx) => {
    const rows = await tx.query<{ nano: bigint }>(
      'reserved-of-tenant',
      'SELECT coalesce(sum(reserved_nano), 0)::bigint AS nano FROM budget_account WHERE tenant_id = $1',
      [tenant.id],
    );
    return rows[0]?.nano;
  });

/** Connects the server over HTTP, since only the operator may register commands. @returns the id of the server */
async function connectServer(tenant: Tenant): Promise<string> {
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const body = { name: 'web', transport: 'streamable-http', url };
  const { id } = await tenant.client.call<{ id: string }>('POST', '/v1/mcp/servers', body);
  const policy = { tool_name: 'web_*', allowed: true, effect: 'write', idempotent: false, allow_tainted: true };
  await tenant.client.call('PUT', '/v1/mcp/governance/policy', policy);
  await tenant.client.call('POST', `/v1/mcp/servers/${id}/discover`);
  return id;
}

test('[tenant:suspend:stops-at-once] a suspended tenant has its request to a model aborted and its session paused, and goes on with it when it is resumed', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const script = await stack.script(
    { turns: [[{ text: 'One half. The other half.', chunks: 2, hang: 'mid_stream' }, { text: 'All of it.' }]] },
    { client: tenant.client },
  );
  const run = await tenant.client.run(tenant.agentId, { message: 'Begin.', models: script.models });
  await until('half an answer', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);

  expect(await suspend(tenant, 'pause')).toMatchObject({ status: 'suspended' });
  await idle(tenant, run.sessionId, 'paused');
  expect((await script.waitForRequests(1, { closed: true })).requests[0]?.sent.clientAborted).toBe(true);
  expect(await reservedNano(tenant)).toBe(0n);

  const events = `/v1/agents/${tenant.agentId}/sessions/${run.sessionId}/events`;
  const refused: [method: string, path: string, body?: object][] = [
    ['POST', `/v1/agents/${tenant.agentId}/run`, { message: 'More.' }],
    ['POST', events, { type: 'user.message', text: 'More.' }],
    ['POST', '/v1/mcp/tools/call', { server_id: 'x', tool: 'y' }],
    ['PUT', '/v1/guardrails/config', {}],
    ['DELETE', `/v1/sessions/${run.sessionId}`],
  ];
  for (const [method, path, body] of refused) {
    const answer = await tenant.client.request(method, path, body);
    expect([path, answer.status, answer.body]).toMatchObject([path, 403, { error: { code: 'tenant_suspended' } }]);
  }
  const stream = await tenant.client.request('GET', events, undefined, { accept: 'text/event-stream' });
  expect(stream.status).toBe(403);
  // It still reads what it has, and nobody else notices.
  expect((await tenant.client.request('GET', events)).status).toBe(200);
  const theirs = await stack.script({ turns: [[{ text: 'Undisturbed.' }]] }, { client: other.client });
  const run2 = await other.client.run(other.agentId, { message: 'Go on.', models: theirs.models });
  expect((await run2.ended()).reason).toBe('completed');

  await resume(tenant);
  const again = tenant.client.watch(run.sessionId);
  expect((await again.ended()).reason).toBe('completed');
  expect(again.ofType('session.status_idle')).toMatchObject([{ cause: 'paused' }]);
  expect(again.ofType('agent.message').map(({ text }) => text)).toEqual(['All of it.']);
});

test('[tenant:suspend:stops-at-once] sessions of a tenant that is suspended for good end, whatever they are doing, also when the worker is killed meanwhile', async () => {
  const tenant = await newTenant();
  const serverId = await connectServer(tenant);
  const count = { name: 'web_count', args: { note: 'slow', ms: 60_000 } };
  const { client, agentId } = tenant;
  const scripts = {
    model: await stack.script({ turns: [[{ text: 'x', hang: true }]] }, { client }),
    tool: await stack.script({ turns: [[{ toolCalls: [count] }]] }, { client }),
    idle: await stack.script({ turns: [[{ text: 'Waiting.' }]] }, { client }),
  };
  const start = ({ models }: { models: readonly string[] }, more = {}) =>
    client.createSession(agentId, { message: 'Begin.', models, ...more });
  const sessions = [
    await start(scripts.model),
    await start(scripts.tool),
    await start(scripts.idle, { on_complete: 'idle', idle_timeout_s: 600 }),
  ];
  await scripts.model.waitForRequests(1);
  await until('the tool to be called', () => effectsOf(stack.counterFile, 'slow') === 1);
  await idle(tenant, sessions[2] ?? '', 'awaiting_input');
  const direct = client.request('POST', '/v1/mcp/tools/call', {
    server_id: serverId,
    tool: 'count',
    arguments: { note: 'direct', ms: 60_000 },
  });
  await until('the direct call to be under way', () => effectsOf(stack.counterFile, 'direct') === 1);

  // The worker dies before it can act: what it leaves undone is done by the next one.
  await stack.processes.kill('worker');
  await suspend(tenant, 'terminate');
  for (const id of sessions) {
    await until(`${id} to end`, async () => (await client.session(id)).status === 'ended');
    expect(await client.session(id)).toMatchObject({ end_reason: 'terminated', error: { code: 'tenant_suspended' } });
  }
  expect(await reservedNano(tenant)).toBe(0n);
  expect((await scripts.model.waitForRequests(1, { closed: true })).requests[0]?.sent.clientAborted).toBe(true);
  expect((await direct).status).toBe(502);
  await resume(tenant);
  const again = await stack.script({ turns: [[{ text: 'Here again.' }]] }, { client });
  const after = await client.run(agentId, { message: 'Again.', models: again.models });
  expect((await after.ended()).reason).toBe('completed');
});

test('[tenant:suspend:stops-at-once] a suspension in whose middle the api is killed is either made or not, with its entry in the audit, and can be made again', async () => {
  const tenant = await newTenant();
  const { client, agentId } = tenant;
  const waiting = await stack.script({ turns: [[{ text: 'Waiting.' }]], repeatLastAttempt: true }, { client });
  const body = { message: 'Begin.', models: waiting.models, on_complete: 'idle', idle_timeout_s: 600 };
  const session = await client.createSession(agentId, body);
  await idle(tenant, session, 'awaiting_input');
  const shown = async () => {
    const [row] = await stack.db.serviceTransaction((tx) =>
      tx.query<{ suspended: boolean; entries: number }>(
        'suspension-shown',
        `SELECT suspended_at IS NOT NULL AS suspended,
                (SELECT count(*)::int FROM audit_entry WHERE target = t.id AND action = 'tenant.suspend') AS entries
           FROM tenant t WHERE id = $1`,
        [tenant.id],
      ),
    );
    return row;
  };
  // Its row is written, and its entry in the audit waits.
  const held = await holdTable(stack.db, 'audit_entry');
  const lost = suspend(tenant, 'terminate').catch(() => undefined);
  await held.blocked(1);
  await stack.processes.kill('api');
  await held.release();
  await lost;
  await stack.processes.ready('api');
  const before = await shown();
  expect(before?.entries).toBe(before?.suspended ? 1 : 0);
  expect(await suspend(tenant, 'terminate')).toMatchObject({ status: 'suspended' });
  // The api is killed again when it is made: the workers do what it says.
  await stack.processes.kill('api');
  await stack.processes.ready('api');
  await until('the session to end', async () => (await client.session(session)).status === 'ended');
  expect(await shown()).toEqual({ suspended: true, entries: (before?.entries ?? 0) + 1 });
  expect(await client.session(session)).toMatchObject({ error: { code: 'tenant_suspended' } });
});

/** Sends a body whose end never comes. @returns the status of the answer */
function sendEndlessBody(client: ApiClient, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${stack.baseUrl}/v1/agent/bootstrap`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json', ...headers },
    });
    request.on('response', (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on('error', reject);
    request.write('{"agent_id": ');
  });
}

test('[tenant:suspend:gives-up-waits] whatever a tenant waits for is given up when it is suspended, and not when its own time is over', async () => {
  const tenant = await newTenant();
  const { client, agentId } = tenant;
  /** What was asked of the servers of the tenant and has no answer. */
  let unanswered = 0;
  const never: Answer = (response) => {
    unanswered += 1;
    response.on('close', () => {
      unanswered -= 1;
    });
  };
  const connect = async (name: string, answer: Answer, more: object = {}) => {
    const body = { name, transport: 'streamable-http', url: silent.serve(answer), ...more };
    return (await client.call<{ id: string }>('POST', '/v1/mcp/servers', body)).id;
  };
  const discovered = async (name: string, answer: Answer) => {
    const id = await connect(name, answer);
    await client.call('POST', `/v1/mcp/servers/${id}/discover`);
    return id;
  };
  const judge = { url: silent.serve(never), timeout_ms: 30_000 };
  await client.call('POST', '/v1/guardrails/providers', { name: 'judge', ...judge });
  await client.call('PUT', '/v1/mcp/governance/policy', { tool_name: '*', allowed: true, allow_tainted: true });
  const calling = await discovered('calling', speaking({ 'tools/call': never }));
  // It shakes hands with the api, and with no worker.
  let silentNow = false;
  const good = speaking({});
  const url = silent.serve((response, body) => (silentNow ? never(response, body) : good(response, body)));
  const shaken = { name: 'handshake', transport: 'streamable-http', url };
  const { id: handshake } = await client.call<{ id: string }>('POST', '/v1/mcp/servers', shaken);
  await client.call('POST', `/v1/mcp/servers/${handshake}/discover`);
  silentNow = true;
  const provider = {
    provider: 'openai-compatible',
    name: 'silent',
    api_key: 'silent-model-key-0123456789',
    base_url: `${silent.serve(never)}/v1`,
    models: [{ id: 'silent', input_usd_per_mtok: 1, output_usd_per_mtok: 1, context_window: 128_000 }],
  };
  const post = async (path: string, body?: object) => {
    const { status, body: answer } = await client.request('POST', path, body);
    return { status, code: (answer as { error?: { code: string } }).error?.code };
  };
  const discover = async (name: string, answer: Answer) =>
    post(`/v1/mcp/servers/${await connect(name, answer)}/discover`);
  const refused = { status: 403, code: 'tenant_suspended' };
  const callOf = (server_id: string) => post('/v1/mcp/tools/call', { server_id, tool: 'work', arguments: {} });
  const waits: [what: string, answer: Promise<unknown>, expected: unknown][] = [
    ['a handshake', discover('mute', never), refused],
    [
      'a handshake that drips',
      discover('drips', speaking({ initialize: (response, id) => drip(response, `{"id":${id}`.repeat(100), 500) })),
      refused,
    ],
    ['a list', discover('listless', speaking({ 'tools/list': never })), refused],
    ['a model', post('/v1/providers/test', provider), refused],
    [
      'an authorization server',
      connect('lent', never, { oauth: { grant: 'authorization_code' } }).then((id) =>
        post(`/v1/mcp/servers/${id}/authorize`),
      ),
      refused,
    ],
    ['a guardrail provider', post('/v1/guardrails/test', { text: 'Hello.', providers: ['judge'] }), refused],
    ['the result of a call', callOf(calling), { status: 502 }],
    ['a body with a length', sendEndlessBody(client, { 'content-length': '1000' }), 403],
    ['a body without a length', sendEndlessBody(client, { 'transfer-encoding': 'chunked' }), 403],
  ];

  const scripted = async (message: string, answer: object) => {
    const script = await stack.script({ turns: [[answer], [{ text: 'Done.' }]] }, { client });
    return client.createSession(agentId, { message, models: script.models });
  };
  const call = (name: string) => ({ toolCalls: [{ name, args: {} }] });
  await scripted('Call it.', call('calling_work'));
  await scripted('Call it.', call('handshake_work'));
  const [rule, agents] = [{ id: 'judge', kind: 'provider', action: 'block', provider: 'judge' }, ['input', 'output']];
  for (const hook of agents) {
    await client.call('POST', '/v1/agent/bootstrap', { agent_id: hook });
    await client.call('PUT', `/v1/guardrails/config?agent_id=${hook}`, { rules: [{ ...rule, hooks: [hook] }] });
    const script = await stack.script({ turns: [[{ text: 'An answer.' }]] }, { client });
    await client.createSession(hook, { message: 'Judge me.', models: script.models });
  }
  await until('all of it to be waited for', () => unanswered >= 10);

  await suspend(tenant, 'pause');
  const answers = await Promise.all(
    waits.map(async ([what, answer, expected]) => [what, await answer, expected] as const),
  );
  for (const [what, answer, expected] of answers) {
    if (typeof expected === 'number') expect([what, answer]).toEqual([what, expected]);
    else expect([what, answer]).toMatchObject([what, expected]);
  }
  await until('nothing to be waited for', async () => {
    const { held, sessions } = await stack.api.call<{ held: Record<string, number>; sessions: { running: number } }>(
      'GET',
      `/v1/tenants/${tenant.id}`,
    );
    return unanswered === 0 && sessions.running === 0 && Object.values(held).every((count) => count === 0);
  });
  await suspend(tenant, 'terminate');
  await until('all sessions to end', async () => {
    const shown = await stack.api.call<{ sessions: { idle: number } }>('GET', `/v1/tenants/${tenant.id}`);
    return shown.sessions.idle === 0;
  });
});

/** Each of them waits, sends or is evaluated until it is stopped, or until a bound is reached. */
const SOME_ATTACKS = [
  'model: headers that never come',
  'model: an answer that drips byte by byte',
  'model: empty deltas without end',
  'tool server: a handshake that drips',
  'tool server: a call that is never answered',
  'tool server: progress without end',
  'schema: anyOf',
  'flood: tests of providers',
];
/** Those of which a request is open for as long as they go on. */
const STANDING = [
  'model: headers that never come',
  'model: an answer that drips byte by byte',
  'flood: tests of providers',
];

/** The server, and how many of its answers have begun and have not ended. */
function counting(server: AnsweringServer) {
  const count = { begun: 0, open: 0 };
  const serve = (answer: Answer) =>
    server.serve((response, body) => {
      count.begun += 1;
      count.open += 1;
      response.on('close', () => {
        count.open -= 1;
      });
      return answer(response, body);
    });
  return { count, server: { ...server, serve } };
}

test('[tenant:attacks:cost-their-own-tenant] while a tenant attacks in eight ways at once, runs of another complete, no process ends, and a suspension ends all of it', {
  timeout: 400_000,
}, async () => {
  const chosen = attacks.filter(({ name }) => SOME_ATTACKS.includes(name));
  expect(chosen).toHaveLength(SOME_ATTACKS.length);
  const counted = new Map(chosen.map(({ name }) => [name, counting(silent)]));
  const countOf = (name = '') => counted.get(name)?.count ?? expect.fail(`There is no attack ${name}.`);
  const quiet = await createQuietTenant(stack);
  const hold = async () => {
    const isUnderWay = (name: string) => (STANDING.includes(name) ? countOf(name).open > 0 : countOf(name).begun > 0);
    await until('each attack to be under way', () => SOME_ATTACKS.every(isUnderWay), 120_000);
    const before = quiet.completed;
    await until('runs of the quiet tenant to complete', () => quiet.completed >= before + 3, 120_000);
  };
  const hostileOf = ({ name }: { readonly name: string }) => counted.get(name)?.server ?? silent;
  await attackRound({ stack, hostileOf, quiet, attacks: chosen, size: 1, hold });
  await until('no request of an attack to be open', () => SOME_ATTACKS.every((name) => countOf(name).open === 0));
});

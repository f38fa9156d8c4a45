import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHostileHttpServer } from '../../fixtures/mcp/hostile-server-command.ts';
import type { ApiClient } from '../../support/client.ts';
import { holdTable } from '../../support/held-table.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let server: HttpServer;

beforeAll(async () => {
  stack = await startTestStack();
  server = await startHostileHttpServer('--counter-file', stack.counterFile);
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack.stop();
  await server.kill();
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

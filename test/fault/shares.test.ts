import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, startHostileHttpServer } from '../fixtures/mcp/hostile-server-command.ts';
import type { ApiClient } from '../support/client.ts';
import type { EventWatch } from '../support/event-watch.ts';
import { untilTimerStarted } from '../support/held-sessions.ts';
import { checkInvariants } from '../support/invariants.ts';
import { LIST } from '../support/script-parts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let server: HttpServer;

/** A tenant alone may hold 6 of 8 places. The sixth is for an agent that holds none. */
const CALLS_AT_ONCE = 8;
const SHARE = 5;

beforeAll(async () => {
  server = await startHostileHttpServer();
  stack = await startTestStack({
    restartWorkerAtOnce: true,
    env: {
      AGENT_RUNS_MODEL_CALLS_AT_ONCE: String(CALLS_AT_ONCE),
      AGENT_RUNS_TOOL_CALLS_AT_ONCE: String(CALLS_AT_ONCE),
    },
  });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack.stop();
  await server.kill();
});

/** Starts runs whose model does not answer before it is released: as many as their tenant may have under way. */
async function holdShare(agents: readonly string[], client = stack.api) {
  const held = { turns: [[{ text: 'Held.', holdUntil: 'go' }]], repeatLastAttempt: true };
  const script = await stack.script(held, { client });
  const runs: EventWatch[] = [];
  for (let i = 0; i < SHARE; i++) {
    runs.push(await client.run(agents[i % agents.length] ?? '', { message: 'Hold.', models: script.models }));
  }
  await script.waitForRequests(SHARE);
  return { script, runs };
}

/** Starts a run that waits for a place. */
async function waitingRun(agentId: string, client = stack.api) {
  const script = await stack.script({ turns: [[{ text: 'At last.' }]], repeatLastAttempt: true }, { client });
  const run = await client.run(agentId, { message: 'Wait.', models: script.models });
  await untilTimerStarted(stack, run.sessionId);
  return { script, run };
}

/** Connects the tool server. @returns the name by which models call its tool */
async function connect(client: ApiClient, name: string, tool: string): Promise<string> {
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const { id } = await client.call<{ id: string }>('POST', '/v1/mcp/servers', {
    name,
    transport: 'streamable-http',
    url,
  });
  await client.call('PUT', '/v1/mcp/governance/policy', { tool_name: `${name}/*`, allowed: true, effect: 'read' });
  await client.call('POST', `/v1/mcp/servers/${id}/discover`);
  return `${name}_${tool}`;
}

const twoAgents = async () => [await stack.newAgent(), await stack.newAgent()] as const;
const isEnded = (run: EventWatch) => run.ofType('session.status_ended').length > 0;

describe('[tenant:shares:floor-nobody-takes] a tenant that has its share of model calls under way', () => {
  test('waits with its other sessions, while another tenant runs', async () => {
    const agents = await twoAgents();
    const held = await holdShare(agents);
    const waiting = await Promise.all([waitingRun(agents[0]), waitingRun(agents[1])]);

    const other = await stack.newTenant();
    await other.call('POST', '/v1/agent/bootstrap', { agent_id: 'quiet' });
    const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] }, { client: other });
    const run = await other.run('quiet', { message: 'Go.', models: script.models });
    expect((await run.ended()).reason).toBe('completed');

    for (const each of waiting) expect((await each.script.report()).seen).toBe(0);
    expect(held.runs.some(isEnded)).toBe(false);
    await held.script.release('go');
    for (const each of [...held.runs, ...waiting.map((it) => it.run)]) {
      expect((await each.ended()).reason).toBe('completed');
    }
  });

  test('has a place left for an agent of it that has none', async () => {
    const [busy, calm] = await twoAgents();
    const held = await holdShare([busy]);
    const waiting = await waitingRun(busy);
    const run = await stack.api.run(calm, { message: 'Go.', models: waiting.script.models });
    expect((await run.ended()).reason).toBe('completed');
    expect((await waiting.script.report()).seen).toBe(1);
    await held.script.release('go');
    expect((await waiting.run.ended()).reason).toBe('completed');
  });

  test('lets a session that waits be interrupted at once', async () => {
    const agents = await twoAgents();
    const held = await holdShare(agents);
    const { script, run } = await waitingRun(agents[0]);
    await stack.api.steer(agents[0], run.sessionId, { type: 'user.interrupt' });
    expect((await run.ended()).reason).toBe('interrupted');
    expect((await script.report()).seen).toBe(0);
    await held.script.release('go');
  });
});

test('[tenant:shares:waiting-holds-nothing] a tenant that is suspended while its sessions wait for a place goes on with all of them', async () => {
  const client = await stack.newTenant();
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants?limit=1');
  const tenant = `/v1/tenants/${data[0]?.id}`;
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'held' });
  const held = await holdShare(['held'], client);
  const { run } = await waitingRun('held', client);
  const sessionIds = [...held.runs, run].map(({ sessionId }) => sessionId);
  await stack.api.call('POST', `${tenant}/suspend`, { sessions: 'pause' });
  await until(
    'all sessions to be paused',
    async () => {
      const sessions = await Promise.all(sessionIds.map((id) => client.session(id)));
      return sessions.every(({ status, idle_cause }) => status === 'idle' && idle_cause === 'paused');
    },
    60_000,
  );
  await stack.api.call('POST', `${tenant}/resume`);
  await held.script.release('go');
  for (const id of sessionIds) expect((await client.watch(id).ended(60_000)).reason).toBe('completed');
});

test('[tenant:shares:by-weight] sessions start with the weight that the operator has given their tenant', async () => {
  const client = await stack.newTenant();
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants?limit=1');
  const tenantId = data[0]?.id;
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'weighed' });
  const script = await stack.script({ turns: [[{ text: 'Done.' }]], repeatLastAttempt: true }, { client });
  const startedWith = async () => {
    const run = await client.run('weighed', { message: 'Go.', models: script.models });
    expect((await run.ended()).reason).toBe('completed');
    return (await stack.temporal.workflow.getHandle(run.sessionId).describe()).priority;
  };
  expect(await startedWith()).toMatchObject({ fairnessKey: tenantId, fairnessWeight: 1 });
  await stack.api.call('PATCH', `/v1/tenants/${tenantId}`, { weight: 3 });
  await until('a session to start with the weight', async () => (await startedWith())?.fairnessWeight === 3);
});

describe('[tenant:shares:dead-process-holds-nothing] a worker that is killed while sessions wait for its places', () => {
  test.for(['reservation.after', 'model_dispatched.after'] as const)('at %s leaves them to the next', async (point) => {
    const agentId = await stack.newAgent();
    const held = await holdShare([agentId]);
    const { run, script } = await waitingRun(agentId);
    // The place of this agent is left for agents that hold none.
    stack.killWorkerAt(point);
    const last = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models });
    expect((await last.ended(60_000)).reason).toBe('completed');
    expect(stack.faultHappened()).toBe(true);
    await held.script.release('go');
    for (const each of [...held.runs, run]) expect((await each.ended(60_000)).reason).toBe('completed');
  });
});

describe('[tenant:shares:floor-nobody-takes] a tenant whose tool calls hang', () => {
  test('waits with its other calls, while the tools of another tenant answer', async () => {
    const agentId = await stack.newAgent();
    const hang = await connect(stack.api, 'hanging', 'hang');
    const calls = Array.from({ length: CALLS_AT_ONCE + 4 }, () => ({ name: hang, args: {} }));
    const busy = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Done.' }]] });
    const run = await stack.api.run(agentId, { message: 'Go.', models: busy.models });
    await run.waitForType('agent.tool_use');

    const other = await stack.newTenant();
    await other.call('POST', '/v1/agent/bootstrap', { agent_id: 'quiet' });
    const call = { name: await connect(other, 'reads', 'echo'), args: { text: 'a' } };
    const script = await stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Done.' }]] }, { client: other });
    const quiet = await other.run('quiet', { message: 'Go.', models: script.models });
    expect((await quiet.ended()).reason).toBe('completed');
    expect(quiet.ofType('agent.tool_result')[0]?.isError).toBe(false);

    expect((await run.ended(60_000)).reason).toBe('completed');
    expect(run.ofType('agent.tool_result')).toHaveLength(calls.length);
  });
});

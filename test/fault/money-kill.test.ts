import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { checkInvariants } from '../support/invariants.ts';
import { DEAR } from '../support/script-parts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const NOTE = { name: 'memory_append', args: { fact: 'Kites need wind.' } };

async function run() {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    { turns: [[{ toolCalls: [NOTE], usage: { outputTokens: 1_000 } }], [{ text: 'Done.' }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const body = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, idle_timeout_s: 60 };
  const watch = await stack.api.run(agentId, body);
  const raise = () => stack.api.call('PATCH', `/v1/sessions/${watch.sessionId}`, { budget_cap_usd: 5 });
  return { agentId, script, watch, raise };
}

async function expectUndisturbed({ watch, script }: Awaited<ReturnType<typeof run>>): Promise<void> {
  expect(await watch.ended(45_000)).toMatchObject({ reason: 'completed', totalTurns: 2 });
  const statuses = watch.events.flatMap(({ type }) => (type.startsWith('session.status_') ? [type.slice(15)] : []));
  expect(statuses).toEqual(['running', 'idle', 'running', 'ended']);
  expect(watch.ofType('agent.tool_result')).toMatchObject([{ isError: false }]);
  expect((await script.report()).seen).toBe(2);
}

test.each<FaultPoint>(['reservation.before', 'reservation.after'])(
  '[recovery:worker-killed:no-trace-in-sessions] [budget:ask:raise-is-never-lost] [I2] [I5] [I6] a worker killed at %s of the selection that goes idle for money leaves no trace',
  async (point) => {
    // The second selection is the one that finds no money.
    stack.killWorkerAt(point, 2);
    const session = await run();
    await session.watch.waitForType('session.status_idle', 45_000);
    await stack.workerReady();
    expect(stack.faultHappened()).toBe(true);
    await session.raise();
    await expectUndisturbed(session);
  },
);

test.each<FaultPoint>(['reservation.before', 'reservation.after'])(
  '[recovery:worker-killed:no-trace-in-sessions] [budget:ask:raise-is-never-lost] [I2] [I5] [I6] a worker killed at %s of the selection that has money again leaves no trace',
  async (point) => {
    const session = await run();
    await session.watch.waitForType('session.status_idle', 45_000);
    stack.killWorkerAt(point);
    await session.raise();
    await expectUndisturbed(session);
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
  },
);

test('[recovery:worker-killed:no-trace-in-sessions] [budget:downgrade:cheaper-ways-in-order] a worker killed while it calls a model that the run does not name calls it again', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'thrifty' });
  const dear = await stack.script(
    { turns: [[{ toolCalls: [NOTE], usage: { outputTokens: 1_000 } }]], repeatLastAttempt: true },
    { models: DEAR, client },
  );
  const cheap = await stack.script(
    { turns: [[{ text: 'First.' }], [{ text: 'Done.' }]], repeatLastAttempt: true },
    { models: [{ id: 'cheap', inputUsdPerMtok: 0, outputUsdPerMtok: 1 }], client },
  );
  stack.killWorkerAt('model_dispatched.after', 2);
  const body = { message: 'Go.', models: dear.models, on_budget: 'downgrade', budget_cap_usd: 0.5 };
  const watch = await client.run('thrifty', body);
  expect(await watch.ended(45_000)).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(stack.faultHappened()).toBe(true);
  expect(watch.ofType('br.model_selected').map(({ reason }) => reason)).toEqual(['only_candidate', 'downgrade']);
  expect((await cheap.report()).seen).toBeGreaterThan(0);
  await stack.workerReady();
});

test('[budget:ask:ends-like-an-idle-session] [I6] a worker killed at the end of the idle time ends the session once, as budget_exhausted', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    { turns: [[{ toolCalls: [NOTE], usage: { outputTokens: 1_000 } }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const body = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, idle_timeout_s: 1 };
  const watch = await stack.api.run(agentId, body);
  await watch.waitForType('session.status_idle');
  stack.killWorkerAt('reservation.after');
  expect(await watch.ended(45_000)).toMatchObject({ reason: 'budget_exhausted', budget: { account: 'run' } });
  await stack.workerReady();
});

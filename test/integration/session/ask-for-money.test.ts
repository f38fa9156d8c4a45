import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { turnDecisionSchema } from '../../../contract/runs.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const CALL = { toolCalls: [LIST], usage: { outputTokens: 1_000 } };
const NEEDED_USD = 0.1024;

const patch = (run: EventWatch, budget_cap_usd: number) =>
  stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd });
const budgetsOf = (run: EventWatch) => run.ofType('session.status_idle').map(({ budget }) => budget);
const statusesOf = (run: EventWatch) =>
  run.events.flatMap(({ type }) => (type.startsWith('session.status_') ? [type.slice(15)] : []));

/** A run that has made a tool call for 0.4 USD and has 0.1 USD left, too little to have the result read. */
async function outOfMoney(body: object = {}, agent: object = {}) {
  const agentId = await stack.newAgent(agent);
  const script = await stack.script({ turns: [[CALL], [{ text: 'Done.' }], [{ text: 'More.' }]] }, { models: DEAR });
  const settings = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, ...body };
  const run = await stack.api.run(agentId, settings);
  await run.waitForType('session.status_idle');
  return { agentId, script, run };
}

test('[budget:ask:idle-until-there-is-money] [I4] a run that asks goes idle for money, says what it needs, and serves the same turn when its cap is raised', async () => {
  const { run, script, agentId } = await outOfMoney();
  const budget = { account: 'run', spentUsd: 0.4, capUsd: 0.5, neededUsd: NEEDED_USD };
  expect(run.ofType('session.status_idle')).toEqual([{ cause: 'budget', idleTimeoutMs: 1_800_000, budget }]);
  expect(await stack.api.session(run.sessionId)).toMatchObject({
    status: 'idle',
    idle_cause: 'budget',
    budget,
    turns: 1,
    on_budget: 'ask',
  });
  expect(run.ofType('br.budget_warning').map(({ threshold }) => threshold)).toEqual([80, 90, 95]);
  const decision = await stack.api.request('GET', `/v1/agents/${agentId}/sessions/${run.sessionId}/turns/1/decision`);
  expect(turnDecisionSchema.parse(decision.body).unserved).toMatchObject([
    { model: 'dear', eligible: false, why: 'worst_case_exceeds_budget', least_cost_usd: NEEDED_USD },
  ]);
  expect((await script.report()).seen).toBe(1);

  await patch(run, 3);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'running', 'ended']);
  expect(run.ofType('session.status_running')[1]).toMatchObject({ budgetCapUsd: 3 });
  expect(run.ofType('agent.tool_result')).toHaveLength(1);
  const { requests } = await script.report();
  expect(requests).toHaveLength(2);
  expect(JSON.stringify(requests[1]?.body)).toContain('"role":"tool"');
  expect(await stack.api.session(run.sessionId)).not.toHaveProperty('budget');
});

test('[budget:ask:idle-until-there-is-money] a raise that is too small leaves the session idle and shows new figures once; what changes nothing shows none', async () => {
  const { run } = await outOfMoney();
  await patch(run, 0.502);
  await until('the new figures', () => budgetsOf(run).length === 2);
  expect(budgetsOf(run)[1]).toEqual({ account: 'run', spentUsd: 0.4, capUsd: 0.502, neededUsd: NEEDED_USD });
  expect(run.ofType('session.status_idle')[1]?.idleTimeoutMs).toBeLessThan(1_800_000);
  await patch(run, 0.502);
  await patch(run, 0.45);
  await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { max_turns: 9, metadata: { ours: 1 } });
  await patch(run, 0.5024);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2, totalCostUsd: expect.any(Number) });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'idle', 'running', 'ended']);
});

test.each([
  [
    'PUT /v1/budget/limits',
    (agent: string) => stack.api.call('PUT', '/v1/budget/limits', { agent_id: agent, daily_usd: 3 }),
  ],
  [
    'PATCH /v1/agent/profiles/{id}',
    (agent: string) => stack.api.call('PATCH', `/v1/agent/profiles/${agent}`, { budgetDailyUsd: 3 }),
  ],
  [
    'PATCH /v1/agent/profiles/{id} that takes the limit away',
    (agent: string) => stack.api.call('PATCH', `/v1/agent/profiles/${agent}`, { budgetDailyUsd: null }),
  ],
] as const)(
  "[budget:ask:idle-until-there-is-money] a run that the agent's day holds back goes on after %s",
  async (_route, raise) => {
    const { run, agentId } = await outOfMoney({ budget_cap_usd: 5 }, { budget_daily_usd: 0.5 });
    expect(budgetsOf(run)).toEqual([{ account: 'agent_day', spentUsd: 0.4, capUsd: 0.5, neededUsd: NEEDED_USD }]);
    await raise(agentId);
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  },
);

test('[budget:ask:idle-until-there-is-money] a session that lacks money in both accounts asks for one, then for the other', async () => {
  const { run, agentId } = await outOfMoney({ budget_cap_usd: 0.45 }, { budget_daily_usd: 0.5 });
  await patch(run, 5);
  await until('the other account', () => budgetsOf(run).length === 2);
  expect(budgetsOf(run).map((budget) => budget?.account)).toEqual(['run', 'agent_day']);
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 5 });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
});

test('[budget:ask:ends-like-an-idle-session] an interrupt ends a session that is idle for money at once, with its messages undelivered', async () => {
  const { run, agentId, script } = await outOfMoney();
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Still there?' });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 1, undelivered: 1 });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'ended']);
  expect((await script.report()).seen).toBe(1);
});

test('[budget:ask:ends-like-an-idle-session] [I6] a session that stays without money ends as budget_exhausted when its idle time is over, also with a message unread', async () => {
  const { run, agentId } = await outOfMoney({ idle_timeout_s: 2 });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Still there?' });
  const budget = { account: 'run', spentUsd: 0.4, capUsd: 0.5, neededUsd: NEEDED_USD };
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1, undelivered: 1, budget });
  expect(await stack.api.session(run.sessionId)).toMatchObject({ end_reason: 'budget_exhausted', budget });
});

test('[budget:ask:message-waits-for-money] [I1] a message to a session that is idle for money is kept, wakes nothing, and is read at the first boundary after the turn that waited', async () => {
  const { run, agentId, script } = await outOfMoney();
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'And shortly.' });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Please.' });
  await patch(run, 5);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 3 });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'running', 'ended']);
  const { requests } = await script.report();
  expect(requests.map(({ body }) => JSON.stringify(body).includes('And shortly.'))).toEqual([false, false, true]);
});

test('[budget:ask:ends-like-an-idle-session] the money of a suspended agent does not wake its session into a request', async () => {
  const { run, agentId, script } = await outOfMoney();
  await stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state: 'suspended' });
  await patch(run, 5);
  expect(await run.ended()).toMatchObject({ reason: 'terminated', error: { code: 'agent_suspended' } });
  expect((await script.report()).seen).toBe(1);
});

test('[budget:ask:idle-until-there-is-money] a cap that is lowered in mid-turn makes the run ask before its next turn', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ ...CALL, holdUntil: 'go' }], [{ text: 'Done.' }]] }, { models: DEAR });
  const run = await stack.api.run(agentId, {
    message: 'Go.',
    models: script.models,
    on_budget: 'ask',
    budget_cap_usd: 5,
  });
  await script.waitForRequests(1);
  await patch(run, 0.01);
  await script.release('go');
  await run.waitForType('session.status_idle');
  expect(budgetsOf(run)).toEqual([{ account: 'run', spentUsd: 0.4, capUsd: 0.01, neededUsd: NEEDED_USD }]);
  await patch(run, 5);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
});

test('[budget:ask:idle-until-there-is-money] a session that waits for a message, and has spent its cap by then, reads it and asks', async () => {
  const { run, agentId } = await (async () => {
    const agent = await stack.newAgent();
    const script = await stack.script(
      { turns: [[{ text: 'One.', usage: { outputTokens: 1_000 } }], [{ text: 'Two.' }]] },
      { models: DEAR },
    );
    const body = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, on_complete: 'idle' };
    return { agentId: agent, run: await stack.api.run(agent, body) };
  })();
  const causes = () => run.ofType('session.status_idle').map(({ cause }) => cause);
  await until('idle', () => causes().length === 1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Again.' });
  await until('idle for money', () => causes().length === 2);
  await patch(run, 5);
  await until('the answer', () => causes().length === 3);
  expect(causes()).toEqual(['awaiting_input', 'budget', 'awaiting_input']);
  expect(run.ofType('agent.message').map(({ text }) => text)).toEqual(['One.', 'Two.']);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
});

test('[budget:ask:after-an-excess] [I4] a run whose provider charged more than its bound makes no further request until its cap is raised, also where money is left', async () => {
  const agentId = await stack.newAgent();
  const overcharged = { toolCalls: [LIST], usage: { outputTokens: 10_000 } };
  const script = await stack.script({ turns: [[overcharged], [{ text: 'Done.' }]] }, { models: DEAR });
  const run = await stack.api.run(agentId, {
    message: 'Go.',
    models: script.models,
    on_budget: 'ask',
    budget_cap_usd: 20,
  });
  await run.waitForType('session.status_idle');
  const budget = { account: 'run', spentUsd: 4, capUsd: 20, neededUsd: NEEDED_USD, excessUsd: 2.3616 };
  expect(budgetsOf(run)).toEqual([budget]);
  await patch(run, 19);
  const workflow = stack.temporal.workflow.getHandle(run.sessionId);
  await workflow.signal('wake');
  await until('the lowered cap', () => budgetsOf(run).length === 2);
  expect(budgetsOf(run)[1]).toEqual({ ...budget, capUsd: 19 });
  expect((await script.report()).seen).toBe(1);
  await patch(run, 21);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
});

test('[budget:ask:after-an-excess] finished work is completed whatever it was charged, and a run without any cap ends, since there is none to raise', async () => {
  const agentId = await stack.newAgent();
  const over = { usage: { outputTokens: 10_000 } };
  const finished = await stack.script({ turns: [[{ text: 'Done.', ...over }]] }, { models: DEAR });
  const run = await stack.api.run(agentId, {
    message: 'Go.',
    models: finished.models,
    on_budget: 'ask',
    budget_cap_usd: 3,
  });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalCostUsd: 4 });
  const unfinished = await stack.script({ turns: [[{ toolCalls: [LIST], ...over }]] }, { models: DEAR });
  const free = await stack.api.run(agentId, { message: 'Go.', models: unfinished.models, on_budget: 'ask' });
  expect(await free.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1 });
});

test('[budget:ask:run-over-agent] an agent says what its runs do at the end of their money, a run may say otherwise, and the session shows it', async () => {
  const agentId = await stack.newAgent({ on_budget: 'ask' });
  const profile = () => stack.api.call<object>('GET', `/v1/agent/profiles/${agentId}`);
  expect(await profile()).toMatchObject({ onBudget: 'ask' });
  const script = await stack.script({ turns: [[CALL]], repeatLastAttempt: true }, { models: DEAR });
  const start = (body: object) =>
    stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 0.5, ...body });
  const asking = await start({});
  await asking.waitForType('session.status_idle');
  expect(await stack.api.session(asking.sessionId)).toMatchObject({ on_budget: 'ask' });
  const stopping = await start({ on_budget: 'stop' });
  expect(await stopping.ended()).toMatchObject({ reason: 'budget_exhausted' });
  await stack.api.call('PATCH', `/v1/agent/profiles/${agentId}`, { onBudget: null });
  expect(await profile()).toMatchObject({ onBudget: null });
  const later = await start({});
  expect(await later.ended()).toMatchObject({ reason: 'budget_exhausted' });
  expect(await stack.api.session(later.sessionId)).toMatchObject({ on_budget: 'stop' });
  await stack.api.steer(agentId, asking.sessionId, { type: 'user.interrupt' });
  await asking.ended();
});

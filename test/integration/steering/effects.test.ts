import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { untilTimerStarted } from '../../support/held-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { signalsIn } from '../../support/temporal-history.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const COSTS = { outputTokens: 250 };
const ANSWER = { turns: [[{ text: 'Yes.', usage: COSTS }]], repeat: true, repeatLastAttempt: true };

const message = (text: string) => ({ type: 'user.message', text });
const interrupt = { type: 'user.interrupt' };

/** A session that has answered once, is idle, and has spent 0.1 USD. */
async function idleSession(body: object) {
  const agentId = await stack.newAgent();
  const script = await stack.script(ANSWER, { models: DEAR });
  const run = await stack.api.run(agentId, { message: 'First.', models: script.models, on_complete: 'idle', ...body });
  await run.waitForType('session.status_idle');
  const idle = (times: number) => until('idle', () => run.ofType('session.status_idle').length === times);
  const say = (text: string) => stack.api.steer(agentId, run.sessionId, message(text));
  return { agentId, run, idle, say, path: `/v1/sessions/${run.sessionId}` };
}

test('[steering:interrupt:aborts-and-begins-nothing] [I5] an interrupt cancels the tool calls under way and begins no others, and each call has a result that says so', async () => {
  const agentId = await stack.newAgent();
  const server = await stack.toolServer('mixed', { effect: 'write', idempotent: false });
  const reading = { tool_name: server.tool('slow'), allowed: true, effect: 'read', idempotent: false };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', reading);
  const calls = [
    { name: server.tool('slow'), args: { ms: 900 } },
    { name: server.tool('count'), args: { note: 'begun', ms: 900 } },
    { name: server.tool('count'), args: { note: 'not begun' } },
    { name: 'memory_append', args: { fact: 'Not begun, too.' } },
    { name: server.tool('slow'), args: { ms: 900 } },
  ];
  const script = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Never asked.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await until('the first write to take effect', () => effectsOf(stack.counterFile, 'begun') === 1);
  await stack.api.steer(agentId, run.sessionId, message('Too late.'));
  await stack.api.steer(agentId, run.sessionId, interrupt);
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 1, undelivered: 1 });
  expect(effectsOf(stack.counterFile, 'not begun')).toBe(0);
  const resultOf = new Map(run.ofType('agent.tool_result').map((result) => [result.toolUseId, result]));
  const results = run.ofType('agent.tool_use').map((use) => resultOf.get(use.toolUseId));
  expect(results.map((result) => result?.preview)).toEqual([
    expect.stringContaining('cancelled'),
    // The server says nothing more of a call that is cancelled, and this one may have had its effect.
    expect.stringContaining('not known whether'),
    expect.stringContaining('was not made'),
    expect.stringContaining('was not made'),
    expect.stringContaining('cancelled'),
  ]);
  expect((await script.report()).seen).toBe(1);
});

test('[steering:interrupt:aborts-and-begins-nothing] [I5] an interrupt in the middle of an answer, before its tool calls, leaves text and no call', async () => {
  const agentId = await stack.newAgent();
  const text = 'Let me look into the workspace.';
  const script = await stack.script({
    turns: [[{ text, toolCalls: [LIST, LIST], chunks: 4, holdUntil: 'never', holdAt: 'mid_stream' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await until('half of the answer to be sent', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);
  await stack.api.steer(agentId, run.sessionId, interrupt);
  expect((await run.ended()).reason).toBe('interrupted');
  expect(run.ofType('agent.message')).toMatchObject([{ partial: true, turnIndex: 0 }]);
  expect(run.ofType('agent.tool_use')).toEqual([]);
});

test('[steering:idle:timer-and-totals-persist] turns count across idle phases: a session without a turn left does not go idle again', async () => {
  const { run, idle, say } = await idleSession({ max_turns: 3 });
  await say('Second.');
  await idle(2);
  await say('Third.');
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 3 });
});

test('[steering:idle:timer-and-totals-persist] [I4] money counts across idle phases: what earlier turns spent is not available again', async () => {
  const { run, idle, say } = await idleSession({ budget_cap_usd: 0.35 });
  await say('Second.');
  await idle(2);
  await say('Third.');
  await idle(3);
  await say('Fourth.');
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 3, totalCostUsd: 0.3 });
});

test('[steering:patch:caps-and-turns-in-every-state] a raised cap lets an idle session that has spent its own go on', async () => {
  const { run, idle, say, path } = await idleSession({ budget_cap_usd: 0.15 });
  await stack.api.call('PATCH', path, { budget_cap_usd: 0.5 });
  await say('Second.');
  await idle(2);
  expect(run.ofType('session.status_running').map((status) => status.budgetCapUsd)).toEqual([0.15, 0.5]);
  await stack.api.call('PATCH', path, { budget_cap_usd: 0.01 });
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', budget_cap_usd: 0.01, cost_usd: 0.2 });
  await say('Third.');
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 2, totalCostUsd: 0.2 });
});

test('[steering:patch:caps-and-turns-in-every-state] a limit below the turns done leaves an idle session idle, and its next message ends it', async () => {
  const { run, idle, say, path } = await idleSession({ max_turns: 2 });
  await stack.api.call('PATCH', path, { max_turns: 5 });
  await say('Second.');
  await idle(2);
  await stack.api.call('PATCH', path, { max_turns: 1 });
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', turns: 2, max_turns: 1 });
  await say('Third.');
  expect(await run.ended()).toMatchObject({ reason: 'max_turns', totalTurns: 2, undelivered: 1 });
});

test('[steering:patch:caps-and-turns-in-every-state] a cap or a turn limit that is lowered in mid-turn lets the turn finish and no other begin', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    { turns: [[{ toolCalls: [LIST], usage: COSTS, holdUntil: 'go' }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const body = { message: 'Go.', models: script.models, budget_cap_usd: 5 };
  const [poorer, shorter] = [await stack.api.run(agentId, body), await stack.api.run(agentId, body)];
  await script.waitForRequests(2);
  await stack.api.call('PATCH', `/v1/sessions/${poorer.sessionId}`, { budget_cap_usd: 0.01 });
  await stack.api.call('PATCH', `/v1/sessions/${shorter.sessionId}`, { max_turns: 1 });
  await script.release('go');
  expect(await poorer.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1, totalCostUsd: 0.1 });
  expect(await shorter.ended()).toMatchObject({ reason: 'max_turns', totalTurns: 1, totalCostUsd: 0.1 });
});

test('[steering:patch:caps-and-turns-in-every-state] a session that waits for money goes on when the daily cap is raised, without any release', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 1.7 });
  const holding = await stack.script({ turns: [[{ text: 'Held.', holdUntil: 'go' }]] }, { models: DEAR });
  const waiting = await stack.script(ANSWER, { models: DEAR });
  const first = await stack.api.run(agentId, { message: 'Hold.', models: holding.models });
  await holding.waitForRequests(1);
  const second = await stack.api.run(agentId, { message: 'Wait.', models: waiting.models });
  await untilTimerStarted(stack, second.sessionId);
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 10 });
  expect((await second.ended()).reason).toBe('completed');
  expect(await signalsIn(stack.temporal, second.sessionId)).toBe(1);
  expect((await stack.api.session(first.sessionId)).status).toBe('running');
  await holding.release('go');
  await first.ended();
});

test('[steering:idle:timer-and-totals-persist] [I6] the time-out of an idle session survives a restart of Temporal and the worker', async () => {
  const patient = await idleSession({ idle_timeout_s: 600 });
  const short = await idleSession({ idle_timeout_s: 2 });
  await stack.processes.halt('temporal');
  await stack.processes.kill('worker');
  await stack.processes.restart('temporal');
  await stack.processes.ready('worker');
  expect(await short.run.ended()).toMatchObject({ reason: 'idle_timeout', totalTurns: 1 });
  await patient.say('Still there?');
  await patient.idle(2);
  await stack.api.steer(patient.agentId, patient.run.sessionId, interrupt);
  expect(await patient.run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
});

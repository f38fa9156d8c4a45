import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ApprovalResource } from '../../contract/approvals.ts';
import { attemptStates } from '../support/attempt-states.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { effectsOf } from '../support/tool-server.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let agentId: string;
let second: ServiceProcess | undefined;

beforeAll(async () => {
  // A worker that stands still for a while must not find that the time of its call is over.
  stack = await startTestStack({ env: { AGENT_RUNS_TOOL_TIMEOUT_S: '60' } });
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await second?.kill();
  await stack.stop();
});

test('[effect:late:recorded-not-applied] [I5] the late answer of a tool call that was given up is recorded and not applied', async () => {
  const writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
  const call = { name: writes.tool('count'), args: { note: 'late', ms: 1_000 } };
  const script = await stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Done.' }]], repeatLastAttempt: true });
  const run = await stack.api.run(agentId, { message: 'Count.', models: script.models });
  await until('the call to take effect', () => effectsOf(stack.counterFile, 'late') === 1);
  // The worker is stopped and not dead: the answer of its tool server waits for it.
  await stack.processes.kill('worker', 'SIGSTOP');
  const other = await stack.startService('worker/main.ts');
  try {
    const { pending } = await run.waitForType('session.status_idle', 60_000);
    const [question] = pending ?? [];
    expect(question).toMatchObject({ kind: 'effect_unknown', toolName: 'writes_count' });
    await stack.processes.kill('worker', 'SIGCONT');
    const approval = () => stack.api.call<ApprovalResource>('GET', `/v1/mcp/approvals/${question?.approvalId}`);
    await until('the late answer to be recorded', async () => (await approval()).late_answer !== undefined);
    expect(await approval()).toMatchObject({
      status: 'pending',
      call_state: 'dispatched',
      late_answer: { outcome: 'succeeded', preview: 'counted' },
    });
    expect(run.ofType('agent.tool_result')).toEqual([]);
    const event = { type: 'user.effect_resolution', tool_use_id: question?.toolUseId, action: 'skip' };
    await stack.api.call('POST', `/v1/sessions/${run.sessionId}/events`, event);
    expect((await run.ended(90_000)).reason).toBe('completed');
    expect(run.ofType('agent.tool_result')).toMatchObject([
      { isError: true, preview: expect.stringContaining('not known whether') },
    ]);
    expect(effectsOf(stack.counterFile, 'late')).toBe(1);
  } finally {
    await other.kill();
  }
});

test('[I3] the late answer of a worker that was given up corrects the ledger and nothing else', async () => {
  const script = await stack.script({
    turns: [[{ text: 'Too late.', holdUntil: 'go' }, { text: 'In time.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
  await script.waitForRequests(1);
  // The worker is stopped and not dead: its connections stay open, so the answer will reach it.
  await stack.processes.kill('worker', 'SIGSTOP');
  second = await stack.startService('worker/main.ts');
  expect((await run.ended(60_000)).reason).toBe('completed');
  expect(await attemptStates(stack, run.sessionId)).toEqual(['unknown', 'settled']);
  const upperBound = run.ofType('session.status_ended')[0]?.totalCostUsd ?? 0;

  await script.release('go');
  await script.waitForRequests(2, { closed: true });
  await stack.processes.kill('worker', 'SIGCONT');
  await until(
    'the late answer to be settled',
    async () => (await attemptStates(stack, run.sessionId))[0] === 'settled',
  );
  const log = await stack.api.call<{ data: { type: string; data: { text?: string } }[] }>(
    'GET',
    `/v1/sessions/${run.sessionId}/events`,
  );
  expect(log.data.filter(({ type }) => type === 'agent.message').map(({ data }) => data.text)).toEqual(['In time.']);
  expect(Number((await stack.api.session(run.sessionId)).cost_usd)).toBeLessThan(upperBound);
});

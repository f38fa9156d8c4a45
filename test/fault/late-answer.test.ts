import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attemptStates } from '../support/attempt-states.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let agentId: string;
let second: ServiceProcess | undefined;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await second?.kill();
  await stack.stop();
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

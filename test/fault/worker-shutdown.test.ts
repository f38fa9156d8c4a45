import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let staying: ServiceProcess | undefined;

beforeAll(async () => {
  // The grace period of a worker is this time and five seconds.
  stack = await startTestStack({ withoutWorker: true, env: { AGENT_RUNS_TOOL_TIMEOUT_S: '1' } });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await staying?.kill();
  await stack.stop();
});

test('[I3] [I6] a worker that is told to stop hands over a model call that outlasts its grace period', async () => {
  const leaving = await stack.startService('worker/main.ts');
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Never heard.', holdUntil: 'never' }, { text: 'Answered.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  staying = await stack.startService('worker/main.ts');
  await leaving.kill('SIGTERM');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.message')).toMatchObject([{ text: 'Answered.' }]);
});

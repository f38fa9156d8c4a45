import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EagerTemporal, startEagerTemporal } from '../support/eager-temporal.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { readHistory } from '../support/temporal-history.ts';

let temporal: EagerTemporal | undefined;
let stack: TestStack;

beforeAll(async () => {
  temporal = await startEagerTemporal(40);
  stack = await startTestStack({ temporalAddress: temporal.address });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack?.stop();
  await temporal?.stop();
});

const TURNS = 30;

test('[P11] [I1] [I2] a long session continues as new at turn boundaries and loses nothing that comes meanwhile', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ generate: { turns: TURNS, toolName: 'workspace_list', latencyMs: 20 } });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models, max_turns: TURNS * 2 });
  const texts: string[] = [];
  for (let turn = 2; turn < TURNS; turn += 3) {
    await run.waitFor((event) => event.type === 'agent.tool_result' && Number(event.data.turnIndex) >= turn);
    const text = `Message at turn ${turn}.`;
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
    texts.push(text);
  }
  expect((await run.ended(60_000)).reason).toBe('completed');
  const { data } = await stack.api.call<{ data: { role: string; text?: string }[] }>(
    'GET',
    `/v1/sessions/${run.sessionId}/transcript`,
  );
  const read = data.filter((message) => message.role === 'user').map((message) => message.text);
  expect(read).toEqual(['Begin.', ...texts]);

  const { events } = await readHistory(stack.temporal, run.sessionId);
  expect(events).toBeLessThan(120);
  const { raw } = await stack.temporal.workflow.getHandle(run.sessionId).describe();
  const { firstRunId, execution } = raw.workflowExecutionInfo ?? {};
  expect(execution?.runId).not.toBe(firstRunId);
});

test('[P10] [P11] an idle session that has continued as new still wakes', async () => {
  const agentId = await stack.newAgent();
  const turns = Array.from({ length: 12 }, (_, n) => [{ text: `Answer ${n}.` }]);
  const script = await stack.script({ turns });
  const run = await stack.api.run(agentId, {
    message: 'Question 0.',
    models: script.models,
    max_turns: 50,
    on_complete: 'idle',
    idle_timeout_s: 60,
  });
  for (let n = 1; n < turns.length; n++) {
    await run.waitFor((event) => event.type === 'agent.message' && event.data.text === `Answer ${n - 1}.`);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: `Question ${n}.` });
  }
  await run.waitFor((event) => event.type === 'agent.message' && event.data.text === 'Answer 11.');
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 12 });
});

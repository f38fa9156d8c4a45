import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ApiClient, createClient } from '../support/client.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let agentId: string;
let secondWorker: ServiceProcess;
let secondApi: ServiceProcess;
let otherApi: ApiClient;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent({ budget_daily_usd: 50 });
  [secondWorker, secondApi] = await Promise.all([
    stack.startService('worker/main.ts'),
    stack.startService('api/main.ts'),
  ]);
  otherApi = createClient({
    baseUrl: `http://127.0.0.1:${secondApi.port}`,
    apiKey: stack.api.apiKey,
    records: stack.records,
  });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await Promise.all([secondWorker?.kill(), secondApi?.kill()]);
  await stack.stop();
});

const SESSIONS = 12;
const WRITE = { name: 'memory_append', args: { fact: 'Kites need wind.' } };

/** Each is held in its first model call, steered through one api and watched through the other. */
async function steeredSession(index: number) {
  const script = await stack.script({
    turns: [
      [{ toolCalls: [WRITE], holdUntil: 'go' }],
      [{ toolCalls: [WRITE] }],
      [{ toolCalls: [WRITE] }],
      [{ text: 'Done.' }],
    ],
    repeatLastAttempt: true,
  });
  const [here, there] = index % 2 === 0 ? [stack.api, otherApi] : [otherApi, stack.api];
  const sessionId = await here.createSession(agentId, { message: `Task ${index}.`, models: script.models });
  const watch = there.watch(sessionId);
  await script.waitForRequests(1);
  const texts = [1, 2, 3].map((n) => `Message ${n} to ${index}.`);
  for (const [n, text] of texts.entries()) {
    await (n % 2 === 0 ? here : there).steer(agentId, sessionId, { type: 'user.message', text });
  }
  await script.release('go');
  return { watch, script, texts };
}

test('[I1] [I2] [I3] [P30] two apis and two workers serve sessions and their messages exactly once', async () => {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, (_, index) => steeredSession(index)));
  for (const { watch, script, texts } of sessions) {
    expect((await watch.ended(60_000)).reason).toBe('completed');
    const prompt = JSON.stringify((await script.report()).requests.at(-1)?.body);
    for (const text of texts) expect(prompt.split(text)).toHaveLength(2);
  }
});

test('[I6] [P30] a killed worker’s sessions go on with the other one', async () => {
  const script = await stack.script({
    generate: { turns: 6, toolName: 'workspace_list', toolArgs: {}, latencyMs: 100 },
  });
  const runs = await Promise.all(
    Array.from({ length: 6 }, () => stack.api.run(agentId, { message: 'Go.', models: script.models })),
  );
  await Promise.all(runs.map((run) => run.waitForType('agent.tool_result')));
  await secondWorker.kill();
  for (const run of runs) expect((await run.ended(60_000)).reason).toBe('completed');
});

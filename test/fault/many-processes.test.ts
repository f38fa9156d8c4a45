import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ApiClient, createClient } from '../support/client.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

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

/** Starts a session that is held in its first model call, steers it through both apis and watches it through one. */
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

test('[I1] [I2] [I3] [recovery:many-processes:serve-same-sessions] two apis and two workers serve sessions and their messages exactly once', async () => {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, (_, index) => steeredSession(index)));
  for (const { watch, script, texts } of sessions) {
    expect((await watch.ended(60_000)).reason).toBe('completed');
    const prompt = JSON.stringify((await script.report()).requests.at(-1)?.body);
    for (const text of texts) expect(prompt.split(text)).toHaveLength(2);
  }
});

test('[I6] [recovery:many-processes:serve-same-sessions] the sessions of a killed worker go on with the other worker', async () => {
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

test('[I1] [recovery:many-processes:serve-same-sessions] [api:idempotency:one-effect-one-answer] a request whose api is killed has no effect, and a hundred others with its key have one', async () => {
  const path = `/v1/agents/${agentId}/sessions`;
  const post = (client: ApiClient) =>
    client.request('POST', path, { message: 'Go.', max_turns: 1 }, { 'idempotency-key': 'one-of-many' });
  const waiting = (name: string) =>
    until('requests to wait for a lock', async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'agent-runs-api' AND wait_event_type = 'Lock'`;
      return (await stack.db.serviceTransaction((tx) => tx.query(name, sql))).length > 0;
    });
  // The row of the agent is locked, so the request that holds the key cannot insert a session.
  let rivals: ReturnType<typeof post>[] = [];
  await stack.db.serviceTransaction(async (tx) => {
    await tx.query('lock-agent', 'SELECT 1 FROM agent WHERE agent_id = $1 FOR UPDATE', [agentId]);
    const holder = post(otherApi).catch(() => undefined);
    await waiting('holder-waits');
    rivals = Array.from({ length: 100 }, () => post(stack.api));
    await secondApi.kill();
    expect(await holder).toBeUndefined();
  });
  const answers = await Promise.all(rivals);
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(99);
  const id = answers[0]?.headers.get('x-session-id') ?? '';
  await stack.api.watch(id).ended(60_000);
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

test('[context:refresh:changes-seen-next-turn] memory and workspace written on one turn are in the prompt of the next', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: 'memory_append', args: { fact: 'The user keeps bees in Graz.' } }] }],
      [{ toolCalls: [{ name: 'workspace_write', args: { name: 'hives.md', content: 'Hive 3 swarmed in May.' } }] }],
      [{ text: 'Done.' }],
    ],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  const contexts = (await script.report()).requests.map(({ body }) => contextOf(body));
  expect(contexts.map((text) => text.includes('keeps bees in Graz'))).toEqual([false, true, true]);
  expect(contexts.map((text) => text.includes('Hive 3 swarmed in May'))).toEqual([false, false, true]);
});

test('[context:refresh:changes-seen-next-turn] a fact that one session stored is read by the next session of its agent, and by no other agent', async () => {
  const [agentId, stranger] = [await stack.newAgent(), await stack.newAgent()];
  const teach = await stack.script({
    turns: [[{ toolCalls: [{ name: 'memory_append', args: { fact: 'The launch is in March.' } }] }], [{ text: 'OK.' }]],
  });
  await (await stack.api.run(agentId, { message: 'Learn.', models: teach.models })).ended();
  const ask = await stack.script({ turns: [[{ text: 'In March.' }]], repeatLastAttempt: true });
  for (const id of [agentId, stranger]) {
    await (await stack.api.run(id, { message: 'When?', models: ask.models })).ended();
  }
  const contexts = (await ask.report()).requests.map(({ body }) => contextOf(body));
  expect(contexts.map((text) => text.includes('launch is in March'))).toEqual([true, false]);
});

test('[context:sources:six-within-their-budgets] all six sources reach the prompt, each within its budget, and the manifest of the turn says what was left out', async () => {
  const agentId = await stack.newAgent();
  const put = (kind: string, name: string, content: string) =>
    stack.api.call('PUT', `/v1/agents/${agentId}/context/${kind}/${name}`, { content });
  await put('soul', 'SOUL.md', 'You are a careful beekeeper.');
  await put('skill', 'swarms', 'A swarm is caught with a box.');
  await put('workspace', 'long.md', 'Long tale of a hive. '.repeat(2_000));
  await put('workspace', 'hives.md', 'Hive 3 swarmed in May.');
  await put('reference', 'guide', 'Feed sugar in autumn.');
  await stack.api.call('POST', `/v1/memory/entries?agent_id=${agentId}`, { fact: 'The user keeps bees.' });
  // A model that is down adds the HEARTBEAT.
  const down = await stack.script({
    turns: [[{ status: 429, retryAfter: '120' }]],
    repeatLastAttempt: true,
  });
  const up = await stack.script({ turns: [[{ text: 'Hello.' }]], repeatLastAttempt: true });
  const failing = await stack.api.run(agentId, { message: 'Try.', models: [...down.models] });
  await down.waitForRequests(1, { closed: true });
  await stack.api.steer(agentId, failing.sessionId, { type: 'user.interrupt' });
  await failing.ended();

  const run = await stack.api.run(agentId, { message: 'Go.', models: [...up.models, ...down.models] });
  await run.ended();
  const prompt = JSON.stringify((await up.report()).requests[0]?.body);
  for (const part of [
    'careful beekeeper',
    'caught with a box',
    'swarmed in May',
    'Feed sugar',
    'keeps bees',
    'is down',
  ]) {
    expect(prompt).toContain(part);
  }
  const turn = await stack.api.call<{ manifest: { sources: Source[] } }>(
    'GET',
    `/v1/agents/${agentId}/sessions/${run.sessionId}/turns/0/context`,
  );
  const { sources } = turn.manifest;
  expect(new Set(sources.map((source) => source.source))).toEqual(
    new Set(['SOUL', 'MEMORY', 'SKILL', 'HEARTBEAT', 'WORKSPACE', 'REFERENCE']),
  );
  for (const { tokens, budgetTokens } of sources) expect(tokens).toBeLessThanOrEqual(budgetTokens);
  const workspace = sources.find((source) => source.source === 'WORKSPACE');
  const long = [...(workspace?.included ?? []), ...(workspace?.dropped ?? [])].find((each) => each.id === 'long.md');
  expect(long?.cut === true || long?.why === 'over_budget').toBe(true);
});

interface Source {
  readonly source: string;
  readonly tokens: number;
  readonly budgetTokens: number;
  readonly included: { id: string; cut?: boolean; why?: string }[];
  readonly dropped: { id: string; why: string; cut?: boolean }[];
}

/** The volatile context of a chat-completions request, which the service adds after the transcript. */
function contextOf(body: unknown): string {
  const messages = (body as { messages: { content: unknown }[] }).messages; // the OpenAI protocol of the script
  return JSON.stringify(messages.filter(({ content }) => JSON.stringify(content)?.includes('<context ')));
}

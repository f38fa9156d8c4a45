import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askingRun } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

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

test('[context:heartbeat:only-what-the-run-uses] a tool server that is down is told to the run that is offered its tools, and to no other', async () => {
  const server = await stack.toolServer('unreachable', { effect: 'read', idempotent: true });
  // The discovery stores that the server is up when its answer is sent already.
  await until('the health that discovery found to be stored', async () => {
    const servers = await stack.db.serviceTransaction((tx) =>
      tx.query('server-has-health', 'SELECT FROM mcp_server WHERE name = $1 AND health IS NOT NULL', [server.name]),
    );
    return servers.length === 1;
  });
  await stack.db.serviceTransaction((tx) =>
    tx.query('server-is-down', 'UPDATE mcp_server SET health = $1 WHERE name = $2', [
      JSON.stringify({ state: 'down', why: 'It refuses connections.' }),
      server.name,
    ]),
  );
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Hello.' }]], repeatLastAttempt: true });
  for (const tools of [undefined, ['workspace/*']]) {
    await (await stack.api.run(agentId, { message: 'Go.', models: script.models, tools })).ended();
  }
  const told = (await script.report()).requests.map(({ body }) =>
    textsOf(body).includes('is down: It refuses connections.'),
  );
  expect(told).toEqual([true, false]);
});

test('[context:skill:learned-is-used-next-turn] what an agent learns on turn 2 is in the prompt of turn 3, and in that of its next session', async () => {
  const agentId = await stack.newAgent();
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/skill/domain`, {
    content: 'Bees swarm in May. '.repeat(400),
  });
  const pattern = 'Always count the frames before the queen.';
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: 'workspace_list', args: {} }] }],
      [{ toolCalls: [{ name: 'workspace_list', args: {} }] }],
      [{ toolCalls: [{ name: 'skills_learn', args: { name: 'count-first', pattern } }] }],
      [{ text: 'Done.' }],
    ],
  });
  await (await stack.api.run(agentId, { message: 'Go.', models: script.models })).ended();
  const next = await stack.script({ turns: [[{ text: 'Done.' }]] });
  await (await stack.api.run(agentId, { message: 'Again.', models: next.models })).ended();
  const requests = [...(await script.report()).requests, ...(await next.report()).requests];
  // The call of turn 2 has the pattern as well: what was learned stands in the system prompt.
  const systems = requests.map(({ body }) => textsOf((body as { messages: unknown[] }).messages[0])); // the OpenAI protocol of the script
  expect(systems.map((text) => text.includes(pattern))).toEqual([false, false, false, true, true]);
});

test('[context:skill:learned-is-used-next-turn] a pattern that a policy puts under approval is learned when a person allows it', async () => {
  const agentId = await stack.newAgent();
  const policy = { tool_name: 'skills/*', agent_id: agentId, allowed: true, requires_approval: true };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
  const pattern = 'Never open a hive in the rain.';
  const { run, script, asked, confirm } = await askingRun(stack, agentId, [
    { name: 'skills_learn', args: { name: 'no-rain', pattern } },
  ]);
  const [pending] = await asked();
  expect(pending).toMatchObject({ toolName: 'skills_learn', args: { pattern } });
  const path = `/v1/agents/${agentId}/context/skill/learned/no-rain`;
  await expect(stack.api.call('GET', path)).rejects.toThrow(/: 404 /);
  await confirm(pending?.toolUseId ?? '', { result: 'allow' });
  await run.ended();
  expect(await stack.api.call('GET', path)).toMatchObject({ content: pattern, version: 1 });
  expect(textsOf((await script.report()).requests[1]?.body)).toContain(`# learned/no-rain\n${pattern}`);
});

test('[context:tokens:as-the-model-counts] a source is cut to its budget in tokens as the model reported them', async () => {
  const agentId = await stack.newAgent();
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/soul/SOUL.md`, {
    content: 'You are a careful beekeeper. '.repeat(100),
  });
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: 'workspace_list', args: {} }], usage: { inputTokens: 9_000 } }],
      [{ text: 'Done.' }],
    ],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  const soulOf = async (turn: number) => {
    const path = `/v1/agents/${agentId}/sessions/${run.sessionId}/turns/${turn}/context`;
    const { manifest } = await stack.api.call<TurnContext & { manifest: { tokenRatio?: number } }>('GET', path);
    const soul = manifest.sources.find(({ source }) => source === 'SOUL');
    return { ratio: manifest.tokenRatio ?? 1, tokens: soul?.tokens ?? 0, cut: soul?.included[0]?.cut };
  };
  const [before, after] = [await soulOf(0), await soulOf(1)];
  expect([before.cut, after.cut]).toEqual([undefined, true]);
  expect(after.ratio).toBeGreaterThan(1.3);
  expect(after.tokens).toBeGreaterThan(750);
  expect(after.tokens).toBeLessThanOrEqual(800);
});

test('[context:manifest:says-what-was-read] [context:preview:what-would-be-read] an operator reads what a turn read, part by part, what changed since, and what the next turn would read', async () => {
  const agentId = await stack.newAgent();
  const put = (name: string, content: string) =>
    stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/${name}`, { content });
  await put('a.md', 'one\ntwo');
  await put('b.md', 'other');
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: 'workspace_write', args: { name: 'a.md', content: 'one\n2' } }] }],
      [{ toolCalls: [{ name: 'memory_append', args: { fact: 'The answer is 42.' } }] }],
      [{ text: 'Done.' }],
    ],
  });
  const run = await stack.api.run(agentId, { message: 'Look at b.md.', models: script.models });
  await run.ended();
  const base = `/v1/agents/${agentId}/sessions/${run.sessionId}/turns`;
  const turn = (number: number, query = '') => stack.api.call<TurnContext>('GET', `${base}/${number}/context${query}`);

  const last = await turn(2);
  const prompts = (await script.report()).requests.map(({ body }) => textsOf(body));
  for (const { included } of last.manifest.sources) {
    for (const { text = '?' } of included) expect(prompts[2]).toContain(text);
  }
  const workspaceOf = ({ manifest }: TurnContext) =>
    manifest.sources.find(({ source }) => source === 'WORKSPACE')?.included.map(({ id, why }) => `${id} ${why}`);
  expect(workspaceOf(await turn(0))).toEqual(['b.md named', 'a.md recent']);
  expect(workspaceOf(last)).toEqual(['b.md named', 'a.md touched']);

  const { diff } = await turn(1, '?diff=0');
  expect(diff).toMatchObject({ turn_index: 0, changes: [{ source: 'WORKSPACE', id: 'a.md', change: 'changed' }] });
  expect(diff?.changes[0]?.diff).toContain(' one\n-two\n+2\n');
  expect((await turn(2, '?diff=0')).diff?.changes.map(({ source, change }) => `${source} ${change}`)).toEqual([
    'MEMORY added',
    'WORKSPACE changed',
  ]);
  for (const [number, query, status, code] of [
    [1, '?diff=1', 400, 'invalid_request'],
    [0, '?diff=0', 400, 'invalid_request'],
    [1, '?diff=-1', 400, 'invalid_request'],
    [1, '?diff=last', 400, 'invalid_request'],
    [9, '?diff=0', 404, 'turn_not_found'],
  ] as const) {
    const refused = turn(number, query);
    await expect(refused, query).rejects.toThrow(new RegExp(`: ${status} .*"${code}"`));
  }

  const preview = (query: string) =>
    stack.api.call<{ volatile: string; sources: Source[] }>('GET', `/v1/agents/${agentId}/context/preview${query}`);
  expect((await preview(`?session_id=${run.sessionId}`)).volatile).toBe(last.volatile);
  const named = await preview('?message=What%20is%20in%20a.md%3F');
  expect(named.sources.find(({ source }) => source === 'WORKSPACE')?.included[0]).toMatchObject({
    id: 'a.md',
    why: 'named',
    text: '# a.md\none\n2',
  });
  await expect(preview('?session_id=sess_of_nobody')).rejects.toThrow(/: 404 .*session_not_found/);
});

interface TurnContext {
  readonly manifest: { readonly sources: Source[] };
  readonly volatile: string;
  readonly diff?: { turn_index: number; changes: { source: string; id: string; change: string; diff: string }[] };
}

interface Source {
  readonly source: string;
  readonly tokens: number;
  readonly budgetTokens: number;
  readonly included: { id: string; cut?: boolean; why?: string; text?: string }[];
  readonly dropped: { id: string; why: string; cut?: boolean }[];
}

/** The volatile context of a chat-completions request, which the service adds after the transcript. */
function contextOf(body: unknown): string {
  const messages = (body as { messages: { content: unknown }[] }).messages; // the OpenAI protocol of the script
  return JSON.stringify(messages.filter(({ content }) => JSON.stringify(content)?.includes('<context ')));
}

/** All texts of a chat-completions request. */
function textsOf(body: unknown): string {
  const texts: string[] = [];
  JSON.stringify(body, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { connectStrictModel, type StrictModelOptions } from '../../support/strict-model.ts';

let stack: SharedStack;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await checkInvariants(stack);
});
afterAll(() => stack.stop());

let models = 0;
async function strictModel(options: StrictModelOptions) {
  models += 1;
  const model = await connectStrictModel(stack.api, `strict-${models}`, options);
  closing.push(model.close);
  return model;
}

async function agentWithFile(bytes: number): Promise<string> {
  const agentId = await stack.newAgent();
  const content = 'The bees of hive 7 gave 12 kg of honey in June. '.repeat(Math.ceil(bytes / 48)).slice(0, bytes);
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/hives.md`, { content });
  return agentId;
}
const read = { name: 'workspace_read', args: { name: 'hives.md' } };

test.each([
  { window: 8_000, parallel: 1, turns: 12 },
  { window: 32_000, parallel: 6, turns: 8 },
  { window: 128_000, parallel: 12, turns: 5 },
])(
  '[context:window:latest-message-and-results] $parallel parallel results of 60 KiB a turn on a window of $window tokens end no session',
  async (given) => {
    const agentId = await agentWithFile(60 * 1_024);
    const calls = Array(given.parallel).fill(read);
    const model = await strictModel({
      contextWindow: given.window,
      answer: (request) => (request < given.turns ? { toolCalls: calls } : { text: 'All read.' }),
    });
    const message = 'Read about my KINGFISHER hives.';
    const run = await stack.api.run(agentId, { message, models: model.models, max_turns: 20 });
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: given.turns + 1 });
    expect(model.prompts).toHaveLength(given.turns + 1);
    expect(model.refused).toEqual([]);
    for (const prompt of model.summaries) expect(JSON.stringify(prompt)).toContain('KINGFISHER');
    for (const prompt of model.prompts) expect(JSON.stringify(prompt)).toContain('KINGFISHER');
    for (const prompt of model.prompts.slice(1)) {
      expect(prompt.filter(({ role }) => role === 'tool').length).toBeGreaterThanOrEqual(given.parallel);
    }
  },
);

test('[context:window:latest-message-and-results] steering reaches the model however full its window is, and so does a first message larger than the window', async () => {
  const agentId = await agentWithFile(60 * 1_024);
  let steered: (() => void) | undefined;
  const model = await strictModel({
    contextWindow: 8_000,
    answer: (request) => {
      if (request === 0) steered?.();
      return request < 8 ? { toolCalls: [read] } : { text: 'Done.' };
    },
  });
  const message = `BEGINNING ${'tell me about the hives '.repeat(5_000)} ENDING`;
  const run = await stack.api.run(agentId, { message, models: model.models, max_turns: 20 });
  await new Promise<void>((resolve) => {
    steered = resolve;
    if (model.prompts.length > 0) resolve();
  });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Only hive PELICAN.' });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
  const prompts = model.prompts.map((prompt) => JSON.stringify(prompt));
  expect(prompts[0]).toMatch(
    /BEGINNING.*characters are left out here: session_read {.*turn.*:0,.*} shows them.*ENDING/s,
  );
  const first = prompts.findIndex((prompt) => prompt.includes('PELICAN'));
  expect(first).toBeGreaterThan(0);
  expect(prompts.slice(first).every((prompt) => prompt.includes('PELICAN'))).toBe(true);
});

test('[context:window:latest-message-and-results] of more than 128 calls in one answer the rest is refused in one result, and the session goes on', async () => {
  const agentId = await stack.newAgent();
  const toolCalls = Array.from({ length: 500 }, (_, n) => ({ name: 'workspace_read', args: { name: `f${n}.md` } }));
  const model = await strictModel({
    contextWindow: 32_000,
    answer: (request) => (request === 0 ? { toolCalls } : { text: 'Too many.' }),
  });
  const run = await stack.api.run(agentId, { message: 'Read everything.', models: model.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
  const results = model.prompts.at(-1)?.filter(({ role }) => role === 'tool') ?? [];
  expect(results).toHaveLength(128);
  expect(JSON.stringify(results.at(-1))).toContain('the 372 after it were not made');
  expect(run.events.filter(({ type }) => type === 'br.guardrail_intervention')).toHaveLength(1);
});

test('[model:context:limit-learned] [model:context:limit-shown] a model that refuses a prompt as too long is sent a shorter one in the same turn, and no longer one later', async () => {
  const agentId = await agentWithFile(60 * 1_024);
  const model = await strictModel({
    contextWindow: 8_000,
    registeredWindow: 64_000,
    answer: (request) => (request < 3 ? { toolCalls: [read, read] } : { text: 'All read.' }),
  });
  const run = await stack.api.run(agentId, { message: 'Read about my KINGFISHER hives.', models: model.models });
  expect({ ...(await run.ended()), refused: model.refused }).toMatchObject({ reason: 'completed', totalTurns: 4 });
  expect(model.refused.length).toBeGreaterThan(0);
  expect(model.refused.length).toBeLessThanOrEqual(3);
  for (const prompt of model.prompts) expect(JSON.stringify(prompt)).toContain('KINGFISHER');

  const { data } = await stack.api.call<{
    data: { provider: string; learned_context?: { tokens: number; until: string } }[];
  }>('GET', '/v1/models?limit=100');
  const learned = data.find(({ provider }) => model.models.includes(`${provider}/*`))?.learned_context;
  expect(learned?.tokens).toBeGreaterThan(2_000);
  expect(learned?.tokens).toBeLessThanOrEqual(8_000);
  expect(Date.parse(learned?.until ?? '') - Date.now()).toBeGreaterThan(6 * 24 * 3_600_000);

  const before = model.refused.length;
  await (await stack.api.run(agentId, { message: 'Once more.', models: model.models })).ended();
  expect(model.refused.length - before).toBe(0);

  // Whoever changes a provider may have put another server behind it.
  const listed = await stack.api.call<{ data: { id: string; name: string }[] }>('GET', '/v1/providers?limit=100');
  const provider = listed.data.find(({ name }) => model.models.includes(`${name}/*`));
  await stack.api.call('PATCH', `/v1/providers/${provider?.id}`, { headers: { 'x-server': 'new' } });
  const message = 'Read this. '.repeat(8_000);
  expect(await (await stack.api.run(agentId, { message, models: model.models })).ended()).toMatchObject({
    reason: 'completed',
  });
  expect(model.refused.length - before).toBeGreaterThan(0);
});

interface ShownDecision {
  selections: {
    provider: string;
    max_tokens: number;
    prompt_tokens: number;
    window: Record<string, number | boolean>;
    candidates: { provider: string; prompt_tokens: number; max_tokens: number; left_out: string }[];
  }[];
}

test('[model:context:limit-shown] a decision shows how long the prompts for its models were, and what the one that was sent left out', async () => {
  const agentId = await agentWithFile(60 * 1_024);
  const turns = 8;
  const model = await strictModel({
    contextWindow: 8_000,
    answer: (request) => (request < turns ? { toolCalls: [read] } : { text: 'All read.' }),
  });
  const run = await stack.api.run(agentId, { message: 'Read.', models: model.models, max_turns: 20 });
  await run.ended();
  const decisionOf = async (turn: number) => {
    const path = `/v1/sessions/${run.sessionId}/turns/${turn}/decision`;
    const { selections } = await stack.api.call<ShownDecision>('GET', path);
    const [selection] = selections;
    if (selection === undefined) throw new Error('no selection');
    return selection;
  };
  const whole = { turns_cut: 0, turns_left_out: 0, messages_cut: 0, messages_left_out: 0, latest_message_cut: false };
  expect((await decisionOf(0)).window).toEqual({ ...whole, turns_whole: 0, latest_results_cut: false });
  const last = await decisionOf(turns);
  const { turns_whole, turns_cut, turns_left_out, latest_results_cut } = last.window;
  expect(Number(turns_whole) + Number(turns_cut) + Number(turns_left_out)).toBe(turns);
  expect(Number(turns_cut) + Number(turns_left_out)).toBeGreaterThan(0);
  expect(latest_results_cut).toBe(true);
  expect(last.candidates).toMatchObject([
    { prompt_tokens: last.prompt_tokens, max_tokens: last.max_tokens, left_out: 'current' },
  ]);
  expect(last.prompt_tokens).toBeLessThan(8_000);
});

test('[context:window:too-long-says-what] a run whose tools alone are longer than every model reads ends with a code of its own, and says which part is how long', async () => {
  const agentId = await stack.newAgent();
  const small = await strictModel({ contextWindow: 600, answer: () => ({ text: 'Never asked.' }) });
  const smaller = await strictModel({ contextWindow: 400, answer: () => ({ text: 'Never asked.' }) });
  const models = [...small.models, ...smaller.models];
  const run = await stack.api.run(agentId, { message: 'Go.', models });
  const { reason, error } = await run.ended();
  expect([reason, error?.code]).toEqual(['error', 'prompt_too_long']);
  expect(error?.message).toMatch(
    /It has \d+ tokens \(system prompt \d+, tools \d+, memory, workspace and references \d+, messages \d+\), and the model with the most room, \S+ of \S+, reads 600 with its answer\. Offer fewer tools/,
  );
  const resource = await stack.api.call('GET', `/v1/sessions/${run.sessionId}`);
  expect(resource).toMatchObject({ error: { code: 'prompt_too_long' } });
  expect([...small.prompts, ...smaller.prompts]).toEqual([]);
});

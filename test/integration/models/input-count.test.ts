import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { createInputCounter, isCountable } from '../../../models/input-count/input-counter.ts';
import { simulatedBaseUrl } from '../../../models/kinds/simulated.ts';
import { createLearnedDialects } from '../../../models/learned-dialects.ts';
import type { ModelProtocol, ModelTarget, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { createSimulatedProvider } from '../../../simulated/provider.ts';
import { createScriptClient, type ScriptClient } from '../../../simulated/scripts/script-client.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';

type Fetch = typeof globalThis.fetch;
type ScriptedCount = ScriptInput['inputCount'];

let server: { readonly url: string; readonly port: number; close(): Promise<void> };
let guarded: GuardedFetch;
let scripts: ScriptClient;

beforeAll(async () => {
  server = await createSimulatedProvider({ delays: 'none' }).listen(0);
  guarded = createGuardedFetch({ allow: [`127.0.0.1:${server.port}`] });
  scripts = createScriptClient(server.url);
});
afterAll(async () => {
  await guarded.close();
  await server.close();
});

const protocols: readonly ModelProtocol[] = ['openai-chat', 'anthropic-messages', 'google-generate'];
const models = { 'openai-chat': 'sim-scout', 'anthropic-messages': 'sim-sage', 'google-generate': 'sim-swift' };

const messages: readonly TranscriptMessage[] = [
  { role: 'user', text: 'Read the notes, "all" of them.' },
  { role: 'user', text: 'And the drafts. 蜂蜜' },
  {
    role: 'assistant',
    text: 'I read both.',
    toolCalls: [
      { id: 'call_1', name: 'look', args: { name: 'notes.md', deep: { of: [1, '"'] } } },
      { id: 'call_2', name: 'look', args: { name: 'drafts.md' } },
    ],
  },
  { role: 'tool', toolCallId: 'call_1', toolName: 'look', output: 'The bees gave honey.\n'.repeat(60), isError: false },
  { role: 'tool', toolCallId: 'call_2', toolName: 'look', output: 'no such file', isError: true },
  { role: 'assistant', text: '', toolCalls: [{ id: 'call_3', name: 'look', args: {} }] },
  { role: 'tool', toolCallId: 'call_3', toolName: 'look', output: '', isError: false },
];

const content = {
  system: 'You are brief.',
  messages,
  context: '<context name="memory">Today it rains.</context>',
  tools: [
    { name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: { name: { type: 'string' } } } },
  ],
  maxOutputTokens: 4_000,
};
const signal = new AbortController().signal;

function targetOf(protocol: ModelProtocol, script?: string): ModelTarget {
  const url = script === undefined ? server.url : `${server.url}/scripts/${script}`;
  const baseUrl = simulatedBaseUrl(url, protocol);
  return { provider: 'simulated', kind: 'simulated', protocol, model: models[protocol], baseUrl, apiKey: 'k' };
}

const openAi: ModelTarget = {
  provider: 'openai',
  kind: 'openai',
  protocol: 'openai-chat',
  model: 'gpt-4.1',
  baseUrl: 'https://api.openai.com/v1',
  apiKey: 'k',
};

function counterOf(fetch: Fetch = guarded.fetch, timeoutMs?: number) {
  return createInputCounter({ fetch, dialects: createLearnedDialects(), timeoutMs });
}

describe.each(protocols)('%s', (protocol) => {
  let scriptsMade = 0;
  const scripted = async (inputCount: ScriptedCount, turns: ScriptInput = { turns: [[{ text: 'ok' }]] }) => {
    scriptsMade += 1;
    const name = `count-${protocol}-${scriptsMade}`;
    await scripts.put(name, { ...turns, inputCount, repeatLastAttempt: true });
    return { name, target: targetOf(protocol, name) };
  };

  test('[money:input:counted-when-money-is-short] the count of a request is what it is billed', async () => {
    const { target } = await scripted(undefined, { turns: [[{ text: 'a' }], [{ text: 'a' }], [{ text: 'ok' }]] });
    const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
    const counted = await counterOf().count({ ...content, target }, signal);
    const { usage, wireBytes } = await callModelOnce({
      ...content,
      target,
      maxRequestBytes: 50_000,
      signal,
    });
    if (counted === undefined || usage === undefined) throw new Error('no count or no usage');
    expect(counted).toMatchObject({ by: 'counted', requestBytes: wireBytes.sent });
    expect(counted.tokens).toBeGreaterThanOrEqual(usage.inputTokens);
    expect(counted.tokens).toBeLessThanOrEqual(usage.inputTokens + 2);
  });

  test.each<{ it: string; answers: ScriptedCount }>([
    { it: 'is down', answers: { status: 500 } },
    { it: 'is asked too often', answers: { status: 429 } },
    { it: 'refuses the key', answers: { status: 401 } },
    { it: 'talks nonsense', answers: { body: '{"input_tokens"' } },
    { it: 'says null', answers: { body: 'null' } },
    { it: 'says a text', answers: { body: '{"input_tokens":"12","totalTokens":"12"}' } },
    { it: 'says nothing', answers: { body: '{}' } },
    { it: 'says zero', answers: { tokens: 0 } },
    { it: 'says less than a token', answers: { body: '{"input_tokens":-4,"totalTokens":-4}' } },
    { it: 'says half a token', answers: { body: '{"input_tokens":0.5,"totalTokens":0.5}' } },
  ])(
    '[money:input:counted-when-money-is-short] there is no count where the endpoint $it, and it is asked again',
    async ({ answers }) => {
      const { target, name } = await scripted(answers);
      const counter = counterOf();
      expect(await counter.count({ ...content, target }, signal)).toBeUndefined();
      expect(counter.canCount(target)).toBe(true);
      expect(await counter.count({ ...content, target }, signal)).toBeUndefined();
      expect((await scripts.report(name)).counts).toBe(2);
    },
  );

  test.each([404, 405, 501])(
    '[money:input:counted-when-money-is-short] an endpoint that answers %s is not asked again',
    async (status) => {
      const { target, name } = await scripted({ status });
      const counter = counterOf();
      expect(await counter.count({ ...content, target }, signal)).toBeUndefined();
      expect(counter.canCount(target)).toBe(false);
      expect(await counter.count({ ...content, target }, signal)).toBeUndefined();
      expect((await scripts.report(name)).counts).toBe(1);
    },
  );

  test('[money:input:counted-when-money-is-short] a count that does not come in time is given up', async () => {
    const { target } = await scripted({ hang: true });
    expect(await counterOf(guarded.fetch, 50).count({ ...content, target }, signal)).toBeUndefined();
  });

  test('a count ends with the activity that asks for it', async () => {
    const { target } = await scripted({ hang: true });
    const stop = new AbortController();
    const fetch: Fetch = (input, init) => {
      queueMicrotask(() => stop.abort());
      return guarded.fetch(input, init);
    };
    expect(await counterOf(fetch, 60_000).count({ ...content, target }, stop.signal)).toBeUndefined();
  });
});

test.each<{
  at: string;
  baseUrl: string;
  kind: ModelTarget['kind'];
  protocol: ModelProtocol;
  model?: string;
  is: boolean;
}>([
  {
    at: 'Anthropic',
    kind: 'anthropic',
    protocol: 'anthropic-messages',
    baseUrl: 'https://api.anthropic.com/v1',
    is: true,
  },
  {
    at: 'Google',
    kind: 'google',
    protocol: 'google-generate',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    is: true,
  },
  { at: 'OpenAI', kind: 'openai', protocol: 'openai-chat', baseUrl: 'https://api.openai.com/v1', is: true },
  {
    at: 'a proxy of Anthropic',
    kind: 'anthropic',
    protocol: 'anthropic-messages',
    baseUrl: 'https://proxy.example/v1',
    is: false,
  },
  {
    at: 'a proxy of Google',
    kind: 'google',
    protocol: 'google-generate',
    baseUrl: 'https://proxy.example/v1',
    is: false,
  },
  { at: 'a proxy of OpenAI', kind: 'openai', protocol: 'openai-chat', baseUrl: 'https://proxy.example/v1', is: false },
  {
    at: 'a server of the same protocol',
    kind: 'openai-compatible',
    protocol: 'openai-chat',
    baseUrl: 'https://api.openai.com/v1',
    is: false,
  },
])('[money:input:counted-when-money-is-short] a model of $at can be counted: $is', ({ at: _, is, ...endpoint }) => {
  expect(isCountable({ model: 'gpt-4.1', ...endpoint })).toBe(is);
});

test('[money:input:counted-when-money-is-short] OpenAI is asked in the form of its Responses API, with the headers of a call', async () => {
  const asked: { url: string; body: unknown; key: string | null }[] = [];
  const counter = counterOf(async (input, init) => {
    const key = new Headers(init?.headers).get('authorization');
    asked.push({ url: String(input), key, body: JSON.parse(String(init?.body)) });
    return Response.json({ object: 'response.input_tokens', input_tokens: 321 });
  });
  const counted = await counter.count({ ...content, target: openAi, cacheKey: 'sess_1' }, signal);
  expect(counted).toMatchObject({ by: 'counted', tokens: 321 });
  expect(asked).toMatchObject([
    {
      url: 'https://api.openai.com/v1/responses/input_tokens',
      key: 'Bearer k',
      body: {
        model: 'gpt-4.1',
        tools: [{ type: 'function', name: 'look', description: 'Looks.', strict: false }],
        input: [
          { type: 'message', role: 'system', content: 'You are brief.' },
          { type: 'message', role: 'user', content: 'Read the notes, "all" of them.\n\nAnd the drafts. 蜂蜜' },
          { type: 'message', role: 'assistant', content: 'I read both.' },
          { type: 'function_call', name: 'look', arguments: '{"name":"notes.md","deep":{"of":[1,"\\""]}}' },
          { type: 'function_call', name: 'look' },
          { type: 'function_call_output' },
          { type: 'function_call_output', output: '[The tool failed.] no such file' },
          { type: 'function_call', arguments: '{}' },
          { type: 'function_call_output' },
        ],
      },
    },
  ]);
  expect(Object.keys(asked[0]?.body ?? {}).sort()).toEqual(['input', 'model', 'tools']);
});

test.each([
  ['gpt-4.1', 'tokenized'],
  ['gpt-5-mini', 'tokenized'],
  ['o3', 'tokenized'],
  ['gpt-4', undefined],
  ['gpt-50', undefined],
])('[I4] [money:input:counted-when-money-is-short] where OpenAI does not say, %s is %s here', async (model, by) => {
  const counter = counterOf(() => Promise.reject(new Error('down')));
  const counted = await counter.count({ ...content, target: { ...openAi, model } }, signal);
  expect(counted?.by).toBe(by);
  // 60 lines of six tokens each, and the rest in bytes.
  if (counted !== undefined) expect(counted.tokens).toBeLessThan(counted.requestBytes - 60 * 15);
});

test('[I4] a request with a field that the question can not say has no count of OpenAI', async () => {
  let asked = 0;
  const counter = counterOf(async () => {
    asked += 1;
    return Response.json({ input_tokens: 321 });
  });
  const target = { ...openAi, model: 'gpt-4', extraBody: { prediction: { type: 'content', content: 'long' } } };
  expect(await counter.count({ ...content, target }, signal)).toBeUndefined();
  expect(asked).toBe(0);
  expect(await counter.count({ ...content, target: { ...target, extraBody: { seed: 7 } } }, signal)).toBeDefined();
  expect(asked).toBe(1);
});

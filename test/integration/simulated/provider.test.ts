import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  streamText,
  type ToolSet,
  tool,
} from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { similarityOf } from '../../../domain/meaning.ts';
import { simulatedBaseUrl, simulatedModels } from '../../../models/kinds/simulated.ts';
import { createSimulatedProvider } from '../../../simulated/provider.ts';
import { createFakeWorkspace, researchNotes, workspaceTools } from '../../unit/simulated/fake-workspace.ts';

let server: Awaited<ReturnType<ReturnType<typeof createSimulatedProvider>['listen']>>;
beforeAll(async () => {
  server = await createSimulatedProvider({ delays: 'none' }).listen(0);
});
afterAll(() => server.close());

const apiKey = 'no-key-needed';
const openAiUrl = () => simulatedBaseUrl(server.url, 'openai-chat');
const clients: readonly (readonly [string, () => LanguageModel])[] = [
  ['@ai-sdk/openai', () => createOpenAI({ baseURL: openAiUrl(), apiKey }).chat('sim-scout')],
  [
    '@ai-sdk/openai-compatible',
    () => createOpenAICompatible({ name: 'simulated', baseURL: openAiUrl(), apiKey, includeUsage: true })('sim-scout'),
  ],
  [
    '@ai-sdk/anthropic',
    () => createAnthropic({ baseURL: simulatedBaseUrl(server.url, 'anthropic-messages'), apiKey })('sim-sage'),
  ],
  [
    '@ai-sdk/google',
    () => createGoogleGenerativeAI({ baseURL: simulatedBaseUrl(server.url, 'google-generate'), apiKey })('sim-swift'),
  ],
];

/** The tools have no `execute`, so the test gets the calls, as the product does. */
const tools: ToolSet = Object.fromEntries(
  workspaceTools.map((each) => [
    each.name,
    tool({ description: each.name, inputSchema: jsonSchema(each.inputSchema) }),
  ]),
);

describe.each(clients)('%s', (_, model) => {
  test.each(['streaming', 'not streaming'])('works through a research task with tools and usage, %s', async (mode) => {
    const workspace = createFakeWorkspace(researchNotes);
    const messages: ModelMessage[] = [
      { role: 'user', content: 'Research the latest AI safety papers and write a summary' },
    ];
    let answer: string | undefined;
    for (let turn = 0; turn < 12 && answer === undefined; turn += 1) {
      const options = {
        model: model(),
        system: 'You are an agent.',
        messages,
        tools,
        maxRetries: 0,
        maxOutputTokens: 2000,
      };
      const result = mode === 'streaming' ? streamText(options) : await generateText(options);
      const [text, calls, usage, finish] = await Promise.all([
        result.text,
        result.toolCalls,
        result.usage,
        result.finishReason,
      ]);
      expect(usage.inputTokens).toBeGreaterThan(0);
      expect(usage.outputTokens).toBeGreaterThan(0);
      messages.push(...(await result.response).messages);
      if (calls.length === 0) {
        expect(finish).toBe('stop');
        answer = text;
        break;
      }
      expect(finish).toBe('tool-calls');
      messages.push({
        role: 'tool',
        content: calls.map((call) => {
          const { output, isError } = workspace.call(call.toolName, call.input as Record<string, unknown>); // the tools take objects
          const type = isError ? 'error-text' : 'text';
          return {
            type: 'tool-result',
            toolCallId: call.toolCallId,
            toolName: call.toolName,
            output: { type, value: output },
          };
        }),
      });
      messages.push({ role: 'user', content: [{ type: 'text', text: '<context name="WORKSPACE">5 notes</context>' }] });
    }
    expect(answer).toContain('evals.md');
    expect([...workspace.files.keys()]).toContain('summary-ai-safety.md');
  });

  test('an answer beyond the output limit is cut and finishes with length', async () => {
    const result = streamText({ model: model(), prompt: 'hello', maxOutputTokens: 5, maxRetries: 0 });
    expect(await result.finishReason).toBe('length');
    expect(await result.text).not.toBe('');
    expect((await result.usage).outputTokens).toBe(5);
  });
});

test('reports cached tokens for a prefix that was sent before', async () => {
  const long = 'word '.repeat(2000);
  const messages: ModelMessage[] = [
    { role: 'user', content: long, providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
    { role: 'assistant', content: 'ok' },
    { role: 'user', content: 'hello' },
  ];
  for (const [name, model] of clients) {
    const { usage } = await generateText({ model: model(), messages, maxOutputTokens: 100, maxRetries: 0 });
    const cached = usage.inputTokenDetails.cacheReadTokens ?? 0;
    if (name !== '@ai-sdk/google') expect(cached).toBeGreaterThan(1000);
    expect(cached).toBeLessThan(usage.inputTokens ?? 0);
  }
});

test('reasoning is signed, and its signature is accepted only for the same model', async () => {
  const anthropic = createAnthropic({ baseURL: simulatedBaseUrl(server.url, 'anthropic-messages'), apiKey });
  const thinking = { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } } as const;
  const options = { model: anthropic('sim-sage'), maxOutputTokens: 2000, maxRetries: 0, providerOptions: thinking };
  const first = await generateText({ ...options, prompt: 'hello' });
  expect(first.reasoningText).toBeTruthy();
  expect(first.usage.outputTokenDetails.reasoningTokens).toBeGreaterThan(0);
  const messages: ModelMessage[] = [
    { role: 'user', content: 'hello' },
    ...first.response.messages,
    { role: 'user', content: 'thanks' },
  ];
  await expect(generateText({ ...options, messages })).resolves.toBeDefined();
  const foreign = JSON.parse(JSON.stringify(messages).replace(/"signature":"[^"]+"/, '"signature":"c29tZW9uZSBlbHNl"'));
  await expect(generateText({ ...options, messages: foreign })).rejects.toThrow(/Invalid `signature`/);
});

test('a stream without include_usage reports no usage', async () => {
  const openai = createOpenAICompatible({ name: 'simulated', baseURL: openAiUrl(), apiKey });
  const usage = await streamText({ model: openai('sim-scout'), prompt: 'hello', maxRetries: 0 }).usage;
  expect(usage.inputTokens).toBeUndefined();
});

test('refusals arrive in the shape of each protocol, marked as simulated', async () => {
  const call = async (path: string, body: unknown, headers = {}) => {
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers });
    expect(response.headers.get('x-simulated')).toBe('1');
    return { status: response.status, body: await response.json() };
  };
  expect(await call('/openai/v1/chat/completions', { model: 'sim-scout', messages: [] })).toMatchObject({
    status: 400,
    body: { error: { type: 'invalid_request_error', code: 'empty_array', param: 'messages' } },
  });
  expect(
    await call('/anthropic/v1/messages', { model: 'sim-sage', messages: [] }, { 'anthropic-version': '2023-06-01' }),
  ).toMatchObject({
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: expect.stringContaining('max_tokens') } },
  });
  expect(await call('/google/v1beta/models/sim-swift:generateContent', { contents: [] })).toMatchObject({
    status: 400,
    body: { error: { code: 400, status: 'INVALID_ARGUMENT' } },
  });
  expect(
    await call('/openai/v1/chat/completions', { model: 'gpt-5', messages: [{ role: 'user', content: 'x' }] }),
  ).toMatchObject({
    status: 404,
    body: { error: { code: 'model_not_found' } },
  });
});

test('an unknown model is an APICallError that is not retried', async () => {
  const openai = createOpenAI({ baseURL: openAiUrl(), apiKey });
  const failure = await generateText({ model: openai.chat('sim-nobody'), prompt: 'x', maxRetries: 0 }).catch(
    (error: unknown) => error,
  );
  expect(APICallError.isInstance(failure) && failure.statusCode).toBe(404);
  expect(APICallError.isInstance(failure) && failure.isRetryable).toBe(false);
});

test('each model is listed by its own protocol', async () => {
  const lists = await Promise.all(
    simulatedModels.map(async (model) =>
      (await fetch(`${simulatedBaseUrl(server.url, model.protocol)}/models`)).text(),
    ),
  );
  for (const [index, model] of simulatedModels.entries()) expect(lists[index]).toContain(model.id);
});

test('Google streams a JSON array without alt=sse', async () => {
  const url = `${simulatedBaseUrl(server.url, 'google-generate')}/models/sim-swift:streamGenerateContent`;
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] });
  const chunks: unknown = await (await fetch(url, { method: 'POST', body })).json();
  expect(Array.isArray(chunks)).toBe(true);
});

describe('the simulated embeddings', () => {
  const embed = (body: object) =>
    fetch(`${openAiUrl()}/embeddings`, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
      status: response.status,
      simulated: response.headers.get('x-simulated'),
      // The protocol says so; the test looks at the fields that it uses.
      body: (await response.json()) as { data: { embedding: number[] }[]; error?: { code: string } },
    }));

  test('are the same for the same text, close for synonyms, and far apart for other words', async () => {
    const input = ['an old car', 'an old car', 'an old automobile', 'rye bread'];
    const { status, simulated, body } = await embed({ model: 'simulated-embedding', input });
    expect([status, simulated]).toEqual([200, '1']);
    const [first = [], same = [], synonym = [], other = []] = body.data.map(({ embedding }) => embedding);
    expect(same).toEqual(first);
    expect(similarityOf(first, synonym)).toBeGreaterThan(0.9);
    expect(Math.abs(similarityOf(first, other))).toBeLessThan(0.2);
  });

  test('are refused for a model that is not there, and for a request without a text', async () => {
    expect(await embed({ model: 'gpt', input: ['x'] })).toMatchObject({
      status: 404,
      body: { error: { code: 'model_not_found' } },
    });
    expect((await embed({ model: 'simulated-embedding', input: [] })).status).toBe(400);
  });
});

import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, type LanguageModel, type ModelMessage, streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSimulatedProvider } from '../../../simulated/provider.ts';
import { createScriptClient, type ScriptClient } from '../../../simulated/scripts/script-client.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';

let server: Awaited<ReturnType<ReturnType<typeof createSimulatedProvider>['listen']>>;
let scripts: ScriptClient;
beforeAll(async () => {
  server = await createSimulatedProvider().listen(0);
  scripts = createScriptClient(server.url);
});
afterAll(() => server.close());

const apiKey = 'no-key-needed';
type ClientOf = (script: string) => LanguageModel;
const openai: ClientOf = (script) =>
  createOpenAI({ baseURL: scripts.baseUrl(script, 'openai-chat'), apiKey }).chat('any-model');
const anthropic: ClientOf = (script) =>
  createAnthropic({ baseURL: scripts.baseUrl(script, 'anthropic-messages'), apiKey })('any-model');
const google: ClientOf = (script) =>
  createGoogleGenerativeAI({ baseURL: scripts.baseUrl(script, 'google-generate'), apiKey })('any-model');
const protocols: readonly (readonly [string, ClientOf])[] = [
  ['openai', openai],
  ['anthropic', anthropic],
  ['google', google],
];

let count = 0;
async function load(script: ScriptInput): Promise<string> {
  count += 1;
  await scripts.put(`script-${count}`, script);
  return `script-${count}`;
}

const ask = (
  model: LanguageModel,
  messages: ModelMessage[] = [{ role: 'user', content: 'hi' }],
  abortSignal?: AbortSignal,
) => generateText({ model, messages, maxRetries: 0, abortSignal });

/** Reads a stream to its end and returns the text that came and the error, if one did. */
async function readStream(model: LanguageModel, abortSignal?: AbortSignal) {
  let text = '';
  let error: unknown;
  const result = streamText({ model, prompt: 'hi', maxRetries: 0, abortSignal, onError: () => {} });
  try {
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') error = part.error;
    }
  } catch (thrown) {
    error = thrown; // A broken connection throws here. Other faults come as parts.
  }
  return { text, error, finish: await Promise.resolve(result.finishReason).catch(() => 'none') };
}

describe.each(protocols)('a script played over %s', (protocol, clientOf) => {
  test('plays the turn given by the number of assistant messages, and its report has the usage that it sent', async () => {
    const name = await load({
      turns: [
        [
          {
            text: 'let me see',
            toolCalls: [{ name: 'look', args: { at: 'sky' } }],
            usage: { inputTokens: 11, outputTokens: 7 },
          },
        ],
        [{ text: 'blue' }],
      ],
    });
    const first = await ask(clientOf(name));
    expect(first.text).toBe('let me see');
    expect(first.toolCalls).toMatchObject([{ toolName: 'look', input: { at: 'sky' } }]);
    expect(first.usage).toMatchObject({ inputTokens: 11, outputTokens: 7 });
    const second = await ask(clientOf(name), [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'there' },
      { role: 'user', content: 'colour?' },
    ]);
    expect(second.text).toBe('blue');
    const report = await scripts.waitForRequests(name, 2, { closed: true });
    expect(report.exhausted).toBeNull();
    expect(report.requests.map(({ turn, attempt }) => [turn, attempt])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(report.reported.outputTokens).toBe(7 + (second.usage.outputTokens ?? 0));
    expect(report.reported.inputTokens).toBe(11 + (second.usage.inputTokens ?? 0));
    expect(report.requests[0]?.sent).toMatchObject({
      status: 200,
      finished: true,
      clientAborted: false,
      usageComplete: true,
    });
  });

  test('an error status is sent with its retry-after, and the next attempt answers', async () => {
    const name = await load({ turns: [[{ status: 429, retryAfter: '7' }, { status: 503 }, { text: 'ok' }]] });
    const first = await ask(clientOf(name)).catch((error: unknown) => error);
    expect(
      APICallError.isInstance(first) && [first.statusCode, first.isRetryable, first.responseHeaders?.['retry-after']],
    ).toEqual([429, true, '7']);
    const second = await ask(clientOf(name)).catch((error: unknown) => error);
    expect(APICallError.isInstance(second) && [second.statusCode, second.responseHeaders?.['retry-after']]).toEqual([
      503,
      undefined,
    ]);
    expect((await ask(clientOf(name))).text).toBe('ok');
  });

  test('answers script_exhausted after its last attempt, and reports it', async () => {
    const name = await load({ turns: [[{ text: 'once' }]] });
    await ask(clientOf(name));
    await expect(ask(clientOf(name))).rejects.toThrow(/script_exhausted/);
    expect((await scripts.report(name)).exhausted).toMatchObject({ turn: 0, attempt: 1 });
  });

  test.each([
    ['reset', { reset: 'mid_stream' }],
    ['truncation', { truncate: 'mid_stream' }],
    ['malformed frame', { malformed: true }],
  ] as const)('a %s in mid-stream leaves an unfinished answer with the text before it', async (_fault, fault) => {
    const name = await load({ turns: [[{ text: 'one two three four five six', chunks: 6, ...fault }]] });
    const { text, error, finish } = await readStream(clientOf(name));
    expect('one two three four five six'.startsWith(text)).toBe(true);
    expect(text).not.toBe('one two three four five six');
    expect(error !== undefined || finish !== 'stop').toBe(true);
    const report = await scripts.waitForRequests(name, 1, { closed: true });
    expect(report.requests[0]?.sent.usageComplete).toBe(false);
  });

  test('a reset before the headers has no status', async () => {
    const name = await load({ turns: [[{ reset: 'before_headers' }]] });
    const failure = await ask(clientOf(name)).catch((error: unknown) => error);
    expect(APICallError.isInstance(failure) && failure.statusCode).toBeUndefined();
    expect((await scripts.waitForRequests(name, 1, { closed: true })).requests[0]?.sent).toMatchObject({
      status: null,
      usage: null,
    });
  });

  test('a held answer waits for its release', async () => {
    const name = await load({ turns: [[{ text: 'late', holdUntil: 'go' }]] });
    const answer = ask(clientOf(name));
    const seen = await scripts.waitForRequests(name, 1);
    expect(seen.requests[0]?.sent.status).toBeNull();
    await scripts.release(name, 'go');
    expect((await answer).text).toBe('late');
  });

  test('a client that leaves in mid-stream is logged as aborted', async () => {
    const name = await load({
      turns: [[{ text: 'one two three', chunks: 3, holdUntil: 'never', holdAt: 'mid_stream' }]],
    });
    const client = new AbortController();
    const result = streamText({ model: clientOf(name), prompt: 'hi', maxRetries: 0, abortSignal: client.signal });
    for await (const _text of result.textStream) client.abort();
    const report = await scripts.waitForRequests(name, 1, { closed: true });
    expect(report.requests[0]?.sent).toMatchObject({
      status: 200,
      clientAborted: true,
      finished: false,
      usageComplete: false,
    });
  });

  test('a hanging answer ends with its client', async () => {
    const name = await load({ turns: [[{ hang: true }]] });
    const client = new AbortController();
    const answer = ask(clientOf(name), undefined, client.signal).catch((error: unknown) => error);
    await scripts.waitForRequests(name, 1);
    client.abort();
    expect(await answer).toMatchObject({ name: 'AbortError' });
    expect((await scripts.waitForRequests(name, 1, { closed: true })).requests[0]?.sent.clientAborted).toBe(true);
  });

  test('reasoning is sent, and accepted with its signature', async () => {
    const name = await load({ turns: [[{ reasoning: 'hm', text: 'yes' }], [{ text: 'again' }]] });
    const first = await ask(clientOf(name));
    // The protocol of OpenAI's chat has no field for reasoning.
    expect(first.reasoningText).toBe(protocol === 'openai' ? undefined : 'hm');
    const messages: ModelMessage[] = [
      { role: 'user', content: 'hi' },
      ...first.response.messages,
      { role: 'user', content: 'sure?' },
    ];
    expect((await ask(clientOf(name), messages)).text).toBe('again');
  });
});

test('arguments that are not JSON reach the client unchanged', async () => {
  const name = await load({ turns: [[{ toolCalls: [{ name: 'look', rawArgs: '{"at": ' }] }]] });
  const response = await fetch(`${scripts.baseUrl(name, 'openai-chat')}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(await response.json()).toMatchObject({
    choices: [{ message: { tool_calls: [{ function: { arguments: '{"at": ' } }] } }],
  });
});

test('an answer whose usage is null reports no usage', async () => {
  const name = await load({ turns: [[{ text: 'ok', usage: null }]] });
  expect((await ask(openai(name))).usage.inputTokens).toBeUndefined();
  expect((await scripts.report(name)).requests[0]?.sent.usage).toBeNull();
});

test('`repeat` plays the turns again, and `repeatLastAttempt` answers every further attempt', async () => {
  const name = await load({ turns: [[{ status: 500 }, { text: 'a' }]], repeat: true, repeatLastAttempt: true });
  await expect(ask(openai(name))).rejects.toThrow();
  expect((await ask(openai(name))).text).toBe('a');
  expect((await ask(openai(name))).text).toBe('a');
  const later: ModelMessage[] = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'a' },
    { role: 'user', content: 'y' },
  ];
  await expect(ask(openai(name), later)).rejects.toThrow();
});

test('a generate script calls its tool for N turns, then answers, and keeps no bodies', async () => {
  const name = await load({ generate: { turns: 1, toolName: 'look', toolArgs: { n: 1 } } });
  const first = await ask(openai(name));
  expect(first.toolCalls).toMatchObject([{ toolName: 'look', input: { n: 1 } }]);
  const later: ModelMessage[] = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'a' },
    { role: 'user', content: 'y' },
  ];
  expect(await ask(openai(name), later)).toMatchObject({ text: 'Done.', finishReason: 'stop' });
  const report = await scripts.waitForRequests(name, 2, { closed: true });
  expect(report.requests.every((request) => request.body === null)).toBe(true);
});

test('a request that the protocol refuses is reported and uses no attempt of the script', async () => {
  const name = await load({ turns: [[{ text: 'ok' }]] });
  const url = `${scripts.baseUrl(name, 'openai-chat')}/chat/completions`;
  expect((await fetch(url, { method: 'POST', body: '{' })).status).toBe(400);
  expect((await ask(openai(name))).text).toBe('ok');
  expect((await scripts.report(name)).requests.map(({ attempt, sent }) => [attempt, sent.status])).toEqual([
    [null, 400],
    [0, 200],
  ]);
});

test('an invalid script is refused with the place of the mistake', async () => {
  const bad: ScriptInput[] = [
    { turns: [] },
    { turns: [[]] },
    { turns: [[{}]] },
    { turns: [[{ toolCalls: [{ name: 'x' }] }]] },
  ];
  for (const script of bad) await expect(scripts.put('bad', script)).rejects.toThrow(/400 .*invalid_script.*turns/);
});

test('a wait that times out ends with 408, and one for an unknown script with 404', async () => {
  const name = await load({ turns: [[{ text: 'ok' }]] });
  await expect(scripts.waitForRequests(name, 1, { timeoutMs: 1 })).rejects.toThrow(/408/);
  await expect(scripts.waitForRequests('nobody', 1)).rejects.toThrow(/404/);
  await scripts.remove(name);
  await expect(scripts.report(name)).rejects.toThrow(/404/);
});

import { afterEach, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol, ModelRequest, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import {
  type Answering,
  anthropicAnswer,
  eventStream,
  googleAnswer,
  openAiAnswer,
  openAiFinish,
  openAiText,
  openAiUsage,
  startEndpoint,
} from './endpoint.ts';

type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;
let endpoint: Endpoint;
let guarded: GuardedFetch;

afterEach(async () => {
  await guarded.close();
  await endpoint.close();
});

const search = {
  name: 'workspace_search',
  description: 'Searches files.',
  inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};

async function calling(protocol: ModelProtocol, answer: Answering) {
  endpoint = await startEndpoint(answer);
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const kind = kindOfProtocol[protocol];
  const target = { provider: 'p', kind, model: 'm', protocol, baseUrl: endpoint.baseUrl, apiKey: 'k-secret' };
  return (change: Partial<ModelRequest> = {}) =>
    callModelOnce({
      target,
      system: 'Be brief.',
      messages: [{ role: 'user', text: 'Hello' }],
      tools: [search],
      maxOutputTokens: 300,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
      ...change,
    });
}

test('an OpenAI-compatible answer arrives completely: text while it streams, tool calls, usage', async () => {
  const call = await calling('openai-chat', (response) => {
    const send = eventStream(response);
    send(openAiText('Let me '));
    send(openAiText('look.'));
    const begin = { index: 0, id: 'x', type: 'function', function: { name: 'workspace_search', arguments: '{"que' } };
    send({ choices: [{ index: 0, delta: { tool_calls: [begin] } }] });
    send({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'ry":"a"}' } }] } }] });
    send(openAiFinish('tool_calls'));
    const details = { prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 2 } };
    send({ choices: [], usage: { ...openAiUsage.usage, ...details } });
    response.end('data: [DONE]\n\n');
  });
  const deltas: string[] = [];
  const answer = await call({ onTextDelta: (text) => deltas.push(text) });

  expect(deltas).toEqual(['Let me ', 'look.']);
  expect(answer).toEqual({
    text: 'Let me look.',
    toolCalls: [{ name: 'workspace_search', args: { query: 'a' }, rawArgs: '{"query":"a"}' }],
    usage: { inputTokens: 11, cacheReadTokens: 4, cacheWriteTokens: 0, outputTokens: 7, reasoningTokens: 2 },
    finishReason: 'tool-calls',
    wireBytes: { images: 0, sent: expect.any(Number), received: expect.any(Number) },
    reasoningCharacters: 0,
  });
  const [request] = endpoint.received;
  expect(request?.url).toBe('/chat/completions');
  expect(request?.headers.authorization).toBe('Bearer k-secret');
  expect(request?.body).toMatchObject({ model: 'm', max_tokens: 300, stream_options: { include_usage: true } });
  expect(request?.body.tools[0].function.parameters).toEqual(search.inputSchema);
});

test('an Anthropic answer arrives completely, and cached input counts as input', async () => {
  const call = await calling(
    'anthropic-messages',
    anthropicAnswer(
      [
        { start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'Looking.' }] },
        {
          start: { type: 'tool_use', id: 't1', name: 'workspace_search', input: {} },
          deltas: [{ type: 'input_json_delta', partial_json: '{"query":"b"}' }],
        },
      ],
      'tool_use',
    ),
  );
  const answer = await call();
  expect(answer).toMatchObject({
    text: 'Looking.',
    toolCalls: [{ name: 'workspace_search', args: { query: 'b' } }],
    usage: { inputTokens: 28, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 9 },
    finishReason: 'tool-calls',
  });
  expect(endpoint.received[0]?.headers['x-api-key']).toBe('k-secret');
});

test('a Google answer arrives completely, and thinking counts as output', async () => {
  const call = await calling('google-generate', googleAnswer([{ text: 'Hi.' }]));
  expect(await call()).toEqual({
    text: 'Hi.',
    toolCalls: [],
    usage: { inputTokens: 30, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 6 },
    finishReason: 'stop',
    wireBytes: { images: 0, sent: expect.any(Number), received: expect.any(Number) },
    reasoningCharacters: 0,
  });
});

test('an answer without reported usage has no usage, so that it is never counted as free', async () => {
  const call = await calling('openai-chat', (response) => {
    const send = eventStream(response);
    for (const data of [openAiText('Hi'), openAiFinish('stop'), { choices: [], usage: { total_tokens: 9 } }])
      send(data);
    response.end();
  });
  expect((await call()).usage).toBeUndefined();
});

test('arguments that are not a JSON object are passed on as the model wrote them', async () => {
  const call = await calling('openai-chat', (response) => {
    const send = eventStream(response);
    const toolCall = (index: number, text: string) => ({
      choices: [
        { index: 0, delta: { tool_calls: [{ index, id: `i${index}`, function: { name: 'f', arguments: text } }] } },
      ],
    });
    for (const [index, text] of ['{"cut": ', '[1]', ''].entries()) send(toolCall(index, text));
    send(openAiFinish('stop'));
    response.end();
  });
  const answer = await call();
  expect(answer.toolCalls).toEqual([
    { name: 'f', rawArgs: '{"cut": ' },
    { name: 'f', rawArgs: '[1]' },
    { name: 'f', args: {}, rawArgs: '' },
  ]);
  expect(answer.finishReason).toBe('tool-calls');
});

const transcript: TranscriptMessage[] = [
  { role: 'user', text: 'Find both.' },
  {
    role: 'assistant',
    text: '',
    toolCalls: [
      { id: 'call_01A', name: 'workspace_search', args: { query: 'a' } },
      { id: 'call_01B', name: 'workspace_search', args: { query: 'b' } },
    ],
  },
  { role: 'tool', toolCallId: 'call_01A', toolName: 'workspace_search', output: 'found a', isError: false },
  { role: 'tool', toolCallId: 'call_01B', toolName: 'workspace_search', output: 'no such file', isError: true },
  { role: 'assistant', text: '', toolCalls: [] },
  { role: 'user', text: 'Go on.' },
  { role: 'user', text: 'Notes of today.' },
];

test('tool-call ids are nine alphanumeric characters, stay the same on every turn, and pair calls with results', async () => {
  const call = await calling('openai-chat', openAiAnswer('ok'));
  await call({ messages: transcript });
  await call({ messages: transcript });
  const [first, second] = endpoint.received.map(({ body }) => body.messages);
  expect(first).toEqual(second);
  const [idA, idB] = first[2].tool_calls.map((each: { id: string }) => each.id);
  expect(idA).toMatch(/^[0-9A-Za-z]{9}$/);
  expect(idA).not.toBe(idB);
  expect([first[3].tool_call_id, first[4].tool_call_id]).toEqual([idA, idB]);
  expect(first.slice(5).map((message: { content: string }) => message.content)).toEqual(['Go on.\n\nNotes of today.']);
});

test('consecutive results are sent to Anthropic in one message, with errors marked', async () => {
  const text = { start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'ok' }] };
  const call = await calling('anthropic-messages', anthropicAnswer([text], 'end_turn'));
  await call({ messages: transcript });
  const messages = endpoint.received[0]?.body.messages;
  expect(messages.map((message: { role: string }) => message.role)).toEqual(['user', 'assistant', 'user']);
  const results = messages[2].content.filter((part: { type: string }) => part.type === 'tool_result');
  expect(results.map((part: { is_error?: boolean }) => part.is_error === true)).toEqual([false, true]);
});

const thinking: Answering = anthropicAnswer(
  [
    {
      start: { type: 'thinking', thinking: '' },
      deltas: [
        { type: 'thinking_delta', thinking: 'Hm.' },
        { type: 'signature_delta', signature: 'sig-1' },
      ],
    },
    { start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'Found it.' }] },
  ],
  'end_turn',
);

test('reasoning is sent back unchanged to the model that made it, and to no other model', async () => {
  const call = await calling('anthropic-messages', thinking);
  const answer = await call();
  // Reasoning is stored as JSON in between.
  const reasoning = JSON.parse(JSON.stringify(answer.reasoning));
  const messages: TranscriptMessage[] = [
    { role: 'user', text: 'Hello' },
    { role: 'assistant', text: answer.text, toolCalls: [], reasoning },
    { role: 'user', text: 'More' },
  ];
  await call({ messages });
  expect(endpoint.received[1]?.body.messages[1].content).toMatchObject([
    { type: 'thinking', thinking: 'Hm.', signature: 'sig-1' },
    { type: 'text', text: 'Found it.' },
  ]);

  const baseUrl = endpoint.baseUrl;
  const protocol = 'anthropic-messages';
  const other = {
    provider: 'p',
    kind: kindOfProtocol[protocol],
    model: 'other',
    protocol,
    baseUrl,
    apiKey: 'k',
  } as const;
  await call({ messages, target: other });
  expect(endpoint.received[2]?.body.messages[1].content).toEqual([{ type: 'text', text: 'Found it.' }]);
});

test('a text that a guardrail changed is sent in its changed form, beside the reasoning', async () => {
  const call = await calling('anthropic-messages', thinking);
  const { reasoning } = await call();
  if (reasoning === undefined) throw new Error('no reasoning');
  await call({
    messages: [
      { role: 'assistant', text: '[redacted]', toolCalls: [], reasoning },
      { role: 'user', text: '?' },
    ],
  });
  const assistant = endpoint.received[1]?.body.messages.find(
    (message: { role: string }) => message.role === 'assistant',
  );
  expect(assistant.content.map((part: { type: string; text?: string }) => part.text ?? part.type)).toEqual([
    'thinking',
    '[redacted]',
  ]);
});

test("Google's signatures on tool calls are replayed with the calls", async () => {
  const part = { functionCall: { name: 'workspace_search', args: { query: 'a' } }, thoughtSignature: 'sig-g' };
  const call = await calling('google-generate', googleAnswer([part]));
  const answer = await call();
  expect(answer.finishReason).toBe('tool-calls');
  if (answer.reasoning === undefined) throw new Error('no reasoning');
  await call({
    messages: [
      { role: 'user', text: 'Hello' },
      {
        role: 'assistant',
        text: '',
        toolCalls: [{ id: 'call_1', name: 'workspace_search', args: { query: 'a' } }],
        reasoning: answer.reasoning,
      },
      { role: 'tool', toolCallId: 'call_1', toolName: 'workspace_search', output: 'found', isError: false },
    ],
  });
  expect(endpoint.received[1]?.body.contents[1].parts[0]).toMatchObject({ thoughtSignature: 'sig-g' });
});

test('a long answer that Google would continue is one request and ends with "length"', async () => {
  const call = await calling('google-generate', (response) => {
    const send = eventStream(response);
    send({
      candidates: [
        {
          content: { role: 'model', parts: [{ text: 'Part one' }] },
          finishReason: 'CONTINUATION',
          continuationToken: 't',
        },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    });
    response.end();
  });
  const answer = await call();
  expect(answer).toMatchObject({
    text: 'Part one',
    finishReason: 'length',
    usage: { inputTokens: 3, outputTokens: 2 },
  });
  expect(endpoint.received).toHaveLength(1);
});

test('consecutive calls reuse connections', async () => {
  const call = await calling('openai-chat', openAiAnswer('ok'));
  for (let i = 0; i < 6; i++) await call();
  // A connection is free a moment after its answer was read, so a second call right away may open a second one.
  expect(endpoint.connections()).toBeLessThanOrEqual(2);
});

import { afterEach, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol, ModelRequest, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { anyAnswer, startEndpoint } from './endpoint.ts';

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let guarded: GuardedFetch;

afterEach(async () => {
  await guarded.close();
  await endpoint.close();
});

const protocols = ['openai-chat', 'anthropic-messages', 'google-generate'] as const;

/** Sends requests with these messages, and returns the body of each. */
async function sent(protocol: ModelProtocol, ...changes: Partial<ModelRequest>[]) {
  endpoint = await startEndpoint(anyAnswer[protocol]);
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const kind = kindOfProtocol[protocol];
  for (const change of changes) {
    await callModelOnce({
      target: { provider: 'p', kind, model: 'm', protocol, baseUrl: endpoint.baseUrl, apiKey: 'k-secret' },
      system: 'Be brief.',
      messages: [],
      tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }],
      maxOutputTokens: 300,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
      ...change,
    });
  }
  return endpoint.received.map(({ body }) => body);
}

/** One message of a request in the same form for every protocol: its role, and the texts of its parts. */
type Said = readonly [role: string, ...texts: string[]];

interface WirePart {
  readonly type?: string;
  readonly text?: string;
  readonly content?: string;
  readonly functionCall?: { readonly name: string };
  readonly functionResponse?: { readonly response: { readonly content: string } };
}

function saidIn(protocol: ModelProtocol, body: { messages?: []; contents?: [] }): Said[] {
  const messages: { role: string; content?: string | WirePart[]; parts?: WirePart[]; tool_calls?: [] }[] =
    (protocol === 'google-generate' ? body.contents : body.messages) ?? [];
  return messages
    .filter(({ role }) => role !== 'system')
    .map(({ role, content, parts, tool_calls }) => {
      const texts = typeof content === 'string' ? [content] : (content ?? parts ?? []).map(textOf);
      return [role === 'model' ? 'assistant' : role, ...texts, ...(tool_calls ?? []).map(() => 'call')];
    });
}

function textOf(part: WirePart): string {
  if (part.type === 'tool_use' || part.functionCall !== undefined) return 'call';
  return part.text ?? part.content ?? part.functionResponse?.response.content ?? '';
}

const call = (id: string): TranscriptMessage => ({
  role: 'assistant',
  text: '',
  toolCalls: [{ id, name: 'look', args: {} }],
});
const result = (toolCallId: string, output: string, isError = false): TranscriptMessage => ({
  role: 'tool',
  toolCallId,
  toolName: 'look',
  output,
  isError,
});
const user = (text: string): TranscriptMessage => ({ role: 'user', text });
const context = '<context source="MEMORY">\n- tea\n</context>';

function alike(said: readonly Said[]): Record<ModelProtocol, readonly Said[]> {
  return { 'openai-chat': said, 'anthropic-messages': said, 'google-generate': said };
}

const cases: readonly {
  readonly name: string;
  readonly change: Partial<ModelRequest>;
  readonly expected: Readonly<Record<ModelProtocol, readonly Said[]>>;
}[] = [
  {
    name: 'several messages of a user',
    change: { messages: [user('One.'), user('Two.')], context },
    expected: {
      'openai-chat': [['user', `One.\n\nTwo.\n\n${context}`]],
      'anthropic-messages': [['user', 'One.', 'Two.', context]],
      'google-generate': [['user', 'One.', 'Two.', context]],
    },
  },
  {
    name: 'a result at the end',
    change: { messages: [user('Look.'), call('a'), result('a', 'seen')], context },
    expected: {
      'openai-chat': [
        ['user', 'Look.'],
        ['assistant', 'call'],
        ['tool', `seen\n\n${context}`],
      ],
      'anthropic-messages': [
        ['user', 'Look.'],
        ['assistant', 'call'],
        ['user', 'seen', context],
      ],
      'google-generate': [
        ['user', 'Look.'],
        ['assistant', 'call'],
        ['user', `seen\n\n${context}`],
      ],
    },
  },
  {
    name: 'answers behind each other, the first left empty',
    change: {
      messages: [
        user('Hi.'),
        { role: 'assistant', text: '', toolCalls: [] },
        user('Still there?'),
        { role: 'assistant', text: 'Yes.', toolCalls: [] },
        { role: 'assistant', text: ' I am.', toolCalls: [] },
        user('Good.'),
      ],
    },
    expected: {
      'openai-chat': [
        ['user', 'Hi.\n\nStill there?'],
        ['assistant', 'Yes. I am.'],
        ['user', 'Good.'],
      ],
      'anthropic-messages': [
        ['user', 'Hi.', 'Still there?'],
        ['assistant', 'Yes.', ' I am.'],
        ['user', 'Good.'],
      ],
      'google-generate': [
        ['user', 'Hi.', 'Still there?'],
        ['assistant', 'Yes.', ' I am.'],
        ['user', 'Good.'],
      ],
    },
  },
  {
    name: 'a transcript that begins with an answer',
    change: { messages: [{ role: 'assistant', text: 'Done.', toolCalls: [] }, user('More.')] },
    expected: alike([
      ['user', '[The beginning of this conversation is left out here.]'],
      ['assistant', 'Done.'],
      ['user', 'More.'],
    ]),
  },
];

test.each(protocols.flatMap((protocol) => cases.map((each) => ({ protocol, ...each }))))(
  '[request:roles:only-a-model-answers-results] $protocol: $name',
  async ({ protocol, change, expected }) => {
    const [body] = await sent(protocol, change);
    expect(saidIn(protocol, body)).toEqual(expected[protocol]);
  },
);

test.each(protocols)('[request:results:failures-and-silence-in-words] %s', async (protocol) => {
  const messages: TranscriptMessage[] = [user('Look.'), call('a'), result('a', '')];
  messages.push(call('b'), result('b', 'no such file', true), call('c'), result('c', ' \n', true));
  const [body] = await sent(protocol, { messages });
  const results = saidIn(protocol, body).filter(([role], index) => role !== 'assistant' && index > 0);
  const mark = protocol === 'anthropic-messages' ? '' : '[The tool failed.] ';
  expect(results.map(([, text]) => text)).toEqual([
    '[The tool succeeded and has no output.]',
    `${mark}no such file`,
    '[The tool failed and gave no reason.]',
  ]);
  if (protocol === 'anthropic-messages') {
    const flags = endpoint.received[0]?.text.match(/"is_error":true/g);
    expect(flags).toHaveLength(2);
  }
});

/** The requests of a tool loop: each has the transcript of the one before, and what came since. */
function toolLoop(turns: number): Partial<ModelRequest>[] {
  const messages: TranscriptMessage[] = [user('Look around.'), user('Be quick.')];
  return Array.from({ length: turns }, (_, turn) => {
    const request = { messages: [...messages], context: `<context source="WORKSPACE">\nturn ${turn}\n</context>` };
    const [a, b] = [`a${turn}`, `b${turn}`];
    const calls = [a, b].map((id) => ({ id, name: 'look', args: { at: id } }));
    messages.push({ role: 'assistant', text: turn === 0 ? '' : 'On.', toolCalls: calls });
    messages.push(result(a, `${turn} seen`), result(b, turn === 1 ? '' : 'gone', turn !== 1));
    if (turn === 2) messages.push(user('Faster.'));
    return request;
  });
}

/** Tools, system and messages in the order in which providers read them, without marks, which are no part of a prompt. */
function promptText(protocol: ModelProtocol, { model, tools, system, messages, systemInstruction, contents }: never) {
  const plain = JSON.stringify([
    model,
    tools,
    system ?? systemInstruction,
    protocol === 'google-generate' ? contents : messages,
  ]);
  return plain.replaceAll(',"cache_control":{"type":"ephemeral"}', '');
}

test.each(protocols)(
  '[request:cache:prefix-stays] %s: a request begins with all bytes of the one before, up to its context',
  async (protocol) => {
    const bodies = await sent(protocol, ...toolLoop(5));
    const prompts = bodies.map((body) => promptText(protocol, body as never));
    for (const [index, next] of prompts.slice(1).entries()) {
      const before = prompts[index] ?? '';
      const stable = before
        .slice(0, before.lastIndexOf('<context '))
        .replace(/(\\n|,\{"type":"text","text":"|,\{"text":")+$/, '');
      expect(stable.length).toBeGreaterThan(100);
      expect(next.startsWith(stable)).toBe(true);
    }
  },
);

interface MarkedBlock {
  readonly type: string;
  readonly text?: string;
  readonly content?: string;
  readonly cache_control?: { readonly type: string };
}

test('[request:cache:marked] Anthropic is told where the stable prompt ends: behind tools, system, and the transcripts of this request and the one before', async () => {
  const bodies = await sent('anthropic-messages', ...toolLoop(5));
  const ends = bodies.map(({ tools, system, messages }) => {
    expect([tools, system].map((blocks) => blocks.at(-1).cache_control)).toEqual([
      { type: 'ephemeral' },
      { type: 'ephemeral' },
    ]);
    const blocks: MarkedBlock[] = messages.flatMap((message: { content: MarkedBlock[] }) => message.content);
    // The context behind the transcript changes every turn.
    expect(blocks.at(-1)?.text).toMatch(/^<context /);
    expect(blocks.at(-2)?.cache_control).toBeDefined();
    return blocks.flatMap((block, place) => (block.cache_control === undefined ? [] : place));
  });
  expect(ends.map((marks) => marks.length)).toEqual([1, 2, 2, 2, 2]);
  for (const [index, marks] of ends.slice(1).entries()) expect(marks[0]).toBe(ends[index]?.at(-1));
});

test.each([
  ['https://api.openai.com/v1', 'ses_1'],
  ['https://proxy.example/v1', undefined],
])('[request:cache:marked] requests to %s have the cache key %s', async (baseUrl, expected) => {
  endpoint = await startEndpoint(anyAnswer['openai-chat']);
  guarded = createGuardedFetch({ allow: [] });
  const bodies: { prompt_cache_key?: string }[] = [];
  const callModelOnce = createCallModelOnce({
    fetch: async (_, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return new Response('data: {"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      });
    },
  });
  await callModelOnce({
    target: { provider: 'p', kind: 'openai', model: 'gpt-4.1', protocol: 'openai-chat', baseUrl, apiKey: 'k' },
    system: '',
    messages: [user('Hi.')],
    tools: [],
    cacheKey: 'ses_1',
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
  });
  expect(bodies.map((body) => body.prompt_cache_key)).toEqual([expected]);
});

import { afterEach, expect, test } from 'vitest';
import type { DialectSettings } from '../../../contract/provider-options.ts';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol, ModelRequest, ModelTarget, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { type Answering, anyAnswer, type ReceivedRequest, startEndpoint } from './endpoint.ts';

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let guarded: GuardedFetch;

afterEach(async () => {
  await guarded.close();
  await endpoint.close();
});

/** A conversation with a message of the user behind results of tools. */
const steered: TranscriptMessage[] = [
  { role: 'user', text: 'Look.' },
  { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'look', args: {} }] },
  { role: 'tool', toolCallId: 'a', toolName: 'look', output: 'seen', isError: false },
  { role: 'user', text: 'Faster.' },
];

async function calling(protocol: ModelProtocol, answer: Answering) {
  endpoint = await startEndpoint(answer);
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const kind = kindOfProtocol[protocol];
  const usual = { provider: 'p', kind, model: 'm', protocol, baseUrl: endpoint.baseUrl, apiKey: 'k-secret' };
  return (target: Partial<ModelTarget> = {}, change: Partial<ModelRequest> = {}) =>
    callModelOnce({
      target: { ...usual, ...target },
      system: 'Be brief.',
      messages: steered,
      context: '<context source="MEMORY">\n- tea\n</context>',
      tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }],
      maxOutputTokens: 300,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
      ...change,
    });
}

// biome-ignore lint/suspicious/noExplicitAny: the body of whichever protocol the case speaks
type Body = any;
const roles = (body: Body) => (body.messages ?? body.contents).map(({ role }: { role: string }) => role);

const settings: readonly {
  readonly protocol: ModelProtocol;
  readonly model?: string;
  readonly dialect: DialectSettings;
  readonly seen: (body: Body) => unknown;
  readonly usual: unknown;
  readonly expected: unknown;
}[] = [
  {
    protocol: 'openai-chat',
    dialect: { stream_usage: false },
    seen: (body) => body.stream_options,
    usual: { include_usage: true },
    expected: undefined,
  },
  {
    protocol: 'openai-chat',
    dialect: { max_tokens_field: 'max_completion_tokens' },
    seen: (body) => [body.max_tokens, body.max_completion_tokens],
    usual: [300, undefined],
    expected: [undefined, 300],
  },
  {
    protocol: 'openai-chat',
    model: 'gpt-5-mini',
    dialect: { max_tokens_field: 'max_tokens', system_role: 'system' },
    seen: (body) => [body.max_tokens, body.max_completion_tokens, roles(body)[0]],
    usual: [undefined, 300, 'developer'],
    expected: [300, undefined, 'system'],
  },
  {
    protocol: 'openai-chat',
    dialect: { system_role: 'developer' },
    seen: (body) => roles(body)[0],
    usual: 'system',
    expected: 'developer',
  },
  {
    protocol: 'openai-chat',
    dialect: { system_role: 'user' },
    seen: (body) => body.messages[0],
    usual: { role: 'system', content: 'Be brief.' },
    expected: { role: 'user', content: 'Be brief.\n\nLook.' },
  },
  {
    protocol: 'openai-chat',
    dialect: { null_content: false },
    seen: (body) => body.messages.find(({ role }: { role: string }) => role === 'assistant').content,
    usual: null,
    expected: '',
  },
  {
    protocol: 'google-generate',
    dialect: { system_role: 'user' },
    seen: (body) => [body.systemInstruction, body.contents[0].parts.length],
    usual: [{ parts: [{ text: 'Be brief.' }] }, 1],
    expected: [undefined, 2],
  },
  {
    protocol: 'openai-chat',
    dialect: { alternating_roles: true },
    seen: roles,
    usual: ['system', 'user', 'assistant', 'tool', 'user'],
    expected: ['system', 'user', 'assistant', 'tool', 'assistant', 'user'],
  },
  {
    protocol: 'google-generate',
    dialect: { alternating_roles: true },
    seen: roles,
    usual: ['user', 'model', 'user', 'user'],
    expected: ['user', 'model', 'user', 'model', 'user'],
  },
  {
    protocol: 'anthropic-messages',
    dialect: { alternating_roles: true },
    seen: roles,
    usual: ['user', 'assistant', 'user'],
    expected: ['user', 'assistant', 'user', 'assistant', 'user'],
  },
  {
    protocol: 'anthropic-messages',
    dialect: { prompt_cache: false },
    seen: (body) => JSON.stringify(body).includes('cache_control'),
    usual: true,
    expected: false,
  },
];

test.each(settings)(
  '[request:dialect:settable] $protocol: $dialect',
  async ({ protocol, dialect, seen, usual, expected, ...rest }) => {
    const call = await calling(protocol, anyAnswer[protocol]);
    const target = { model: rest.model ?? 'm' };
    await call(target);
    await call({ ...target, dialect });
    expect(endpoint.received.map(({ body }) => seen(body))).toEqual([usual, expected]);
  },
);

test.each(Object.keys(kindOfProtocol) as ModelProtocol[])(
  '[request:dialect:settable] %s: headers and extra fields are sent',
  async (protocol) => {
    const call = await calling(protocol, anyAnswer[protocol]);
    await call({ headers: { 'x-team': 'bees' }, extraBody: { top_k: 5, generationConfig: { seed: 7 } } });
    const [request] = endpoint.received;
    expect(request?.headers['x-team']).toBe('bees');
    expect(request?.body).toMatchObject({ top_k: 5, generationConfig: { seed: 7 } });
    // What the service makes is there, too.
    if (protocol === 'google-generate') expect(request?.body.generationConfig.maxOutputTokens).toBe(300);
  },
);

test('what extra fields add counts: a body that is longer than was reserved for is never sent', async () => {
  const call = await calling('openai-chat', anyAnswer['openai-chat']);
  await call();
  const maxRequestBytes = Buffer.byteLength(endpoint.received[0]?.text ?? '');
  const extraBody = { note: 'x' };
  await expect(call({ extraBody }, { maxRequestBytes })).rejects.toMatchObject({ type: 'model.request_too_large' });
  expect(endpoint.received).toHaveLength(1);
  await call({ extraBody }, { maxRequestBytes: maxRequestBytes + Buffer.byteLength(JSON.stringify(extraBody)) });
});

test('Anthropic is not asked to think where it would refuse: with too few tokens, or behind calls of another model', async () => {
  const call = await calling('anthropic-messages', anyAnswer['anthropic-messages']);
  const extraBody = { thinking: { type: 'enabled', budget_tokens: 200 } };
  const hello = [{ role: 'user', text: 'Hi.' }] as const;
  await call({ extraBody }, { messages: hello });
  await call({ extraBody }, { messages: hello, maxOutputTokens: 200 });
  await call({ extraBody }, { messages: steered.slice(0, 3) });
  expect(endpoint.received.map(({ body }) => body.thinking?.type)).toEqual(['enabled', undefined, undefined]);
});

const refusals: readonly {
  readonly name: string;
  readonly protocol: ModelProtocol;
  readonly model?: string;
  readonly status?: number;
  readonly words: string;
  readonly refuses: (body: Body) => boolean;
}[] = [
  {
    name: 'stream_options',
    protocol: 'openai-chat',
    words: "Unknown parameter: 'stream_options'.",
    refuses: (body) => body.stream_options !== undefined,
  },
  {
    name: 'max_tokens',
    protocol: 'openai-chat',
    words: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    refuses: (body) => body.max_tokens !== undefined,
  },
  {
    name: 'max_completion_tokens',
    protocol: 'openai-chat',
    model: 'gpt-5-mini',
    status: 422,
    words:
      '{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]}',
    refuses: (body) => body.max_completion_tokens !== undefined,
  },
  {
    name: 'the role developer',
    protocol: 'openai-chat',
    model: 'gpt-5-mini',
    words: "Invalid value: 'developer'. Supported values of role are: 'system', 'assistant', 'user', 'tool'.",
    refuses: (body) => roles(body).includes('developer'),
  },
  {
    name: 'a system prompt',
    protocol: 'openai-chat',
    status: 500,
    words: 'Jinja Exception: System role not supported',
    refuses: (body) => roles(body).includes('system'),
  },
  {
    name: 'an instruction of the developer',
    protocol: 'google-generate',
    words: 'Developer instruction is not enabled for models/gemma-3-27b-it',
    refuses: (body) => body.systemInstruction !== undefined,
  },
  {
    name: 'a user behind a tool',
    protocol: 'openai-chat',
    words: "Unexpected role 'user' after role 'tool'",
    refuses: (body) => /tool,user/.test(roles(body).join()),
  },
  {
    name: 'roles that do not alternate',
    protocol: 'openai-chat',
    status: 500,
    words: 'Conversation roles must alternate user/assistant/user/assistant/...',
    refuses: (body) => /tool,user/.test(roles(body).join()),
  },
  {
    name: 'an answer without a text, as the Python server of llama.cpp does',
    protocol: 'openai-chat',
    status: 500,
    words:
      "7 validation errors: {'type': 'string_type', 'loc': ('body', 'messages', 2, 'ChatCompletionRequestAssistantMessage', 'content'), 'msg': 'Input should be a valid string', 'input': None}",
    refuses: (body) => body.messages.some(({ content }: { content: unknown }) => content === null),
  },
  {
    name: 'an answer without a text, in few words',
    protocol: 'openai-chat',
    status: 422,
    words: 'messages[2].content must be a string, got null',
    refuses: (body) => body.messages.some(({ content }: { content: unknown }) => content === null),
  },
  {
    name: 'marks for a cache',
    protocol: 'anthropic-messages',
    words: 'tools.0.cache_control: Extra inputs are not permitted',
    refuses: (body) => JSON.stringify(body).includes('cache_control'),
  },
  {
    name: 'so long an answer, and says how long it may be',
    protocol: 'openai-chat',
    words: 'max_tokens is too large: 300. This model supports at most 200 completion tokens.',
    refuses: (body) => body.max_tokens > 200,
  },
  {
    name: 'so long an answer of a reasoning model',
    protocol: 'openai-chat',
    model: 'gpt-5-mini',
    words: 'max_completion_tokens must be at most 200',
    refuses: (body) => body.max_completion_tokens > 200,
  },
  {
    name: 'so long an answer, and says nothing more',
    protocol: 'openai-chat',
    words: 'Invalid max_tokens: too large',
    refuses: (body) => body.max_tokens > 200,
  },
  {
    name: 'so long an answer with a range',
    protocol: 'anthropic-messages',
    words: 'max_tokens: 300 > 200, which is the maximum allowed number of output tokens for m',
    refuses: (body) => body.max_tokens > 200,
  },
  {
    name: 'so long an answer with an exclusive range',
    protocol: 'google-generate',
    words: 'it has a maxOutputTokens value of 300 but the supported range is from 1 (inclusive) to 201 (exclusive).',
    refuses: (body) => body.generationConfig.maxOutputTokens > 200,
  },
];

test.each(refusals)(
  '[request:dialect:learned] a server that refuses $name',
  async ({ protocol, status, words, refuses, ...rest }) => {
    const call = await calling(protocol, refusing);
    const target = { model: rest.model ?? 'm' };
    expect((await call(target)).text).toBe('ok');
    expect(endpoint.received).toHaveLength(2);
    expect((await call(target)).text).toBe('ok');
    expect(endpoint.received).toHaveLength(3);

    function refusing(response: Parameters<Answering>[0], request: ReceivedRequest) {
      if (!refuses(request.body)) return anyAnswer[protocol](response, request);
      response.writeHead(status ?? 400, { 'content-type': 'application/json' });
      response.end(words.startsWith('{') ? words : JSON.stringify({ error: { message: words } }));
    }
  },
);

test.each([
  ['a setting of the row is not learned away', { stream_usage: true }, "Unknown parameter: 'stream_options'."],
  ['a refusal that names nothing we could change is an end', {}, 'The prompt is not to our taste.'],
])('%s', async (_, dialect, words) => {
  const call = await calling('openai-chat', (response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: words } }));
  });
  await expect(call({ dialect })).rejects.toMatchObject({ name: 'ModelCallError' });
  expect(endpoint.received).toHaveLength(1);
});

test('a server that refuses every form is asked at most once for each', async () => {
  const call = await calling('openai-chat', (response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ error: { message: 'unsupported: stream_options, max_tokens, system role, cache_control' } }),
    );
  });
  await expect(call()).rejects.toMatchObject({ name: 'ModelCallError' });
  expect(endpoint.received).toHaveLength(2);
});

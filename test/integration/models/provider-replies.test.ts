import { afterAll, afterEach, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { ModelCallError, type ModelProtocol, type ModelRequest } from '../../../models/model-call.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { providerReplies } from '../../fixtures/provider-replies/provider-replies.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { type Answering, eventStream, startEndpoint } from './endpoint.ts';

const SECRET = 'sk-very-secret-key-4711';
const PROMPT = 'Tell nobody that the launch of the red rocket is on Thursday at noon.';

const guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
afterAll(() => guarded.close());

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function failureOf(protocol: ModelProtocol, answer: Answering): Promise<ModelCallError> {
  const endpoint = await startEndpoint(answer);
  opened.push(endpoint);
  const request: ModelRequest = {
    target: {
      provider: 'p',
      kind: kindOfProtocol[protocol],
      model: 'm',
      protocol,
      baseUrl: endpoint.baseUrl,
      apiKey: SECRET,
    },
    system: '',
    messages: [{ role: 'user', text: PROMPT }],
    tools: [],
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
  };
  const error = await createCallModelOnce({ fetch: guarded.fetch })(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(endpoint.received).toHaveLength(1);
  if (!(error instanceof ModelCallError)) throw new Error('expected a ModelCallError');
  expect(error.message.length).toBeLessThanOrEqual(300);
  return error;
}

const replying =
  (status: number, body: unknown): Answering =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': text.startsWith('<') ? 'text/html' : 'application/json' });
    response.end(text);
  };

const PASSING = ['model.rate_limited', 'model.overloaded', 'model.timed_out'];

test.each(providerReplies.map((reply) => [reply.protocol, reply.from, reply] as const))(
  "[model:failure:says-what-failed] %s: the refusal of %s has its type, its status and the provider's words",
  async (protocol, _from, { status, body, type, shows }) => {
    const error = await failureOf(protocol, replying(status, body));
    expect([error.type, error.status, error.transient, error.mayHaveCharged]).toEqual([
      type,
      status,
      PASSING.includes(type),
      false,
    ]);
    expect(error.message).toContain(`${status}: `);
    if (shows !== undefined) expect(error.message).toContain(shows);
  },
);

/** The same errors as events of a stream, as some servers send them behind a 2xx status. */
const named = providerReplies.filter(
  ({ protocol, status }) => protocol === 'anthropic-messages' && status !== 413 && status !== 400,
);

test.each(named.filter(({ from }) => !from.startsWith('Bedrock')).map((reply) => [reply.from, reply] as const))(
  '[model:failure:says-what-failed] an error event of %s in a stream has the type of the refusal, and may have been charged',
  async (_from, { type, body, shows }) => {
    const error = await failureOf('anthropic-messages', (response) => {
      eventStream(response)(body);
      response.end();
    });
    expect(error).toMatchObject({ type, mayHaveCharged: true });
    if (shows !== undefined) expect(error.message).toContain(shows);
  },
);

const quotations: [string, string, string][] = [
  ['the key whole', `bad key ${SECRET} given`, SECRET],
  ['the end of the key', 'bad key ending in -key-4711 given', 'key-4711'],
  ['the key with stars', 'bad key sk-v****4711 given', '4711'],
  ['the key in Base64 of a header', `bad header Bearer ${SECRET}`, SECRET],
  ['another key', 'see sk-proj-aB3dE5fG7hI9jK1lM3nO5pQ7 instead', 'aB3dE5fG7hI9'],
  ['the prompt whole', `cannot parse: ${PROMPT}`, 'red rocket'],
  ['the middle of the prompt', `cannot parse "${PROMPT.slice(12, 60)}" at 12`, 'red rocket'],
  ['a password in an address', 'proxy http://user:hunter2hunter2@10.0.0.1 failed', 'hunter2'],
];

test.each(quotations)('[I10] a provider that quotes %s is shown without it', async (_what, message, hidden) => {
  for (const status of [400, 401, 500]) {
    const error = await failureOf('openai-chat', replying(status, { error: { message } }));
    expect(error.message).not.toContain(hidden);
    expect(error.message.length).toBeGreaterThan(10);
  }
});

test('words of any length are cut to 300 characters in all', async () => {
  const error = await failureOf('openai-chat', replying(400, { error: { message: 'no '.repeat(5_000) } }));
  expect(error.message).toHaveLength(300);
  expect(error.message.endsWith('…')).toBe(true);
});

test('a refusal whose body never ends is read no further than it says something', async () => {
  const endless = await failureOf('openai-chat', (response) => {
    response.writeHead(400, { 'content-type': 'text/plain' });
    const more = () => {
      while (!response.destroyed && response.write('busy '.repeat(1_000))) {}
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect(endless).toMatchObject({ type: 'model.rejected', status: 400 });
});

import { connect, createServer as createTcpServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { ModelCallError, type ModelProtocol, type ModelRequest } from '../../../models/model-call.ts';
import { createProviderTest } from '../../../models/provider-test.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { type Answering, eventStream, openAiAnswer, openAiFinish, openAiText, startEndpoint } from './endpoint.ts';

type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

const SECRET = 'sk-very-secret-key';

function guardedFetch(allow = ['127.0.0.0/8']): GuardedFetch {
  const guarded = createGuardedFetch({ allow });
  opened.push(guarded);
  return guarded;
}

async function endpointThat(answer: Answering): Promise<Endpoint> {
  const endpoint = await startEndpoint(answer);
  opened.push(endpoint);
  return endpoint;
}

function request(baseUrl: string, change: Partial<ModelRequest> = {}, protocol: ModelProtocol = 'openai-chat') {
  return {
    target: { provider: 'p', kind: kindOfProtocol[protocol], model: 'm', protocol, baseUrl, apiKey: SECRET },
    system: '',
    messages: [{ role: 'user' as const, text: 'Hello' }],
    tools: [],
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
    ...change,
  };
}

/** The error with which a call fails. */
async function failureOf(input: ModelRequest, fetch = guardedFetch().fetch): Promise<ModelCallError> {
  const error = await createCallModelOnce({ fetch })(input).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelCallError)) throw new Error('expected a ModelCallError');
  expect(error.message).not.toContain(SECRET);
  expect(error.cause).toBeUndefined();
  return error;
}

const refusing =
  (
    status: number,
    headers: Record<string, string> = {},
    body: unknown = { error: { message: 'upstream says no' } },
  ): Answering =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

const protocols: ModelProtocol[] = ['openai-chat', 'anthropic-messages', 'google-generate'];

const statuses: [number, string, boolean][] = [
  [400, 'model.rejected', false],
  [401, 'model.unauthorized', false],
  [403, 'model.unauthorized', false],
  [404, 'model.not_found', false],
  [408, 'model.timed_out', true],
  [413, 'model.context_too_long', false],
  [429, 'model.rate_limited', true],
  [500, 'model.overloaded', true],
  [503, 'model.overloaded', true],
  [529, 'model.overloaded', true],
];

test.each(protocols)('%s: every error status has its own type and charges nothing', async (protocol) => {
  for (const [status, type, transient] of statuses) {
    const endpoint = await endpointThat(refusing(status));
    const error = await failureOf(request(endpoint.baseUrl, {}, protocol));
    expect([status, error.type, error.transient, error.mayHaveCharged]).toEqual([status, type, transient, false]);
    expect(endpoint.received).toHaveLength(1);
  }
});

test('Retry-After is read in seconds, in milliseconds and as a date', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const waits: [Record<string, string>, number, number][] = [
    [{ 'retry-after': '7' }, 7_000, 7_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1_500, 1_500],
    [{ 'retry-after': inAnHour }, 3_000_000, 3_600_000],
  ];
  for (const [headers, least, most] of waits) {
    const endpoint = await endpointThat(refusing(429, headers));
    const { retryAfterMs } = await failureOf(request(endpoint.baseUrl));
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  }
  const silent = await endpointThat(refusing(429));
  expect((await failureOf(request(silent.baseUrl))).retryAfterMs).toBeUndefined();
});

test('a used-up quota and a bad Google key are distinguished from failures that a retry can mend', async () => {
  const quota = await endpointThat(
    refusing(429, {}, { error: { message: 'upstream says', code: 'insufficient_quota' } }),
  );
  expect(await failureOf(request(quota.baseUrl))).toMatchObject({ type: 'model.quota_exhausted', transient: false });
  const details = [{ reason: 'API_KEY_INVALID' }];
  const key = await endpointThat(
    refusing(400, {}, { error: { code: 400, message: 'upstream says', status: 'INVALID_ARGUMENT', details } }),
  );
  const error = await failureOf(request(key.baseUrl, {}, 'google-generate'));
  expect(error.type).toBe('model.unauthorized');
});

test('a redirect is not followed', async () => {
  const elsewhere = await endpointThat(openAiAnswer('wrong place'));
  const endpoint = await endpointThat(refusing(307, { location: `${elsewhere.baseUrl}/chat/completions` }));
  const error = await failureOf(request(endpoint.baseUrl));
  expect(error).toMatchObject({ type: 'model.rejected', transient: false, mayHaveCharged: false });
  expect(elsewhere.received).toHaveLength(0);
});

test('a refused connection and an unknown name charge nothing', async () => {
  const gone = await startEndpoint(openAiAnswer(''));
  await gone.close();
  const refused = await failureOf(request(gone.baseUrl));
  expect(refused).toMatchObject({ type: 'model.unreachable', transient: true, mayHaveCharged: false });
  const unknown = await failureOf(request('http://no-such-host.invalid'));
  expect(unknown).toMatchObject({ type: 'model.unreachable', transient: true, mayHaveCharged: false });
});

test('a reset after the request was sent counts as possibly charged', async () => {
  const endpoint = await endpointThat((response) => response.socket?.resetAndDestroy());
  const error = await failureOf(request(endpoint.baseUrl));
  expect(error).toMatchObject({ type: 'model.unreachable', transient: true, mayHaveCharged: true });
});

test('a server that hangs up during the TLS handshake was sent nothing', async () => {
  const server = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  opened.push({ close: () => new Promise((done) => server.close(() => done())) });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const error = await failureOf(request(`https://127.0.0.1:${address.port}`));
  expect(error).toMatchObject({ type: 'model.unreachable', mayHaveCharged: false });
});

const broken: [string, Answering][] = [
  [
    'reset in the middle',
    (response) => {
      eventStream(response)(openAiText('Half an ans'));
      setImmediate(() => response.socket?.resetAndDestroy());
    },
  ],
  [
    'closed without a finish reason',
    (response) => {
      eventStream(response)(openAiText('Half an ans'));
      response.end();
    },
  ],
  [
    'malformed event',
    (response) => {
      const send = eventStream(response);
      send(openAiText('Half an ans'));
      send('{"choices":[{');
      send(openAiFinish('stop'));
      response.end();
    },
  ],
];

test.each(broken)(
  'a stream %s counts as interrupted and possibly charged, and its text is kept',
  async (_how, answer) => {
    const endpoint = await endpointThat(answer);
    const error = await failureOf(request(endpoint.baseUrl));
    expect(error).toMatchObject({
      type: 'model.interrupted',
      transient: true,
      mayHaveCharged: true,
      partialText: 'Half an ans',
    });
  },
);

test('[model:failure:says-what-failed] a stream without a byte is interrupted, and the message says what may be wrong', async () => {
  for (const protocol of protocols) {
    const endpoint = await endpointThat((response) => response.end());
    const error = await failureOf(request(endpoint.baseUrl, {}, protocol));
    expect(error).toMatchObject({ type: 'model.interrupted', mayHaveCharged: true });
    expect(error.message).toContain('longer than they can read');
  }
});

test('Anthropic and Google streams that end early count as interrupted, too', async () => {
  const usage = { input_tokens: 5, output_tokens: 1 };
  const anthropic = await endpointThat((response) => {
    const send = eventStream(response);
    send({ type: 'message_start', message: { id: 'm', model: 'm', role: 'assistant', content: [], usage } });
    send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
    send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half' } });
    response.end();
  });
  const google = await endpointThat((response) => {
    const send = eventStream(response);
    send({
      candidates: [{ content: { role: 'model', parts: [{ text: 'Half' }] } }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6 },
    });
    response.end();
  });
  const expected = { type: 'model.interrupted', mayHaveCharged: true, partialText: 'Half' };
  expect(await failureOf(request(anthropic.baseUrl, {}, 'anthropic-messages'))).toMatchObject(expected);
  const error = await failureOf(request(google.baseUrl, {}, 'google-generate'));
  expect(error).toMatchObject(expected);
  // The usage of half an answer would be charged too low.
  expect(error.usage).toBeUndefined();
});

test('an endless answer is given up far beyond max_tokens, and counts as possibly charged', async () => {
  const endpoint = await endpointThat(async (response) => {
    const send = eventStream(response);
    while (!response.destroyed) {
      send(openAiText('and on '.repeat(100)));
      await nextTurn();
    }
  });
  const error = await failureOf(request(endpoint.baseUrl, { maxOutputTokens: 100 }));
  expect(error).toMatchObject({ type: 'model.answer_too_long', transient: false, mayHaveCharged: true });
});

test('a page in place of an answer is refused at once, with its status and what it says', async () => {
  const endpoint = await endpointThat((response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><style>b {}</style>Sign in to <b>the proxy</b></html>');
  });
  const error = await failureOf(request(endpoint.baseUrl));
  expect(error).toMatchObject({ type: 'model.rejected', transient: false });
  expect(error.message).toBe('200: the response is no answer of a model: Sign in to the proxy');
});

const errorEvents: [ModelProtocol, object, string][] = [
  [
    'anthropic-messages',
    { type: 'error', error: { type: 'overloaded_error', message: 'upstream says' } },
    'model.overloaded',
  ],
  [
    'openai-chat',
    { error: { message: 'upstream says', type: 'server_error', code: 'rate_limit_exceeded' } },
    'model.overloaded',
  ],
  [
    'openai-chat',
    { error: { message: 'upstream says', type: 'tokens', code: 'rate_limit_exceeded' } },
    'model.rate_limited',
  ],
  ['google-generate', { error: { code: 503, message: 'upstream says', status: 'UNAVAILABLE' } }, 'model.overloaded'],
];

test.each(errorEvents)(
  '%s: an error event %j has its own type and counts as possibly charged',
  async (protocol, event, type) => {
    const endpoint = await endpointThat((response) => {
      eventStream(response)(event);
      response.end();
    });
    const error = await failureOf(request(endpoint.baseUrl, {}, protocol));
    expect(error).toMatchObject({ type, transient: true, mayHaveCharged: true });
  },
);

test('an abort ends the request at once, before an answer and in the middle of one', async () => {
  const silent = await endpointThat(() => {});
  const early = new AbortController();
  const failing = failureOf(request(silent.baseUrl, { signal: early.signal }));
  await silent.nextRequest();
  early.abort();
  expect(await failing).toMatchObject({ type: 'model.aborted', transient: false, mayHaveCharged: true });

  let closed: Promise<void> | undefined;
  const talking = await endpointThat((response) => {
    closed = new Promise((done) => response.once('close', done));
    eventStream(response)(openAiText('Half'));
  });
  const late = new AbortController();
  const error = await failureOf(request(talking.baseUrl, { signal: late.signal, onTextDelta: () => late.abort() }));
  expect(error).toMatchObject({ type: 'model.aborted', mayHaveCharged: true, partialText: 'Half' });
  await closed;
});

test('a call aborted before it starts sends nothing', async () => {
  const endpoint = await endpointThat(openAiAnswer('hi'));
  const error = await failureOf(request(endpoint.baseUrl, { signal: AbortSignal.abort() }));
  expect(error).toMatchObject({ type: 'model.aborted', mayHaveCharged: false });
  expect(endpoint.received).toHaveLength(0);
});

test('a body at its bound is sent, and one beyond it is not (I4)', async () => {
  const endpoint = await endpointThat(openAiAnswer('hi'));
  const callModelOnce = createCallModelOnce({ fetch: guardedFetch().fetch });
  await callModelOnce(request(endpoint.baseUrl));
  const bytes = Buffer.byteLength(endpoint.received[0]?.text ?? '');
  await callModelOnce(request(endpoint.baseUrl, { maxRequestBytes: bytes }));
  const error = await failureOf(request(endpoint.baseUrl, { maxRequestBytes: bytes - 1 }));
  expect(error).toMatchObject({ type: 'model.request_too_large', transient: false, mayHaveCharged: false });
  expect(endpoint.received).toHaveLength(2);
});

test('an address and a key that cannot be sent are rejected before anything is sent', async () => {
  const badKey = {
    provider: 'p',
    kind: 'openai-compatible' as const,
    model: 'm',
    protocol: 'openai-chat' as const,
    baseUrl: 'http://127.0.0.1:1',
    apiKey: `${SECRET}\nmore`,
  };
  const expected = { type: 'model.rejected', transient: false, mayHaveCharged: false };
  expect(await failureOf(request('not an address'))).toMatchObject(expected);
  expect(await failureOf(request('http://127.0.0.1:1', { target: badKey }))).toMatchObject(expected);
});

test('a consumer that throws ends the request as a ModelCallError', async () => {
  const endpoint = await endpointThat(openAiAnswer('hi'));
  const onTextDelta = () => {
    throw new Error('consumer');
  };
  expect(await failureOf(request(endpoint.baseUrl, { onTextDelta }))).toMatchObject({ mayHaveCharged: true });
});

test.each([
  'http://127.0.0.1:PORT',
  'http://localhost:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://2130706433:PORT',
])('the private address %s is refused before anything is sent', async (pattern) => {
  const endpoint = await endpointThat(openAiAnswer('hi'));
  const address = pattern.replace('PORT', String(endpoint.port));
  const error = await failureOf(request(address), guardedFetch([]).fetch);
  expect(error).toMatchObject({ type: 'model.address_blocked', mayHaveCharged: false });
  expect(error.message).toMatch(/^address not allowed: .* AGENT_RUNS_EGRESS_ALLOW does not list it$/);
  expect(endpoint.connections()).toBe(0);
});

test('an entry of the allow list opens its host and port and no others', async () => {
  const endpoint = await endpointThat(openAiAnswer('hi'));
  const allowed = (entry: string, address: string) =>
    createCallModelOnce({ fetch: guardedFetch([entry]).fetch })(request(address)).then(
      () => true,
      (error: ModelCallError) => {
        expect(error.type).toBe('model.address_blocked');
        return false;
      },
    );
  const { port, baseUrl } = endpoint;
  expect(await allowed(`127.0.0.1:${port}`, baseUrl)).toBe(true);
  expect(await allowed(`localhost:${port}`, `http://localhost:${port}`)).toBe(true);
  expect(await allowed('localhost', `http://localhost:${port}`)).toBe(true);
  expect(await allowed('127.0.0.0/8', baseUrl)).toBe(true);
  expect(await allowed(`127.0.0.1:${port + 1}`, baseUrl)).toBe(false);
  expect(await allowed('localhost', baseUrl)).toBe(false);
  expect(await allowed('10.0.0.0/8', baseUrl)).toBe(false);
});

test('a provider test says whether address and key work', async () => {
  const callModelOnce = createCallModelOnce({ fetch: guardedFetch().fetch });
  const testProvider = createProviderTest({ callModelOnce });
  const good = await endpointThat(openAiAnswer('ok'));
  const bad = await endpointThat(refusing(401));
  expect(await testProvider(request(good.baseUrl).target, { tenantId: 'ten_test' })).toMatchObject({ ok: true });
  expect(good.received[0]?.body.max_tokens).toBeLessThanOrEqual(16);
  expect(await testProvider(request(bad.baseUrl).target, { tenantId: 'ten_test' })).toMatchObject({
    ok: false,
    error: { type: 'model.unauthorized', message: '401: the key was not accepted: upstream says no' },
  });
});

test('a closed guard keeps no connection open', async () => {
  const endpoint = await endpointThat(openAiAnswer('ok'));
  const guarded = createGuardedFetch({ allow: ['127.0.0.1'] });
  await createCallModelOnce({ fetch: guarded.fetch })(request(endpoint.baseUrl));
  await guarded.close();
  await endpoint.close();
  opened.splice(opened.indexOf(endpoint), 1);
  await new Promise((refused) => connect(endpoint.port, '127.0.0.1').once('error', refused));
});

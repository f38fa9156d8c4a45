import {
  AbortedError,
  ApiError,
  BrainstormRouter,
  BrainstormRouterError,
  ConflictError,
  ConnectionError,
  type Middleware,
  NotFoundError,
  ProtocolError,
  RateLimitError,
  ServerError,
  TimeoutError,
  UsageError,
  VERSION,
} from 'brainstormrouter';
import { afterEach, expect, test, vi } from 'vitest';
import { type Answer, json, refuse, type ScriptedApi, startScriptedApi } from './scripted-api.ts';

let server: ScriptedApi | undefined;
afterEach(() => server?.close());

async function serve(...answers: Answer[]): Promise<ScriptedApi> {
  server = await startScriptedApi(...answers);
  return server;
}

const FINE = json({ fine: true });
const hangUp: Answer = (response) => void response.destroy();
/** The connection breaks off in the middle of the body. */
const halfABody: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"fine"');
  setImmediate(() => response.destroy());
};

test.each<[string, Answer, number]>([
  ['408', refuse(408, 'request_timeout'), 2],
  ['409 that says nothing', refuse(409, 'idempotency_in_progress'), 2],
  ['409 that may be repeated', refuse(409, 'idempotency_in_progress', { 'x-should-retry': 'true' }), 2],
  ['409 that must not be repeated', refuse(409, 'session_ended', { 'x-should-retry': 'false' }), 1],
  ['429', refuse(429, 'rate_limited'), 2],
  ['429 that must not be repeated', refuse(429, 'rate_limited', { 'x-should-retry': 'false' }), 1],
  ['429 that asks for an hour', refuse(429, 'limit_reached', { 'retry-after-ms': '3600000' }), 1],
  ['500', refuse(500, 'internal_error'), 2],
  ['501', refuse(501, 'not_implemented'), 1],
  ['503', refuse(503, 'database_unavailable'), 2],
  ['400', refuse(400, 'invalid_request'), 1],
  ['404', refuse(404, 'session_not_found'), 1],
  ['400 that may be repeated', refuse(400, 'invalid_request', { 'x-should-retry': 'true' }), 2],
  ['a connection that breaks', hangUp, 2],
  ['a body that breaks off', halfABody, 2],
])('[sdk:http:retries] %s is answered by as many attempts as may help', async (_, first, attempts) => {
  const { client, sent } = await serve(first, FINE);
  const answer = await client.post('/v1/x', { body: { a: 1 } }).catch((error: unknown) => error);
  expect(sent).toHaveLength(attempts);
  if (attempts === 2) expect(answer).toEqual({ fine: true });
  else expect(answer).toBeInstanceOf(ApiError);
  // One call is one effect: every attempt carries the same key.
  expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(sent.map(({ headers }) => headers['x-retry-count'])).toEqual([undefined, '1'].slice(0, attempts));
});

test('[sdk:http:retries] each call has a key of its own, or the one it is given, and only a POST has one', async () => {
  const { client, sent } = await serve(FINE, FINE, FINE, FINE);
  await client.post('/v1/x');
  await client.post('/v1/x');
  await client.post('/v1/x', { idempotencyKey: 'mine' });
  await client.get('/v1/x');
  const [one, other, given, none] = sent.map(({ headers }) => headers['idempotency-key']);
  expect(one).not.toBe(other);
  expect([given, none]).toEqual(['mine', undefined]);
});

test('[sdk:http:retries] a call gives up after `maxRetries`, with the last refusal', async () => {
  const busy = refuse(503, 'database_busy');
  const { client, sent } = await serve(busy, busy, busy, busy);
  await expect(client.get('/v1/x')).rejects.toMatchObject({ code: 'database_busy', status: 503 });
  await expect(client.get('/v1/x', { maxRetries: 0 })).rejects.toBeInstanceOf(ServerError);
  expect(sent).toHaveLength(4);
});

test('[sdk:errors:by-status-and-kind] an error says what the server said', async () => {
  const limit = { name: 'sessions', used: 3, limit: 3, unit: 'sessions' };
  const error = {
    message: 'Too many.',
    type: 'rate_limit_error',
    code: 'limit_reached',
    param: 'x',
    request_id: 'req_7',
    recovery: { action: 'Wait.', wait_ms: 7 },
    limit,
  };
  const { client } = await serve(json({ error }, 429, { 'x-should-retry': 'false' }));
  const { request_id: requestId, ...rest } = error;
  const caught = await client.get('/v1/x').catch((cause: unknown) => cause);
  expect(caught).toBeInstanceOf(RateLimitError);
  expect(caught).toMatchObject({ ...rest, requestId, kind: 'status', status: 429, name: 'RateLimitError' });
});

test.each<[string, Answer, new (...args: never[]) => Error, object]>([
  ['404', refuse(404, 'session_not_found'), NotFoundError, { kind: 'status', code: 'session_not_found' }],
  ['409', refuse(409, 'agent_exists', { 'x-should-retry': 'false' }), ConflictError, { kind: 'status', status: 409 }],
  ['an error of a proxy', html(502), ServerError, { status: 502, code: undefined }],
  ['a page of a proxy', html(200), ProtocolError, { kind: 'protocol', status: 200 }],
  ['no answer', hangUp, ConnectionError, { kind: 'connection', cause: expect.any(Error) }],
  ['an answer that does not come', () => undefined, TimeoutError, { kind: 'timeout' }],
])('[sdk:errors:by-status-and-kind] %s is an error of its class', async (_, answer, type, fields) => {
  const { client } = await serve(answer);
  const error = await client.get('/v1/x', { maxRetries: 0, timeoutMs: 150 }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(type);
  expect(error).toBeInstanceOf(BrainstormRouterError);
  expect(error).toMatchObject(fields);
});

function html(status: number): Answer {
  return (response) => void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
}

test('[sdk:errors:across-bundles] an error of another copy of the package is an instance of the same class', async () => {
  vi.resetModules();
  const other = await import('brainstormrouter');
  expect(other.NotFoundError).not.toBe(NotFoundError);
  const error = new other.NotFoundError('Gone.', { status: 404 });
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).not.toBeInstanceOf(ConflictError);
  class Mine extends NotFoundError {}
  expect(error).not.toBeInstanceOf(Mine);
  expect(new Mine('Gone.', {})).toBeInstanceOf(other.NotFoundError);
  expect({}).not.toBeInstanceOf(NotFoundError);
});

test('[sdk:http:abort] an abort ends an attempt, and a wait between attempts', async () => {
  const { client, sent } = await serve(() => controller.abort(new Error('enough')), refuse(503, 'x', slow), FINE);
  const controller = new AbortController();
  const inAttempt = await client.get('/v1/x', { signal: controller.signal }).catch((cause: unknown) => cause);
  expect(inAttempt).toBeInstanceOf(AbortedError);
  expect(inAttempt).toMatchObject({ kind: 'aborted', cause: { message: 'enough' } });
  const later = new AbortController();
  const inWait = client
    .withOptions({ logLevel: 'info', logger: { ...silent, info: () => later.abort() } })
    .get('/v1/x', { signal: later.signal });
  await expect(inWait).rejects.toBeInstanceOf(AbortedError);
  expect(sent).toHaveLength(2);
});

const slow = { 'retry-after-ms': '50000' };
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

test('[sdk:client:hooks] middleware stands around every attempt, and a client may have its own fetch', async () => {
  const seen: string[] = [];
  const outer: Middleware = async (attempt, next) => {
    seen.push(`before ${attempt.retryCount}`);
    attempt.headers.set('x-outer', 'yes');
    const response = await next(attempt);
    seen.push(`after ${response.status}`);
    return response;
  };
  const inner: Middleware = (attempt, next) => {
    seen.push(`inner ${attempt.headers.get('x-outer')}`);
    return next(attempt);
  };
  const { withOptions, sent } = await serve(refuse(503, 'database_busy'), FINE);
  const client = withOptions({
    middleware: [outer, inner],
    fetch: (url, init) => fetch(url.replace('/v1/x', '/v1/y'), init),
  });
  expect(await client.get('/v1/x')).toEqual({ fine: true });
  expect(seen).toEqual(['before 0', 'inner yes', 'after 503', 'before 1', 'inner yes', 'after 200']);
  expect(sent.map(({ path, headers }) => [path, headers['x-outer']])).toEqual([
    ['/v1/y', 'yes'],
    ['/v1/y', 'yes'],
  ]);
});

test('[sdk:client:hooks] the log has levels and no secrets', async () => {
  const lines: [string, string, object | undefined][] = [];
  const to = (level: string) => (text: string, fields?: object) => void lines.push([level, text, fields]);
  const logger = { error: to('error'), warn: to('warn'), info: to('info'), debug: to('debug') };
  const { withOptions } = await serve(
    refuse(503, 'database_busy', { 'set-cookie': 'sid=secret' }),
    FINE,
    refuse(503, 'database_busy'),
    FINE,
  );
  await withOptions({ logger, logLevel: 'info' }).get('/v1/x');
  expect(lines.map(([level, text]) => `${level} ${text}`)).toEqual(['info brainstormrouter: trying again']);
  await withOptions({ logger, logLevel: 'debug' }).get('/v1/x', { headers: { cookie: 'sid=secret' } });
  expect(lines.length).toBeGreaterThan(4);
  expect(JSON.stringify(lines)).toContain('"authorization":"***"');
  expect(JSON.stringify(lines)).not.toMatch(/brk_test|secret/);
});

test('[sdk:client:settings] a client takes its key and address from the environment, and options before that', async () => {
  const { withOptions, sent, client } = await serve(FINE, FINE, FINE, FINE);
  vi.stubEnv('BRAINSTORMROUTER_API_KEY', 'brk_env');
  vi.stubEnv('BRAINSTORMROUTER_BASE_URL', `${client.baseUrl}/`);
  try {
    await new BrainstormRouter().get('/v1/x');
    await withOptions({ apiKey: async () => 'brk_later' }).get('/v1/x');
    await client.withOptions({ headers: { 'x-team': 'blue', accept: null } }).get('/v1/x');
    await client.get('/v1/x', { headers: { 'user-agent': 'mine' }, query: { a: ['b', 'c'], d: undefined } });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(sent.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer brk_env',
    'Bearer brk_later',
    'Bearer brk_test',
    'Bearer brk_test',
  ]);
  expect(sent[0]?.headers['user-agent']).toMatch(new RegExp(`^brainstormrouter-typescript/${VERSION} node/`));
  expect(sent[2]?.headers).toMatchObject({ 'x-team': 'blue' });
  expect(sent[3]?.headers['user-agent']).toBe('mine');
  expect([...(sent[3]?.query ?? [])]).toEqual([['a', 'b,c']]);
});

test('[sdk:client:settings] a client without a key or with a wrong address, or on a page, is refused', () => {
  expect(() => new BrainstormRouter({ baseUrl: 'http://x' })).toThrow(UsageError);
  expect(() => new BrainstormRouter({ apiKey: 'brk_x', baseUrl: 'example.org' })).toThrow(UsageError);
  vi.stubGlobal('window', { document: {} });
  vi.stubGlobal('navigator', { userAgent: 'x' });
  try {
    expect(() => new BrainstormRouter({ apiKey: 'brk_x' })).toThrow('dangerouslyAllowBrowser');
    expect(new BrainstormRouter({ apiKey: 'brk_x', dangerouslyAllowBrowser: true })).toBeDefined();
  } finally {
    vi.unstubAllGlobals();
  }
});

test('[sdk:client:answers] an answer comes with its response, and a response without its answer', async () => {
  const { client } = await serve(json({ fine: true }, 200, { 'request-id': 'req_9' }), FINE, FINE);
  const { data, response, requestId } = await client.get('/v1/x').withResponse();
  expect([data, response.status, requestId]).toEqual([{ fine: true }, 200, 'req_9']);
  expect(await (await client.get('/v1/x').asResponse()).json()).toEqual({ fine: true });
  const parts: unknown[] = [];
  await client.get('/v1/x').finally(() => parts.push('done'));
  expect(parts).toEqual(['done']);
});

test('[sdk:client:pages] a list gives its first page, all its pages, or all its items', async () => {
  const first = json({ data: [1, 2], next_cursor: 'c2' });
  const second = json({ data: [3], next_cursor: null });
  const { client, sent } = await serve(first, first, second, first, second);
  expect(await client.getPage('/v1/x')).toEqual({ data: [1, 2], next_cursor: 'c2' });
  const items: unknown[] = [];
  for await (const item of client.getPage('/v1/x', { limit: 2 })) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  const sizes: number[] = [];
  for await (const { data } of client.getPage('/v1/x').pages()) sizes.push(data.length);
  expect(sizes).toEqual([2, 1]);
  expect(sent[2]?.query.toString()).toBe('limit=2&cursor=c2');
});

test('[sdk:client:pages] a list that begins at a cursor of the caller goes on behind it', async () => {
  const first = json({ data: [1], next_cursor: 'c2' });
  const second = json({ data: [2], next_cursor: null });
  const { client, sent } = await serve(first, second, first, second);
  const items: unknown[] = [];
  for await (const item of client.getPage('/v1/x', { cursor: 'c1' })) items.push(item);
  for await (const item of client.getPage('/v1/x', {}, { query: { cursor: 'c1' } })) items.push(item);
  expect(items).toEqual([1, 2, 1, 2]);
  expect(sent.map(({ query }) => query.get('cursor'))).toEqual(['c1', 'c2', 'c1', 'c2']);
});

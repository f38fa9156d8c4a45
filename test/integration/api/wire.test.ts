import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorEnvelopeSchema } from '../../../contract/error.ts';
import { description } from '../../support/api-conformance.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, end, newAgent, newSession, request, startApi } from './fixture.ts';

const PAGE = 'https://console.example';

let api: ApiUnderTest;
let agentId: string;
let live: string;
beforeAll(async () => {
  api = await startApi({ corsOrigins: [PAGE] });
  agentId = await newAgent(api);
  live = await newSession(api, agentId);
});
afterAll(() => api.stop());

/** Sends bytes as they are. @returns all that comes back until the server closes */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.baseUrl).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.write(text);
  });
}

test('[api:description:is-what-is-served] the description that is served is the one with which tests compare answers', async () => {
  const { body } = await request(api, 'GET', '/openapi.json');
  expect(body.paths).toEqual(JSON.parse(JSON.stringify(description.paths)));
});

test.each([
  ['GARBAGE\r\n\r\n', 400, 'malformed_request'],
  ['GET /v1/sessions HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'malformed_request'],
  [`GET /v1/sessions HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
])(
  '[api:answer:request-id-envelope-headers] input that is not an HTTP request is refused with the envelope (%#)',
  async (text, status, code) => {
    const [head = '', body = ''] = (await exchange(text)).split('\r\n\r\n');
    expect(head.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    const { error } = errorEnvelopeSchema.parse(JSON.parse(body));
    expect(error.code).toBe(code);
    expect(head.toLowerCase()).toContain(`request-id: ${error.request_id}`);
  },
);

test('[api:answer:request-id-envelope-headers] a malformed host is refused with the envelope', async () => {
  const answer = await exchange('GET /v1/sessions HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).toContain('"malformed_request"');
  expect(answer.toLowerCase()).toMatch(/request-id: req_/);
});

test('[api:answer:request-id-envelope-headers] a method that a path does not take is refused, with the methods that it takes', async () => {
  const allowed = async (method: string, path: string) => {
    const { status, headers } = await request(api, method, path);
    return [status, headers.get('allow')];
  };
  expect(await allowed('PUT', `/v1/agents/${agentId}/run`)).toEqual([405, 'POST']);
  expect(await allowed('PUT', '/v1/providers/catalog')).toEqual([405, 'GET, HEAD']);
  expect(await allowed('POST', '/health/live')).toEqual([405, 'GET, HEAD']);
  expect(await allowed('POST', `/v1/sessions/${live}`)).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
});

test('[api:answer:request-id-envelope-headers] HEAD is GET without the body, and leaves no stream open', async () => {
  const head = (path: string, headers = {}) =>
    fetch(`${api.baseUrl}${path}`, { method: 'HEAD', headers: { authorization: `Bearer ${api.apiKey}`, ...headers } });
  const list = await head('/v1/sessions');
  expect([list.status, list.headers.get('content-type'), await list.text()]).toEqual([200, 'application/json', '']);
  expect((await head('/v1/sessions/sess_none')).status).toBe(404);
  const stream = await head(`/v1/sessions/${live}/events`, { accept: 'text/event-stream' });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  await until('the stream to be closed', async () => {
    const headers = { authorization: `Bearer ${api.apiKey}` };
    const text = await (await fetch(`${api.baseUrl}/metrics`, { headers })).text();
    return text.includes('agent_runs_open_streams 0');
  });
});

test('[api:answer:request-id-envelope-headers] a web page of an allowed origin may send and read the headers that clients need, and others may not', async () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,idempotency-key,last-event-id',
  };
  const run = `/v1/agents/${agentId}/run`;
  const asked = (origin: string) =>
    fetch(`${api.baseUrl}${run}`, { method: 'OPTIONS', headers: { ...preflight, origin } });
  const allowed = await asked(PAGE);
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, PAGE]);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  expect((await asked('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  const refused = await request(api, 'GET', '/v1/sessions/sess_none', undefined, { origin: PAGE });
  expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE);
  expect(refused.headers.get('access-control-expose-headers')).toContain('request-id');
});

test('[api:answer:request-id-envelope-headers] a body is JSON if its type is JSON, form or absent, and is refused with any other type', async () => {
  const path = `/v1/sessions/${live}/events`;
  const body = JSON.stringify({ type: 'user.message', text: 'also this' });
  const typed = (type: string) => request(api, 'POST', path, body, { 'content-type': type });
  for (const type of ['application/json; charset=utf-8', 'application/x-www-form-urlencoded', 'APPLICATION/JSON']) {
    expect([type, (await typed(type)).status]).toEqual([type, 202]);
  }
  const bytes = { method: 'POST', headers: { authorization: `Bearer ${api.apiKey}` }, body: Buffer.from(body) };
  expect((await fetch(`${api.baseUrl}${path}`, bytes)).status).toBe(202);
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=latin1']) {
    expect([type, (await typed(type)).status]).toEqual([type, 415]);
  }
});

test('[api:answer:request-id-envelope-headers] a conflict that a retry cannot resolve says so', async () => {
  const ended = await newSession(api, agentId);
  await end(api, ended);
  for (const answer of [
    await request(api, 'POST', `/v1/sessions/${ended}/events`, { type: 'user.interrupt' }),
    await request(api, 'DELETE', `/v1/sessions/${live}`),
    await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: agentId, display_name: 'Another' }),
  ]) {
    expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([409, 'false']);
  }
});

test('[api:list:each-row-once-newest-first] the pages of a list show each session once, newest first, while others are started', async () => {
  const listed = await newAgent(api);
  const before: string[] = [];
  for (let count = 0; count < 7; count++) before.push(await newSession(api, listed));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await request(api, 'GET', `/v1/agents/${listed}/sessions?limit=2${at}`);
    seen.push(...body.data.map((session: { id: string }) => session.id));
    cursor = body.next_cursor;
    await newSession(api, listed);
  } while (cursor !== null);
  expect(seen).toEqual(before.toReversed());
});

test('[api:list:each-row-once-newest-first] a list is filtered by status, reason, agent and times, and by all of them together', async () => {
  const filtered = await newAgent(api);
  const [first, second] = [await newSession(api, filtered), await newSession(api, filtered)];
  await end(api, first);
  const ids = async (query: string) => {
    const { body } = await request(api, 'GET', `/v1/sessions?agent_id=${filtered}&${query}`);
    return body.data.map((session: { id: string }) => session.id);
  };
  const { created_at: createdAt } = (await request(api, 'GET', `/v1/sessions/${second}`)).body;
  expect(await ids('status=ended')).toEqual([first]);
  expect(await ids('status=running')).toEqual([second]);
  expect(await ids('reason=completed')).toEqual([first]);
  expect(await ids('reason=error')).toEqual([]);
  expect(await ids(`created_before=${createdAt}`)).toEqual([first]);
  expect(await ids('created_after=2000-01-01T00:00:00Z&status=ended&reason=completed&limit=1')).toEqual([first]);
  expect(await ids('created_after=2999-01-01T00:00:00Z')).toEqual([]);
});

import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ErrorCode, errorEnvelopeSchema, errorKinds } from '../../../contract/error.ts';
import { inboxEventTypes } from '../../../contract/inbox.ts';
import { createApiKey } from '../../../service/tenants/api-key.ts';
import { type Answer, type ApiUnderTest, end, newAgent, newSession, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
let agentId: string;
let live: string;
let ended: string;
let before: unknown;

beforeAll(async () => {
  api = await startApi();
  agentId = await newAgent(api);
  live = await newSession(api, agentId);
  ended = await newSession(api, agentId);
  await end(api, ended);
});
afterAll(() => api.stop());
// In every test of this file a refused request leaves no row behind.
beforeEach(async () => {
  before = await rowCounts();
});
afterEach(async () => {
  expect(await rowCounts()).toEqual(before);
});

async function rowCounts(): Promise<unknown> {
  const tables = ['tenant', 'agent', 'session', 'session_event', 'session_inbox', 'budget_account', 'provider'];
  const others = ['mcp_server', 'memory_entry', 'context_document', 'audit_entry', 'tool_policy', 'idempotency_key'];
  const counts = [...tables, ...others].map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  return api.database.database.serviceTransaction((tx) => tx.query('row-counts', `SELECT ${counts.join(', ')}`));
}

function expectRefusal(answer: Answer, code: ErrorCode, param?: string): void {
  const envelope = errorEnvelopeSchema.parse(answer.body);
  expect(envelope.error).toMatchObject({
    code,
    type: errorKinds[code].type,
    ...(param === undefined ? {} : { param }),
  });
  expect(answer.status).toBe(errorKinds[code].status);
  expect(envelope.error.request_id).toBe(answer.headers.get('request-id'));
}

const run = (body: unknown, headers?: Record<string, string>) =>
  request(api, 'POST', `/v1/agents/${agentId}/run`, body, headers);
const steer = (sessionId: string, body: unknown) =>
  request(api, 'POST', `/v1/agents/${agentId}/sessions/${sessionId}/events`, body);

test.each([
  { type: 'user.message', text: 'Not that one.' },
  { type: 'user.interrupt' },
  { type: 'user.tool_confirmation', tool_use_id: 'call_x', result: 'allow' },
  { type: 'user.effect_resolution', tool_use_id: 'call_x', action: 'retry' },
  { type: 'user.form_response', tool_use_id: 'call_x', action: 'decline' },
])('[steering:turn:only-at-the-expected-one] $type for another turn is refused', async (event) => {
  const refused = await steer(live, { ...event, expected_turn: 1 });
  expectRefusal(refused, 'turn_passed', 'expected_turn');
  expect(refused.headers.get('x-should-retry')).toBe('false');
  for (const expected_turn of [-1, 0.5, '0', null]) {
    expectRefusal(await steer(live, { ...event, expected_turn }), 'invalid_request', 'expected_turn');
  }
});

test('an unknown agent is a 404 on every route', async () => {
  expectRefusal(await request(api, 'POST', '/v1/agents/nobody/run', { message: 'x' }), 'agent_not_found');
  expectRefusal(await request(api, 'GET', '/v1/agents/nobody/sessions'), 'agent_not_found');
  expectRefusal(await request(api, 'GET', '/v1/agent/profiles/nobody'), 'agent_not_found');
  expectRefusal(await request(api, 'PATCH', '/v1/agent/profiles/nobody', { displayName: 'x' }), 'agent_not_found');
  expectRefusal(await request(api, 'GET', '/v1/agents/nobody/context/preview'), 'agent_not_found');
  expectRefusal(
    await request(api, 'PUT', '/v1/agents/nobody/context/soul/SOUL.md', { content: 'x' }),
    'agent_not_found',
  );
});

test('[api:key:required-and-kept-as-hash] a missing key, a mistyped key, an unknown key and another scheme are each a 401', async () => {
  const mistyped = api.apiKey.slice(0, -1) + (api.apiKey.endsWith('a') ? 'b' : 'a');
  const anonymous = await fetch(`${api.baseUrl}/v1/sessions`);
  expect(anonymous.status).toBe(401);
  expect(await anonymous.json()).toMatchObject({ error: { code: 'missing_api_key' } });
  for (const key of [mistyped, createApiKey().key, 'brk_x', '']) {
    expectRefusal(await run({ message: 'x' }, { authorization: `Bearer ${key}` }), 'invalid_api_key');
  }
  expectRefusal(await run({ message: 'x' }, { authorization: `Basic ${api.apiKey}` }), 'invalid_api_key');
  const { apiKey } = api;
  for (const odd of [
    `${apiKey} junk`,
    `${apiKey}, Bearer ${apiKey}`,
    `${apiKey},x`,
    `"${apiKey}"`,
    `token=${apiKey}`,
  ]) {
    expectRefusal(await run({ message: 'x' }, { authorization: `Bearer ${odd}` }), 'invalid_api_key');
  }
});

test('a wrong type, a missing field and an unknown field name the field', async () => {
  expectRefusal(await run({ message: 7 }), 'invalid_request', 'message');
  expectRefusal(await run({}), 'invalid_request', 'message');
  expectRefusal(await run({ message: 'x', max_turns: '10' }), 'invalid_request', 'max_turns');
  expectRefusal(await run({ message: 'x', max_turns: 0 }), 'invalid_request', 'max_turns');
  expectRefusal(await run({ message: 'x', budget_cap_usd: -1 }), 'invalid_request', 'budget_cap_usd');
  expectRefusal(await run({ message: 'x', budget_cap: 1 }), 'unknown_field', 'budget_cap');
  expectRefusal(await run({ message: 'x\u0000' }), 'invalid_request', 'message');
  expectRefusal(await steer(live, { type: 'user.message' }), 'invalid_request', 'text');
  expectRefusal(await steer(live, { type: 'user.message', text: 'x', to: 'y' }), 'unknown_field', 'to');
  expectRefusal(await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: 'No' }), 'invalid_request', 'agent_id');
});

test('[api:input:refused-and-nothing-stored] a profile with a field that is unknown or given twice is refused, not half stored', async () => {
  const patch = (body: object) => request(api, 'PATCH', `/v1/agent/profiles/${agentId}`, body);
  expectRefusal(await patch({ budget_daily: 1 }), 'unknown_field', 'budget_daily');
  expectRefusal(await patch({ agentId: 'other' }), 'unknown_field', 'agentId');
  expectRefusal(await patch({ budgetDailyUsd: 1, budget_daily_usd: 2 }), 'invalid_request', 'budget_daily_usd');
  expectRefusal(await request(api, 'POST', '/v1/agent/profiles', { display_name: 'x' }), 'invalid_request', 'agentId');
  const lifecycle = `/v1/agent/profiles/lifecycle/${agentId}`;
  expectRefusal(await request(api, 'PATCH', lifecycle, { state: 'active', why: 'x' }), 'unknown_field', 'why');
});

test('a body that is not a JSON object is refused', async () => {
  for (const body of ['{"message":', 'message=hello', '[]', '"x"', 'null', '']) {
    const answer = await run(body);
    expect([body, answer.status]).toEqual([body, 400]);
    errorEnvelopeSchema.parse(answer.body);
  }
  expectRefusal(await run('{"message":"x"}', { 'content-type': 'text/plain' }), 'unsupported_media_type');
});

test('[api:input:refused-and-nothing-stored] a number too large to be stored and a field named __proto__ are refused', async () => {
  const metadata = (text: string) => run(`{"message":"x","metadata":${text}}`);
  expectRefusal(await metadata('{"a":[1e400]}'), 'invalid_request', 'metadata.a.0');
  expectRefusal(await metadata('{"a":[9007199254740993]}'), 'invalid_request');
  expectRefusal(await metadata('{"__proto__":{"a":1}}'), 'invalid_request', 'metadata.__proto__');
});

test('a text, a body or a depth over its limit is a 413', async () => {
  expectRefusal(await run({ message: 'x'.repeat(256 * 1024 + 1) }), 'message_too_large', 'message');
  expectRefusal(await steer(live, { type: 'user.message', text: 'x'.repeat(256 * 1024 + 1) }), 'message_too_large');
  expectRefusal(await run({ message: 'x', metadata: { a: 'x'.repeat(1024 * 1024) } }), 'body_too_large');
  const deep = `{"message":"x","metadata":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`;
  expectRefusal(await run(deep), 'body_too_deep');
});

test('an unknown event type is refused with the names of the known ones', async () => {
  const answer = await steer(live, { type: 'user.shout', text: 'x' });
  expectRefusal(answer, 'unknown_event_type', 'type');
  for (const type of inboxEventTypes) {
    expect(answer.body.error.message).toContain(type);
  }
  expectRefusal(await steer(live, {}), 'unknown_event_type', 'type');
});

test('a provider whose models have no price, or are named twice, is refused', async () => {
  const register = (body: object) => request(api, 'POST', '/v1/providers', body);
  const local = { provider: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1' };
  const unpriced = await register({ ...local, models: [{ id: 'a' }] });
  expectRefusal(unpriced, 'invalid_request', 'models.0.input_usd_per_mtok');
  expect(unpriced.body.error.recovery.action).toContain('input_usd_per_mtok and output_usd_per_mtok');
  const openai = { provider: 'openai', api_key: 'sk-1234', models: [{ id: 'gpt-4o' }, { id: 'no-such-model' }] };
  expectRefusal(await register(openai), 'invalid_request', 'models.1.input_usd_per_mtok');
  const priced = { id: 'a', input_usd_per_mtok: 1, output_usd_per_mtok: 1 };
  expectRefusal(await register({ ...local, models: [priced, priced] }), 'invalid_request', 'models.1.id');
});

test('[api:input:refused-and-nothing-stored] a provider with the name of the simulated one, or with an address that no path can follow, is refused', async () => {
  const models = [{ id: 'a', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }];
  const register = (body: object) =>
    request(api, 'POST', '/v1/providers', { provider: 'openai-compatible', models, ...body });
  const base_url = 'http://127.0.0.1:1/v1';
  expectRefusal(await register({ base_url, name: 'simulated' }), 'invalid_request', 'name');
  for (const end of ['?version=1', '#top', '?']) {
    expectRefusal(await register({ base_url: base_url + end }), 'invalid_request', 'base_url');
  }
});

test('[I10] an address with a password in it is refused, since it would be shown', async () => {
  const models = [{ id: 'a', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }];
  const provider = { provider: 'openai-compatible', base_url: 'https://u:secret@example.com/v1', models };
  const refused = await request(api, 'POST', '/v1/providers', provider);
  expectRefusal(refused, 'invalid_request', 'base_url');
  expect(JSON.stringify(refused.body)).not.toContain('secret');
  const server = { name: 'docs', transport: 'streamable-http', url: 'https://u:secret@example.com/mcp' };
  expectRefusal(await request(api, 'POST', '/v1/mcp/servers', server), 'invalid_request', 'url');
});

test('[api:input:refused-and-nothing-stored] a tool policy without `allowed`, or with a rule that cannot be meant, is refused', async () => {
  const put = (body: object) => request(api, 'PUT', '/v1/mcp/governance/policy', { tool_name: 'docs_*', ...body });
  expectRefusal(await put({}), 'invalid_request', 'allowed');
  expectRefusal(await put({ allowd: false }), 'unknown_field', 'allowd');
  expectRefusal(await put({ allowed: true, allowd: false }), 'unknown_field', 'allowd');
  const limited = (rate_limit: unknown) => put({ allowed: true, rate_limit });
  expectRefusal(await limited({ calls: 0, per_s: 1 }), 'invalid_request', 'rate_limit.calls');
  expectRefusal(await limited({ calls: 1 }), 'invalid_request', 'rate_limit.per_s');
  expectRefusal(await limited('never'), 'invalid_request', 'rate_limit');
  const ruled = (rule: object) => put({ allowed: true, argument_rules: [{ pointer: '/path', ...rule }] });
  expectRefusal(await ruled({ patern: 'x' }), 'unknown_field', 'argument_rules.0.patern');
  expectRefusal(await ruled({ pattern: '(?<=x)y' }), 'invalid_request', 'argument_rules.0');
  expectRefusal(await ruled({ pattern: 'x', max: 3 }), 'invalid_request', 'argument_rules.0');
});

test('[api:input:refused-and-nothing-stored] a phrase that could be found nowhere, and a topic that no text has, are refused', async () => {
  const put = (body: object) => request(api, 'PUT', '/v1/guardrails/config', body);
  expectRefusal(await put({ blocked_phrases: ['a', ' \u200b'] }), 'invalid_request', 'blocked_phrases.1');
  const rule = { id: 'r', hooks: ['output'], action: 'block' };
  const phrases = { ...rule, kind: 'phrases', phrases: ['  '] };
  expectRefusal(await put({ rules: [phrases] }), 'invalid_request', 'rules.0.phrases.0');
  const topic = { ...rule, kind: 'topic', topic: 't', terms: ['one'], min_terms: 2 };
  expectRefusal(await put({ rules: [topic] }), 'invalid_request', 'rules.0.min_terms');
});

test('a fact for an unknown agent, or for two agents, is refused', async () => {
  const note = (body: object, query = '') => request(api, 'POST', `/v1/memory/entries${query}`, body);
  expectRefusal(await note({ fact: 'x', agent_id: 'nobody' }), 'agent_not_found');
  expectRefusal(await note({ fact: 'x' }, '?agent_id=nobody'), 'agent_not_found');
  expectRefusal(await note({ fact: 'x', agent_id: 'nobody' }, `?agent_id=${agentId}`), 'invalid_request', 'agent_id');
});

test('an ended session takes no commands', async () => {
  const answer = await steer(ended, { type: 'user.message', text: 'x' });
  expectRefusal(answer, 'session_ended');
  expect(answer.headers.get('x-should-retry')).toBe('false');
  expectRefusal(await steer(ended, { type: 'user.interrupt' }), 'session_ended');
  expectRefusal(await request(api, 'PATCH', `/v1/sessions/${ended}`, { max_turns: 20 }), 'session_ended');
  expectRefusal(await request(api, 'DELETE', `/v1/sessions/${live}`), 'session_not_ended');
});

test('a confirmation of a call that does not wait for one is a 404', async () => {
  const confirmation = { type: 'user.tool_confirmation', tool_use_id: 'call_none', result: 'allow' };
  expectRefusal(await steer(live, confirmation), 'no_such_tool_use');
});

test('an unknown session, or one of another agent, is a 404', async () => {
  expectRefusal(await request(api, 'GET', '/v1/sessions/sess_none'), 'session_not_found');
  expectRefusal(await steer('sess_none', { type: 'user.interrupt' }), 'session_not_found');
  expectRefusal(await request(api, 'GET', `/v1/agents/some-other/sessions/${live}`), 'session_not_found');
  expectRefusal(await request(api, 'GET', `/v1/agents/some-other/sessions/${live}/events`), 'session_not_found');
  expectRefusal(await request(api, 'GET', `/v1/sessions/${live}/turns/7/decision`), 'turn_not_found');
  expectRefusal(await request(api, 'GET', `/v1/sessions/${live}/turns/x/context`), 'turn_not_found');
});

test('an unknown path is a 404, and an unknown method of a path a 405', async () => {
  expectRefusal(await request(api, 'GET', '/v1/nothing'), 'route_not_found');
  expectRefusal(await request(api, 'GET', '/nothing'), 'route_not_found');
  const answer = await request(api, 'PUT', `/v1/agents/${agentId}/run`, {});
  expectRefusal(answer, 'method_not_allowed');
  expect(answer.body.error.message).toContain('POST');
});

test('lists refuse wrong limits, filters and cursors', async () => {
  expectRefusal(await request(api, 'GET', '/v1/sessions?limit=0'), 'invalid_request', 'limit');
  expectRefusal(await request(api, 'GET', '/v1/sessions?limit=101'), 'invalid_request', 'limit');
  expectRefusal(await request(api, 'GET', '/v1/sessions?cursor=nonsense'), 'invalid_cursor', 'cursor');
  expectRefusal(await request(api, 'GET', '/v1/sessions?status=asleep'), 'invalid_request', 'status');
  const longAgo = '/v1/sessions?created_after=0000-01-01T00:00:00Z';
  expectRefusal(await request(api, 'GET', longAgo), 'invalid_request', 'created_after');
  const distant = `/v1/sessions?created_before=${encodeURIComponent('2026-01-01T00:00:00+23:00')}`;
  expect((await request(api, 'GET', distant)).status).toBe(200);
  const forged = Buffer.from('["2026-01-01 00:00:00+99","x"]').toString('base64url');
  expectRefusal(await request(api, 'GET', `/v1/sessions?cursor=${forged}`), 'invalid_cursor', 'cursor');
  expectRefusal(await request(api, 'GET', `/v1/sessions/${live}/events?types=x`), 'invalid_request', 'types.0');
  const stream = { accept: 'text/event-stream' };
  expectRefusal(
    await request(api, 'GET', `/v1/sessions/${live}/events?types=x`, undefined, stream),
    'invalid_request',
    'types.0',
  );
  expectRefusal(await request(api, 'GET', `/v1/sessions/${live}/events?after=-1`), 'invalid_cursor');
});

test('browsers of other origins are not let in', async () => {
  const answer = await request(api, 'GET', '/v1/sessions', undefined, { origin: 'https://evil.example' });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('ids that are hostile to a database are a 404', async () => {
  const hostile = "'; DROP TABLE session; --";
  for (const path of [`/v1/sessions/${encodeURIComponent(hostile)}`, `/v1/sessions/%00`, `/v1/agent/profiles/%00x`]) {
    const answer = await request(api, 'GET', path);
    expect([path, answer.status]).toEqual([path, 404]);
  }
});

/** The answer to a request that is written to a socket piece by piece, and may be incomplete. */
function answerToPieces(...pieces: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(api.baseUrl).port), '127.0.0.1');
  const answered = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('"request_id"')) resolve(text);
    });
    socket.on('error', () => resolve(text));
  });
  socket.write(`POST /v1/agents/${agentId}/run HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.apiKey}\r\n`);
  for (const piece of pieces) socket.write(piece);
  return answered.finally(() => socket.destroy());
}

test('a body that is declared to be too long is refused before it is read', async () => {
  const answer = await answerToPieces('content-length: 9999999999\r\n\r\n', '{"message":"');
  expect(answer).toMatch(/^HTTP\/1.1 413/);
  expect(answer).toContain('body_too_large');
});

test('a body without a declared length is read up to a mebibyte', async () => {
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunked = 'transfer-encoding: chunked\r\n\r\n';
  const short = await answerToPieces(chunked, chunk('{"mess'), chunk('age":""}'), chunk(''));
  expect(short).toMatch(/^HTTP\/1.1 400/);
  expect(short).toContain('"param":"message"');
  const long = await answerToPieces(chunked, chunk('{"message":"'), chunk('x'.repeat(1024 * 1024)));
  expect(long).toMatch(/^HTTP\/1.1 413/);
  expect(long).toContain('body_too_large');
});

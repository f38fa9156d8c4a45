import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { fieldsOf, type WrittenLine, writtenLines } from '../../support/log-lines.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

/** A text of a user. It is in everything that a client, a model or a server of others can word as it likes. */
const CONTENT = `canary-${randomBytes(8).toString('hex')}`;
/** Something that nobody may see but the server that it is for. */
const SECRET = `secret-${randomBytes(8).toString('hex')}`;

let stack: TestStack;
let agentId: string;
let tenantId: string;
let keyId: string;

beforeAll(async () => {
  stack = await startTestStack({ env: { AGENT_RUNS_LOG_LEVEL: 'trace' } });
  stack.secrets.add(SECRET);
  agentId = await stack.newAgent();
  const [key] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string; tenantId: string }>('the-key', 'SELECT id, tenant_id AS "tenantId" FROM api_key'),
  );
  keyId = key?.id ?? '';
  tenantId = key?.tenantId ?? '';
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const SESSION = `sess_${'0'.repeat(26)}`;
const SERVER = `mcp_${'0'.repeat(26)}`;

/** The only line of a request, once it is written. */
async function lineOf(requestId: string | null): Promise<WrittenLine> {
  const found = () => writtenLines(stack.home).filter((line) => line.request_id === requestId);
  await until(`the line of ${requestId}`, () => found().length > 0);
  const lines = found();
  expect(lines).toHaveLength(1);
  return lines[0] as WrittenLine;
}

const KNOWN = () => ({ tenant_id: tenantId, key_id: keyId });
const RUN = '/v1/agents/{agent_id}/run';

test.each<[method: string, path: string, more: { body?: unknown; headers?: Record<string, string> }, () => object]>([
  ['GET', '/v1/nowhere', {}, () => ({ status: 404, cause: 'route_not_found' })],
  ['PUT', '/v1/models', {}, () => ({ status: 405, cause: 'method_not_allowed' })],
  [
    'GET',
    '/v1/models',
    { headers: { authorization: '' } },
    () => ({ route: '/v1/models', status: 401, cause: 'missing_api_key' }),
  ],
  [
    'GET',
    '/v1/models',
    { headers: { authorization: 'Bearer x' } },
    () => ({ route: '/v1/models', status: 401, cause: 'invalid_api_key' }),
  ],
  [
    'GET',
    '/v1/models?colour=red',
    {},
    () => ({ ...KNOWN(), route: '/v1/models', status: 400, cause: 'unknown_field' }),
  ],
  [
    'POST',
    '/v1/agents/nobody/run',
    { body: { message: 'x' } },
    () => ({ ...KNOWN(), route: RUN, status: 404, cause: 'agent_not_found' }),
  ],
  [
    'POST',
    '/v1/agents/nobody/run',
    { body: '{"message":' },
    () => ({ ...KNOWN(), route: RUN, status: 400, cause: 'invalid_json' }),
  ],
  [
    'GET',
    `/v1/sessions/${SESSION}`,
    {},
    () => ({
      ...KNOWN(),
      route: '/v1/sessions/{session_id}',
      session_id: SESSION,
      status: 404,
      cause: 'session_not_found',
    }),
  ],
  [
    'GET',
    '/v1/sessions/what-a-client-calls-it',
    {},
    () => ({ ...KNOWN(), route: '/v1/sessions/{session_id}', status: 404, cause: 'session_not_found' }),
  ],
  [
    'POST',
    `/v1/mcp/servers/${SERVER}/discover`,
    {},
    () => ({
      ...KNOWN(),
      route: '/v1/mcp/servers/{server_id}/discover',
      server: SERVER,
      status: 404,
      cause: 'mcp_server_not_found',
    }),
  ],
])(
  '[log:failure:one-line-with-its-fields] a refused %s %s leaves one line',
  async (method, path, { body, headers }, expected) => {
    const answer = await stack.api.request(method, path, body, headers);
    const requestId = answer.headers.get('request-id');
    const line = await lineOf(requestId);
    const about = { event: 'request_refused', request_id: requestId, method, duration_ms: expect.any(Number) };
    expect([line.level, fieldsOf(line)]).toEqual(['info', { ...about, ...expected() }]);
  },
);

test('[log:failure:one-line-with-its-fields] a request that is no HTTP leaves one line', async () => {
  const socket = connect(Number(new URL(stack.baseUrl).port), '127.0.0.1');
  socket.end(`${CONTENT} is no HTTP\r\n\r\n`);
  const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
  const requestId = /^request-id: (.+)$/m.exec(answer)?.[1]?.trim() ?? '';
  const fields = {
    request_id: requestId,
    status: 400,
    cause: 'malformed_request',
    code: expect.stringMatching(/^HPE_/),
  };
  expect(fieldsOf(await lineOf(requestId))).toEqual({ event: 'request_refused', ...fields });
});

test('[log:failure:one-line-with-its-fields] a test of a provider that fails leaves one line', async () => {
  const script = await stack.script({ turns: [[{ status: 401, errorMessage: CONTENT }]] });
  const { headers } = await stack.api.request('POST', `/v1/providers/${script.id}/test`);
  const requestId = headers.get('request-id');
  const line = await lineOf(requestId);
  const of = { provider: script.name, model: 'scripted-1', status: 401, cause: 'model.unauthorized' };
  expect([line.level, fieldsOf(line)]).toEqual([
    'warn',
    {
      ...KNOWN(),
      ...of,
      event: 'model_attempt_failed',
      stage: 'testProvider',
      attempt: 1,
      request_id: requestId,
      duration_ms: expect.any(Number),
    },
  ]);
});

test('[log:content:never-in-a-line] [I10] what users, models and servers say, and secrets of every kind, are in no line of any process at any level', async () => {
  await stack.toolServer('says', { effect: 'write', idempotent: false });
  const calls = [
    { name: 'says_echo', args: { text: CONTENT } },
    { name: 'says_fail', args: { why: CONTENT } },
    { name: CONTENT, args: { [CONTENT]: CONTENT } },
    { name: 'workspace_read', args: { name: [CONTENT] } },
  ];
  const script = await stack.script({
    turns: [
      [
        { status: 500, errorCode: CONTENT, errorMessage: CONTENT },
        { text: CONTENT, toolCalls: calls },
      ],
      [{ status: 400, errorCode: CONTENT, errorMessage: CONTENT }],
    ],
  });
  const run = await stack.api.run(agentId, { message: CONTENT, models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'error' });

  const provider = {
    provider: 'openai-compatible',
    name: 'unreachable',
    api_key: SECRET,
    base_url: `http://127.0.0.1:1/${CONTENT}`,
    headers: { 'x-key': SECRET },
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }],
  };
  const server = {
    name: 'closed',
    transport: 'streamable-http',
    url: `http://127.0.0.1:1/${CONTENT}?t=${CONTENT}`,
    auth: SECRET,
  };
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', server);
  const requests: [string, string, unknown?, Record<string, string>?][] = [
    ['POST', '/v1/providers/test', provider],
    ['POST', `/v1/mcp/servers/${id}/discover`],
    ['GET', `/v1/${CONTENT}?${CONTENT}=${CONTENT}`],
    ['GET', `/v1/sessions/${CONTENT}`],
    ['GET', `/v1/models?${CONTENT}=1`],
    ['POST', `/v1/agents/${agentId}/run`, `{"message": ${CONTENT}`],
    ['POST', `/v1/agents/${agentId}/run`, { [CONTENT]: CONTENT }],
    ['POST', `/v1/agents/${CONTENT}/run`, { message: CONTENT }],
    ['POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.message', text: CONTENT }],
    ['GET', '/v1/models', undefined, { authorization: `Bearer ${SECRET}` }],
    ['POST', '/v1/api-keys', { name: CONTENT, scopes: [CONTENT] }, { 'idempotency-key': CONTENT }],
  ];
  for (const [method, at, body, headers] of requests) {
    const { status, headers: answered } = await stack.api.request(method, at, body, headers);
    if (status >= 400) await lineOf(answered.get('request-id'));
  }
  const dir = path.join(stack.home, 'logs');
  const leaking = readdirSync(dir).filter((name) => {
    const text = readFileSync(path.join(dir, name), 'utf8');
    return text.includes(CONTENT) || text.includes(SECRET);
  });
  expect(leaking).toEqual([]);
});

test('[log:request:found-from-its-session] a successful run leaves one line, and its request finds it', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const { headers, body } = await stack.api.request('POST', `/v1/agents/${agentId}/sessions`, {
    message: 'Go.',
    models: script.models,
  });
  const sessionId = (body as { id: string }).id;
  expect(await stack.api.watch(sessionId).ended()).toMatchObject({ reason: 'completed' });
  const lines = writtenLines(stack.home).filter(
    ({ session_id, level }) => session_id === sessionId && level !== 'debug' && level !== 'trace',
  );
  expect(lines.map(fieldsOf)).toEqual([
    {
      ...KNOWN(),
      event: 'run_accepted',
      agent_id: agentId,
      session_id: sessionId,
      request_id: headers.get('request-id'),
    },
  ]);
});

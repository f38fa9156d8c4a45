import { afterAll, beforeAll, expect, test } from 'vitest';
import { description } from '../../support/api-conformance.ts';
import { type ApiUnderTest, newAgent, newSession, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
let agentId: string;
let sessionId: string;

beforeAll(async () => {
  api = await startApi();
  agentId = await newAgent(api);
  sessionId = await newSession(api, agentId);
});
afterAll(() => api.stop());

const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { tags }]) => tags[0] !== 'Service')
    .map(([method]) => ({ method: method.toUpperCase(), path })),
);
const filled = (path: string) =>
  path
    .replace('{agent_id}', agentId)
    .replace('{session_id}', sessionId)
    .replaceAll(/\{\w+\}/g, 'x');

test.each(operations)(
  '[api:input:refused-and-nothing-stored] $method $path refuses a query parameter it does not read',
  async ({ method, path }) => {
    const body = method === 'GET' ? undefined : {};
    const { status, body: answer } = await request(api, method, `${filled(path)}?nonsense=1`, body);
    expect([status, answer.error.code, answer.error.param]).toEqual([400, 'unknown_field', 'nonsense']);
  },
);

test('[api:input:refused-and-nothing-stored] a parameter that is given twice, or that only another route reads, is refused', async () => {
  const refusal = async (method: string, path: string, body?: unknown) => {
    const { status, body: answer } = await request(api, method, path, body);
    return [status, answer.error.code, answer.error.param];
  };
  expect(await refusal('GET', '/v1/sessions?limit=1&limit=2')).toEqual([400, 'invalid_request', 'limit']);
  expect(await refusal('GET', '/v1/sessions?__proto__=1')).toEqual([400, 'unknown_field', '__proto__']);
  const run = { message: 'hello' };
  expect(await refusal('POST', `/v1/agents/${agentId}/run?limit=1`, run)).toEqual([400, 'unknown_field', 'limit']);
  const include = `/v1/agents/${agentId}/sessions?include=agent.message_delta`;
  expect(await refusal('POST', include, run)).toEqual([400, 'unknown_field', 'include']);
  const other = `/v1/agents/${agentId}/sessions?agent_id=other`;
  expect(await refusal('GET', other)).toEqual([400, 'invalid_request', 'agent_id']);
});

// The parameters that the contract names, and those that the published Python client sends.
test.each([
  '/v1/sessions?status=running&reason=completed&agent_id=AGENT&limit=1',
  '/v1/sessions?created_after=2026-01-01T00:00:00Z&created_before=2126-01-01T00:00:00Z',
  '/v1/agents/AGENT/sessions?agent_id=AGENT&status=running&limit=1',
  '/v1/sessions/SESSION/events?after=0&limit=2&types=agent.message&include=agent.message_delta',
  '/v1/sessions/SESSION/events?cursor=0',
  '/v1/sessions/SESSION/transcript?limit=1&cursor=0',
  '/v1/agent/profiles?limit=1',
  '/v1/memory/blocks?agent_id=AGENT&limit=1',
  '/v1/memory/blocks/human?agent_id=AGENT&limit=1',
  '/v1/memory/entries?agent_id=AGENT&limit=1',
  '/v1/models?limit=1',
  '/v1/models/leaderboard?sort=reward&provider=simulated&limit=5&offset=0',
  '/v1/mcp/tools?server_id=workspace',
  '/v1/mcp/audit?limit=5',
  '/v1/usage/summary?period=month',
  '/v1/usage/by-cost-center?period=month&limit=1',
  '/v1/usage/by-owner?period=month&limit=1',
])('%s is answered', async (path) => {
  const { status } = await request(api, 'GET', path.replaceAll('AGENT', agentId).replaceAll('SESSION', sessionId));
  expect(status).toBe(200);
});

test('the cursor of a page takes precedence over the place where the first page began', async () => {
  const path = `/v1/sessions/${sessionId}/events`;
  const { body } = await request(api, 'GET', `${path}?after=1&cursor=0`);
  expect(body.data.map(({ seq }: { seq: number }) => seq)).toEqual([1]);
});

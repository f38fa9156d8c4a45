import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAccounts, runAccount } from '../../../db/queries/ledger.ts';
import { spend } from '../session/spent-session.ts';
import { type ApiUnderTest, end, newAgent, newSession, openStream, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ rateLimit: { perSecond: 1, burst: 100 } });
});
afterAll(() => api.stop());

async function keyWith(scopes: string[]): Promise<Pick<ApiUnderTest, 'baseUrl' | 'apiKey'>> {
  const made = await request(api, 'POST', '/v1/api-keys', { scopes });
  return { baseUrl: api.baseUrl, apiKey: made.body.key };
}

test('a key with too many requests is refused and told when to retry, and no other key is affected', async () => {
  const greedy = await keyWith(['read']);
  const patient = await keyWith(['read']);
  const answers = await Promise.all(Array.from({ length: 105 }, () => request(greedy, 'GET', '/v1/sessions')));
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(5);
  expect(refused[0]?.body.error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limited' });
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
  const other = await request(patient, 'GET', '/v1/sessions');
  expect(other.status).toBe(200);
  expect(other.headers.get('ratelimit')).toMatch(/^"key";r=99;t=\d+$/);
  expect(other.headers.get('ratelimit-policy')).toBe('"key";q=100;w=100');
});

const metrics = (headers: Record<string, string> = { authorization: `Bearer ${api.apiKey}` }) =>
  fetch(`${api.baseUrl}/metrics`, { headers });

test('metrics cover sessions, requests, streams and the process', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const stream = await openStream(api, `/v1/sessions/${sessionId}/events`);
  await request(api, 'GET', '/v1/sessions/sess_none');
  await request(api, 'GET', '/nowhere');
  const text = await (await metrics()).text();
  expect(text).toContain('agent_runs_sessions{status="running"} 1');
  expect(text).toContain('agent_runs_sessions{status="ended"} 0');
  expect(text).toContain('agent_runs_open_streams 1');
  expect(text).toContain(
    'agent_runs_http_request_duration_seconds_count{method="GET",route="/v1/sessions/{session_id}",status="404"} 1',
  );
  expect(text).toContain('agent_runs_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1');
  expect(text).toMatch(/^agent_runs_events_appended_total \d+$/m);
  expect(text).toContain('process_cpu_seconds_total');
  stream.leave();
});

test('[I8] only admins of the first tenant can read metrics, wherever a request seems to come from', async () => {
  expect((await metrics()).headers.get('content-type')).toContain('text/plain');
  const tricks: Record<string, string>[] = [{}, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }];
  for (const headers of tricks) {
    expect((await metrics(headers)).status).toBe(401);
  }
  const as = (apiKey: string) => metrics({ authorization: `Bearer ${apiKey}` });
  expect((await as(api.apiKey)).status).toBe(200);
  expect((await as((await keyWith(['run'])).apiKey)).status).toBe(403);
  const other = await request(api, 'POST', '/v1/tenants', { name: 'other' });
  expect((await as(other.body.api_key.key)).status).toBe(403);
});

test('[I3] usage and budget agree on what a session spent, also after it is erased', async () => {
  const agentId = await newAgent(api, { budget_daily_usd: 5 });
  const sessionId = await newSession(api, agentId);
  await spend(api, agentId, sessionId, 2_000_000n);
  const reports = async () => {
    const owners = await request(api, 'GET', '/v1/usage/by-owner');
    const { body } = await request(api, 'GET', '/v1/budget/status');
    const of = (rows: { agent_id: string }[]) => rows.filter((row) => row.agent_id === agentId);
    return [of(owners.body.data), of(body.agents)];
  };
  const before = await reports();
  expect(before).toMatchObject([[{ cost_usd: 0.002, requests: 1 }], [{ spent_today_usd: 0.002, reserved_usd: 0 }]]);
  await end(api, sessionId);
  expect((await request(api, 'DELETE', `/v1/sessions/${sessionId}`)).body.deleted).toBe(true);
  expect(await reports()).toEqual(before);
  const [account] = await api.database.database.transaction(api.tenantId, (tx) =>
    readAccounts(tx, [runAccount(sessionId)]),
  );
  expect(account).toMatchObject({ spentNano: 2_000_000n, reservedNano: 0n });
});

test('[I10] the output of an MCP server that fails to start is in no log', async () => {
  const refusal = JSON.stringify({ jsonrpc: '2.0', id: 0, error: { code: -32603, message: 'its-own-token' } });
  const script = 'echo its-own-token >&2; read request; echo "$0"';
  const server = { name: 'talkative', transport: 'stdio', command: 'sh', args: ['-c', script, refusal] };
  const { body } = await request(api, 'POST', '/v1/mcp/servers', server);
  const discovered = await request(api, 'POST', `/v1/mcp/servers/${body.id}/discover`);
  expect(discovered.body.error.code).toBe('mcp_server_failed');
  expect(api.lines).toContainEqual(expect.objectContaining({ event: 'request_refused', cause: 'mcp_server_failed' }));
  expect(api.warnings.join() + JSON.stringify(api.lines)).not.toContain('its-own-token');
});

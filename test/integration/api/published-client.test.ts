import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ simulatedUrl: null });
});
afterAll(() => api.stop());

/** A call as brainstormrouter 0.1.0 sends it. Ids that earlier calls were answered with stand for names in braces. */
interface ClientCall {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** The name under which later calls know the id of the answer. */
  readonly id?: string;
  /** Default: an answer that is no error. */
  readonly code?: string;
}

const call = (name: string, method: string, path: string, rest: Partial<ClientCall> = {}): ClientCall => ({
  name,
  method,
  path,
  ...rest,
});
const server = { name: 'docs', transport: 'streamable-http', url: 'http://127.0.0.1:1/mcp' };
const judge = { name: 'judge', url: 'http://127.0.0.1:1/judge' };
const remembered = { fact: 'Invoices are due in 30 days.', block: 'project', pinned: true };
const documents = [{ content: '- one\n- two', source: 'notes.md' }];

/** Every method of the client that this service serves, in an order in which they find what they need. */
const calls: readonly ClientCall[] = [
  call('agent_profiles.create', 'POST', '/v1/agent/profiles', { body: { agentId: 'invoices', department: 'Sales' } }),
  call('agent_profiles.list', 'GET', '/v1/agent/profiles'),
  call('agent_profiles.get', 'GET', '/v1/agent/profiles/invoices'),
  call('agent_profiles.update', 'PATCH', '/v1/agent/profiles/invoices', { body: { displayName: 'Invoices' } }),
  call('agent_profiles.transition', 'PATCH', '/v1/agent/profiles/lifecycle/invoices', { body: { state: 'suspended' } }),
  // A key of this service belongs to a tenant and to no agent.
  call('agent_profiles.me', 'GET', '/v1/agent/profiles/me', { code: 'agent_not_found' }),
  call('providers.register', 'POST', '/v1/providers', {
    body: { provider: 'openai', api_key: 'sk-x' },
    id: 'provider',
  }),
  call('providers.list', 'GET', '/v1/providers'),
  call('providers.catalog', 'GET', '/v1/providers/catalog'),
  call('providers.remove', 'DELETE', '/v1/providers/{provider}'),
  call('memory.append', 'POST', '/v1/memory/entries', { body: remembered, id: 'entry' }),
  call('memory.blocks', 'GET', '/v1/memory/blocks'),
  call('memory.block', 'GET', '/v1/memory/blocks/project'),
  call('memory.entries', 'GET', '/v1/memory/entries'),
  call('memory.update', 'PUT', '/v1/memory/entries/{entry}', {
    body: { fact: 'They are due in 14 days.', pinned: false },
  }),
  call('memory.remove', 'DELETE', '/v1/memory/entries/{entry}'),
  call('memory.init', 'POST', '/v1/memory/init', { body: { documents, model: 'any' } }),
  call('guardrails.get_config', 'GET', '/v1/guardrails/config'),
  call('guardrails.update_config', 'PUT', '/v1/guardrails/config', { body: { blocked_phrases: ['falcon'] } }),
  call('guardrails.add_provider', 'POST', '/v1/guardrails/providers', { body: judge, id: 'judge' }),
  call('guardrails.list_providers', 'GET', '/v1/guardrails/providers'),
  call('guardrails.test', 'POST', '/v1/guardrails/test', { body: { text: 'a', providers: ['judge'] } }),
  call('guardrails.remove_provider', 'DELETE', '/v1/guardrails/providers/{judge}'),
  call('guardrails.templates', 'GET', '/v1/guardrails/templates'),
  call('mcp.register_server', 'POST', '/v1/mcp/servers', { body: server, id: 'server' }),
  call('mcp.list_servers', 'GET', '/v1/mcp/servers'),
  call('mcp.get_server', 'GET', '/v1/mcp/servers/{server}'),
  call('mcp.update_server', 'PUT', '/v1/mcp/servers/{server}', { body: server }),
  call('mcp.list_tools', 'GET', '/v1/mcp/tools'),
  call('mcp.list_tools of a server', 'GET', '/v1/mcp/tools?server_id={server}'),
  // Nothing listens at the address of the server, so it has no tools.
  call('mcp.call_tool', 'POST', '/v1/mcp/tools/call', {
    body: { server_id: '{server}', tool: 'search', arguments: {} },
    code: 'tool_not_found',
  }),
  call('mcp.audit', 'GET', '/v1/mcp/audit?limit=10'),
  call('mcp.remove_server', 'DELETE', '/v1/mcp/servers/{server}'),
  call('br_models.list', 'GET', '/v1/models'),
  call('br_models.leaderboard', 'GET', '/v1/models/leaderboard?sort=reward&provider=openai&limit=5&offset=0'),
  call('usage.summary', 'GET', '/v1/usage/summary?period=month'),
  call('usage.by_cost_center', 'GET', '/v1/usage/by-cost-center?period=month'),
  call('usage.by_owner', 'GET', '/v1/usage/by-owner?period=month'),
  call('governance.summary', 'GET', '/v1/governance/summary'),
  call('governance.audit', 'GET', '/v1/governance/audit?block=project&operation=update&limit=10'),
  call('governance.audit_stats', 'GET', '/v1/governance/audit/stats'),
  call('agent_profiles.delete', 'DELETE', '/v1/agent/profiles/invoices'),
];

test('[api:client:published-methods-answer] every method of the published client that is served answers with JSON', async () => {
  const ids = new Map<string, string>();
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids.get(name) ?? whole);
  for (const { name, method, path, body, id, code } of calls) {
    const sent = body === undefined ? undefined : filled(JSON.stringify(body));
    const answer = await request(api, method, filled(path), sent);
    expect([name, answer.body.error?.code]).toEqual([name, code]);
    expect([name, answer.headers.get('content-type')]).toEqual([name, 'application/json']);
    if (id !== undefined) ids.set(id, answer.body.id);
  }
  const entry = ids.get('entry');
  const { body: summary } = await request(api, 'GET', '/v1/governance/summary');
  expect(summary).toMatchObject({
    agents: { active: 0, suspended: 0, terminated: 1 },
    memory: { entries: 2, pinned: 0 },
    tools: { servers: 0, policies: 0, quarantined: 0, unknown_tools: 'ask' },
    approvals: { pending: 0 },
    guardrails: { rules: 2, providers: 0 },
  });
  const audit = async (query: string) => (await request(api, 'GET', `/v1/governance/audit?${query}`)).body.data;
  expect(await audit('block=project')).toMatchObject([
    { action: 'memory.delete', target: entry },
    { action: 'memory.update', target: entry },
    { action: 'memory.create', target: entry },
  ]);
  expect(await audit('operation=memory.create')).toHaveLength(1);
  expect(await audit('block=human')).toEqual([]);
  const { body: stats } = await request(api, 'GET', '/v1/governance/audit/stats');
  expect(stats).toMatchObject({ days: 30, by_block: [{ block: 'project', entries: 3 }], denied: 0 });
  expect(stats.by_operation).toContainEqual({ operation: 'mcp_server.create', entries: 1 });
  expect(stats.entries).toBe((await audit('limit=100')).length);
});

test.each([
  ['GET', '/v1/presets', 'PATCH /v1/agent/profiles/{id}'],
  ['POST', '/v1/presets/fast/simulate', '`models` of a run'],
  ['POST', '/v1/prompts/p/resolve', 'PUT /v1/agents/{id}/context/soul/{name}'],
  ['POST', '/v1/governance/compliance/scan', 'POST /v1/guardrails/test'],
  ['GET', '/v1/governance/sleep-time/report', 'GET /v1/governance/audit'],
  ['GET', '/v1/observability/destinations', 'GET /metrics'],
  ['POST', '/chat/completions', 'POST /v1/agents/{id}/run'],
])('[api:client:published-methods-answer] %s %s, which is not served, says what to use', async (method, path, use) => {
  const { status, body } = await request(api, method, path, method === 'POST' ? {} : undefined);
  expect([status, body.error.code]).toEqual([404, 'route_not_found']);
  expect(body.error.recovery.action).toContain(use);
});

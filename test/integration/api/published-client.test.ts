import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostileServerCommand } from '../../fixtures/mcp/hostile-server-command.ts';
import { callPublished, type PublishedOutcome } from '../../fixtures/published-client/call-published.ts';
import { chat, notServed, type PublishedCall, served } from '../../fixtures/published-client/published-calls.ts';
import { startRecordingProxy } from '../../fixtures/published-client/recording-proxy.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

const calls = [...served, ...notServed, chat];
let api: ApiUnderTest;
let proxy: Awaited<ReturnType<typeof startRecordingProxy>>;
let tools: string;
let outcomes: PublishedOutcome[];
beforeAll(async () => {
  api = await startApi({ simulatedUrl: null });
  proxy = await startRecordingProxy(api.baseUrl);
  tools = (
    await request(api, 'POST', '/v1/mcp/servers', { name: 'tools', transport: 'stdio', ...hostileServerCommand() })
  ).body.id;
  await request(api, 'POST', `/v1/mcp/servers/${tools}/discover`);
  await request(api, 'PUT', '/v1/mcp/governance/policy', { tool_name: 'tools/*', allowed: true, effect: 'read' });
  outcomes = await callPublished({ baseUrl: proxy.baseUrl, apiKey: api.apiKey }, calls, { tools });
});
afterAll(async () => {
  await proxy?.stop();
  await api.stop();
});

test('[api:client:published-methods-answer] every method of the unmodified published client that is served answers with JSON', async () => {
  expect(outcomes.slice(0, served.length).filter((outcome) => !('answer' in outcome))).toEqual([]);
  expect(answerOf('mcp.call_tool')).toMatchObject({ state: 'succeeded', output: 'hello' });
  expect(answerOf('agent_profiles.transition')).toMatchObject({ agentId: 'invoices', lifecycleState: 'suspended' });
  expect(answerOf('agent_profiles.delete')).toEqual({ id: 'invoices', deleted: true });
  expect(answerOf('governance.summary')).toMatchObject({
    agents: { active: 0, suspended: 1, terminated: 0 },
    memory: { entries: 2, pinned: 0 },
    tools: { servers: 1, policies: 1, quarantined: 0, unknown_tools: 'ask' },
    approvals: { pending: 0 },
    guardrails: { rules: 2, providers: 0 },
  });
  const entry = answerOf('memory.append').id;
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
  expect(stats.by_operation).toContainEqual({ operation: 'mcp_server.create', entries: 2 });
  expect(stats.entries).toBe((await audit('limit=100')).length);
});

test('[api:client:other-methods-name-what-to-use] a method of the published client that is not served is a 404 whose message says what to use', () => {
  const refusals = [...notServed, chat].map(({ name, refused }) => ({ name, ...refused }));
  const got = outcomes.slice(served.length);
  expect(got).toEqual(
    refusals.map(({ name, status, says }) => ({ name, status, message: expect.stringContaining(says ?? '') })),
  );
});

test('the table of calls says what the published client sends', () => {
  const ids = new Map(calls.flatMap(({ name, id }) => (id === undefined ? [] : [[id, String(answerOf(name).id)]])));
  ids.set('tools', tools);
  const wanted = calls.map(({ sends }: PublishedCall) => filled(sends, ids));
  // What reads is asked a second time, by the client for asyncio.
  const once = proxy.requests.filter((each, index) => !same(each, proxy.requests[index - 1]));
  expect(once).toEqual(wanted);
});

function answerOf(name: string): Readonly<Record<string, unknown>> {
  const outcome = outcomes.find((each) => each.name === name);
  return outcome !== undefined && 'answer' in outcome ? outcome.answer : {};
}

function filled<T>(value: T, ids: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids.get(name) ?? whole));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

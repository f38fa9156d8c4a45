import { afterAll, beforeAll, expect, test } from 'vitest';
import { spend } from '../session/spent-session.ts';
import { type ApiUnderTest, newAgent, newSession, request, startApi } from './fixture.ts';

const AGENT = 'listed-agent';
const UNITS = ['one', 'two', 'three'];
/** Every list but those of sessions, agents, keys and memory entries, which have tests of their own. */
const LISTS = [
  '/v1/providers',
  '/v1/models',
  '/v1/mcp/servers',
  '/v1/mcp/tools',
  '/v1/mcp/audit',
  '/v1/memory/blocks',
  `/v1/agents/${AGENT}/context`,
  `/v1/agents/${AGENT}/context/workspace`,
  '/v1/governance/audit',
  '/v1/mcp/governance',
  '/v1/usage/by-owner',
  '/v1/usage/by-cost-center',
];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
  await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: AGENT });
  for (const name of UNITS) {
    const models = [{ id: `${name}-model`, input_usd_per_mtok: 1, output_usd_per_mtok: 1 }];
    const provider = { provider: 'openai-compatible', name, base_url: 'http://127.0.0.1:1/v1', models };
    await request(api, 'POST', '/v1/providers', provider);
    await request(api, 'POST', '/v1/mcp/servers', { name, transport: 'stdio', command: 'false' });
    await request(api, 'PUT', '/v1/mcp/governance/policy', { tool_name: `${name}/*`, allowed: true });
    await request(api, 'PUT', `/v1/agents/${AGENT}/context/workspace/${name}.md`, { content: name });
    const spender = await newAgent(api, { department: name });
    await spend(api, spender, await newSession(api, spender), 1_000n);
  }
});
afterAll(() => api.stop());

const list = async (path: string) => {
  const { body } = await request(api, 'GET', path);
  // This list has what is set for all tools beside it.
  return path.startsWith('/v1/mcp/governance') ? { ...body, data: body.policies } : body;
};

test.each(LISTS)(
  '[api:list:each-row-once-newest-first] %s has each row once when it is read page by page',
  async (path) => {
    const { data: whole } = await list(path);
    expect(whole.length).toBeGreaterThan(2);
    const rows: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await list(`${path}?limit=2${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      rows.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(rows).toEqual(whole);
  },
);

test.each(LISTS)('[api:input:refused-and-nothing-stored] %s refuses a wrong limit and a wrong cursor', async (path) => {
  const refusal = async (query: string) => {
    const { status, body } = await request(api, 'GET', `${path}?${query}`);
    return [status, body.error.code, body.error.param];
  };
  expect(await refusal('limit=0')).toEqual([400, 'invalid_request', 'limit']);
  expect(await refusal('limit=101')).toEqual([400, 'invalid_request', 'limit']);
  expect(await refusal('cursor=nonsense')).toEqual([400, 'invalid_cursor', 'cursor']);
});

test('[api:list:each-row-once-newest-first] the newest row comes first, and rows that belong to the service come last', async () => {
  const namesOf = async (path: string) => (await list(path)).data.map((row: { name: string }) => row.name);
  expect(await namesOf('/v1/providers')).toEqual(['three', 'two', 'one', 'simulated']);
  expect(await namesOf('/v1/mcp/servers')).toEqual(['three', 'two', 'one', 'workspace', 'memory', 'session', 'skills']);
  expect(await namesOf(`/v1/agents/${AGENT}/context`)).toEqual(['three.md', 'two.md', 'one.md']);
});

test('[session:diff:turn-by-turn] a page of compared turns is bounded in its bytes, and the next one goes on behind it', async () => {
  const id = await newSession(api, AGENT);
  await api.database.database.transaction(api.tenantId, (tx) =>
    tx.query(
      'long-turns',
      `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, user_messages)
       SELECT $1, n, $2, '{}', 'chat', jsonb_build_array(repeat('x', 400000)) FROM generate_series(0, 12) n`,
      [id, api.tenantId],
    ),
  );
  const first = await list(`/v1/sessions/${id}/diff?with=${id}`);
  expect(first.data.length).toBeGreaterThan(5);
  expect(first.data.length).toBeLessThan(13);
  const rest = await list(`/v1/sessions/${id}/diff?with=${id}&cursor=${first.next_cursor}`);
  const turns = [...first.data, ...rest.data].map(({ turn_index }) => turn_index);
  expect(turns).toEqual([...Array(13).keys()]);
  expect(rest.next_cursor).toBeNull();
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

test('a profile can also be made and changed with the field names of bootstrap', async () => {
  const body = { agent_id: 'snake-agent', display_name: 'Snake', budget_daily_usd: 2 };
  const created = await request(api, 'POST', '/v1/agent/profiles', body);
  expect([created.status, created.body]).toMatchObject([201, { displayName: 'Snake', budgetDailyUsd: 2 }]);
  const path = '/v1/agent/profiles/snake-agent';
  const patched = await request(api, 'PATCH', path, { budget_daily_usd: 0.01 });
  expect(patched.body).toMatchObject({ displayName: 'Snake', budgetDailyUsd: 0.01 });
  const uncapped = await request(api, 'PATCH', path, { display_name: 'Python', budget_daily_usd: null });
  expect(uncapped.body).toMatchObject({ displayName: 'Python', budgetDailyUsd: null });
});

test("[session:limits:run-over-agent] a run's bounds on prompts and answers win over its agent's, which hold for runs that give none", async () => {
  const bounds = { context_tokens: 50_000, max_output_tokens: 2_000 };
  const made = await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: 'bounded-agent', ...bounds });
  expect(made.body.profile).toMatchObject({ contextTokens: 50_000, maxOutputTokens: 2_000 });
  const session = async (limits: object) =>
    (await request(api, 'POST', '/v1/agents/bounded-agent/sessions', { message: 'x', ...limits })).body;
  expect(await session({})).toMatchObject(bounds);
  const ofRun = { context_tokens: 8_000, max_output_tokens: 500 };
  const kept = await session(ofRun);
  expect(kept).toMatchObject(ofRun);

  const path = '/v1/agent/profiles/bounded-agent';
  const patched = await request(api, 'PATCH', path, { contextTokens: null, max_output_tokens: 3_000 });
  expect(patched.body).toMatchObject({ contextTokens: null, maxOutputTokens: 3_000 });
  expect(await session({})).toMatchObject({ context_tokens: null, max_output_tokens: 3_000 });
  expect((await request(api, 'GET', `/v1/sessions/${kept.id}`)).body).toMatchObject(ofRun);
});

test.each([
  { context_tokens: 1_023 },
  { context_tokens: 1e9 },
  { context_tokens: 5_000.5 },
  { context_tokens: null },
  { max_output_tokens: 15 },
  { max_output_tokens: '4096' },
  { on_budget: 'pause' },
  { on_budget: null },
])('[api:input:refused-and-nothing-stored] %j is refused for a run and for an agent', async (limits) => {
  const refused = { status: 400, body: { error: { param: Object.keys(limits)[0] } } };
  const agent = { agent_id: 'snake-agent' };
  expect(await request(api, 'POST', '/v1/agent/bootstrap', { ...agent, ...limits })).toMatchObject(refused);
  const run = await request(api, 'POST', '/v1/agents/snake-agent/sessions', { message: 'x', ...limits });
  expect(run).toMatchObject(refused);
});

test("[budget:ask:run-over-agent] what a run does at the end of its money wins over its agent's, in either spelling", async () => {
  const made = await request(api, 'POST', '/v1/agent/profiles', { agentId: 'asking-agent', onBudget: 'ask' });
  expect(made).toMatchObject({ status: 201, body: { onBudget: 'ask' } });
  const session = async (body: object) =>
    (await request(api, 'POST', '/v1/agents/asking-agent/sessions', { message: 'x', ...body })).body;
  expect(await session({})).toMatchObject({ on_budget: 'ask' });
  expect(await session({ on_budget: 'stop' })).toMatchObject({ on_budget: 'stop' });
  const path = '/v1/agent/profiles/asking-agent';
  const both = await request(api, 'PATCH', path, { onBudget: 'ask', on_budget: 'ask' });
  expect(both).toMatchObject({ status: 400, body: { error: { param: 'on_budget' } } });
  expect((await request(api, 'PATCH', path, { on_budget: null })).body).toMatchObject({ onBudget: null });
  expect(await session({})).toMatchObject({ on_budget: 'stop' });
  const again = { agent_id: 'asking-agent', on_budget: 'ask' };
  expect(await request(api, 'POST', '/v1/agent/bootstrap', again)).toMatchObject({
    status: 409,
    body: { error: { code: 'agent_exists' } },
  });
});

test('a deleted agent is terminated, its id stays taken, and bootstrap says how to activate it again', async () => {
  const body = { agent_id: 'deleted-agent', department: 'one' };
  const bootstrap = (values: object = {}) => request(api, 'POST', '/v1/agent/bootstrap', { ...body, ...values });
  expect((await bootstrap()).body.next_steps).not.toHaveProperty('activate');
  await request(api, 'DELETE', '/v1/agent/profiles/deleted-agent');
  const run = () => request(api, 'POST', '/v1/agents/deleted-agent/sessions', { message: 'x' });
  expect((await run()).body.error.code).toBe('agent_terminated');
  const activate = 'PATCH /v1/agent/profiles/lifecycle/deleted-agent {"state":"active"}';
  const same = await bootstrap();
  expect([same.status, same.body]).toMatchObject([
    200,
    { profile: { lifecycleState: 'terminated' }, next_steps: { activate } },
  ]);
  const other = await bootstrap({ department: 'two' });
  expect([other.status, other.body.error.code]).toEqual([409, 'agent_exists']);
  expect(other.body.error.message).toContain('terminated');
  expect(other.body.error.recovery.action).toContain(activate);
  await request(api, 'PATCH', '/v1/agent/profiles/lifecycle/deleted-agent', { state: 'active' });
  expect((await run()).status).toBe(201);
});

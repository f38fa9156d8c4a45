import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, request, startApi } from './api-fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

test('a profile is made and changed in the spelling of bootstrap, too', async () => {
  const body = { agent_id: 'snake-agent', display_name: 'Snake', budget_daily_usd: 2 };
  const created = await request(api, 'POST', '/v1/agent/profiles', body);
  expect([created.status, created.body]).toMatchObject([201, { displayName: 'Snake', budgetDailyUsd: 2 }]);
  const path = '/v1/agent/profiles/snake-agent';
  const patched = await request(api, 'PATCH', path, { budget_daily_usd: 0.01 });
  expect(patched.body).toMatchObject({ displayName: 'Snake', budgetDailyUsd: 0.01 });
  const uncapped = await request(api, 'PATCH', path, { display_name: 'Python', budget_daily_usd: null });
  expect(uncapped.body).toMatchObject({ displayName: 'Python', budgetDailyUsd: null });
});

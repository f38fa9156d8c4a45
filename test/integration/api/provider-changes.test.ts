import { afterAll, beforeAll, expect, test } from 'vitest';
import { learnContextLimit } from '../../../db/queries/context-limit.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ simulatedUrl: null });
});
afterAll(() => api.stop());

const provider = {
  provider: 'openai-compatible',
  name: 'local',
  base_url: 'http://127.0.0.1:1/v1',
  api_key: 'sk-this-is-a-secret-key-1234',
  models: [{ id: 'small', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }],
};

test('[provider:key:opens-at-once] [I10] key, address, models and options of a provider can be changed, and nothing else', async () => {
  const { id } = (await request(api, 'POST', '/v1/providers', provider)).body;
  const change = (body: object, path = id) => request(api, 'PATCH', `/v1/providers/${path}`, body);
  const changed = await change({
    api_key: 'sk-the-next-secret-key-9876',
    base_url: 'http://127.0.0.1:2/v1',
    headers: { 'x-team': 'research' },
  });
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({
    name: 'local',
    api_key: '••••9876',
    base_url: 'http://127.0.0.1:2/v1',
    models: ['small'],
    headers: { 'x-team': '••••' },
    health: { state: 'up' },
  });
  const refused = async (body: object) => {
    const { status, body: answer } = await change(body);
    return [status, answer.error.param];
  };
  expect(await refused({ name: 'other' })).toEqual([400, 'name']);
  expect(await refused({ models: [{ id: 'unpriced' }] })).toEqual([400, 'models.0.input_usd_per_mtok']);
  expect((await change({})).status).toBe(400);
  expect((await change({ api_key: 'sk-x' }, 'prov_none')).body.error.code).toBe('provider_not_found');
  const tested = await request(api, 'POST', `/v1/providers/${id}/test`);
  expect(tested.body).toMatchObject({ ok: false, error: { type: 'model.unreachable' } });
});

test('[model:context:limit-shown] what was learned of a model is shown, and forgotten when its provider is changed', async () => {
  const { id } = (await request(api, 'POST', '/v1/providers', { ...provider, name: 'learned' })).body;
  const learned = async () => {
    const { body } = await request(api, 'GET', '/v1/models?limit=100');
    return body.data.find((model: { provider: string }) => model.provider === 'learned').learned_context;
  };
  expect(await learned()).toBeUndefined();
  for (const change of [{ base_url: 'http://127.0.0.1:3/v1' }, { models: provider.models }]) {
    await api.database.database.transaction(api.tenantId, async (tx) => {
      learnContextLimit(tx, { provider: 'learned', model: 'small', tokens: 4_000 });
    });
    expect(await learned()).toEqual({ tokens: 4_000, until: expect.any(String) });
    await request(api, 'PATCH', `/v1/providers/${id}`, change);
    expect(await learned()).toBeUndefined();
  }
});

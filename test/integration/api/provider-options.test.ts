import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ simulatedUrl: null });
});
afterAll(() => api.stop());

const compatible = {
  provider: 'openai-compatible',
  base_url: 'http://127.0.0.1:1/v1',
  models: [{ id: 'small', input_usd_per_mtok: 1, output_usd_per_mtok: 2 }],
};
const anthropic = { provider: 'anthropic', api_key: 'sk-of-this-test', name: 'refused' };

test('[request:dialect:settable] headers, extra fields and dialect are stored and shown, the values of headers masked', async () => {
  const options = {
    headers: { 'X-Team': 'secret-of-the-team' },
    extra_body: { temperature: 0.2, chat_template_kwargs: { enable_thinking: false } },
    dialect: { alternating_roles: true, max_tokens_field: 'max_completion_tokens' },
  };
  const { status, body } = await request(api, 'POST', '/v1/providers', { ...compatible, name: 'options', ...options });
  expect(status).toBe(201);
  const shown = { ...options, headers: { 'X-Team': '••••' } };
  expect(body).toMatchObject(shown);
  const listed = await request(api, 'GET', '/v1/providers');
  expect(listed.body.data).toContainEqual(body);
  expect(JSON.stringify(listed.body)).not.toContain('secret-of-the-team');
});

const DEFAULT_LIMITS = { connect_s: 10, first_token_s: 300, silence_s: 120, total_s: 3_600 };

test('a provider without options shows empty ones, and the time limits that hold', async () => {
  const { body } = await request(api, 'POST', '/v1/providers', { ...compatible, name: 'plain' });
  expect(body).toMatchObject({ headers: {}, extra_body: {}, dialect: {}, time_limits: DEFAULT_LIMITS });
});

test('[model:time:each-limit-settable] time limits are stored, changed one by one, put back by null, and shown for provider and models', async () => {
  const [model] = compatible.models;
  const registered = await request(api, 'POST', '/v1/providers', {
    ...compatible,
    name: 'timed',
    models: [model, { ...model, id: 'slow', time_limits: { first_token_s: 7_200 } }],
    time_limits: { connect_s: 30, total_s: 10_800 },
  });
  expect(registered.status).toBe(201);
  expect(registered.body.time_limits).toEqual({ ...DEFAULT_LIMITS, connect_s: 30, total_s: 10_800 });
  const { body: models } = await request(api, 'GET', '/v1/models?limit=100');
  const shown = models.data.filter(({ provider }: { provider: string }) => provider === 'timed');
  expect(shown.map((each: { time_limits: object }) => each.time_limits)).toEqual([
    { ...DEFAULT_LIMITS, connect_s: 30, total_s: 10_800 },
    { ...DEFAULT_LIMITS, connect_s: 30, first_token_s: 7_200, total_s: 10_800 },
  ]);

  const patch = (time_limits: object | null) =>
    request(api, 'PATCH', `/v1/providers/${registered.body.id}`, { time_limits });
  const changed = await patch({ silence_s: 60, connect_s: null });
  expect(changed.body.time_limits).toEqual({ ...DEFAULT_LIMITS, silence_s: 60, total_s: 10_800 });
  // The model keeps its own limit, which would never be reached.
  expect((await patch(null)).body.error.param).toBe('models.1.time_limits.first_token_s');
  await request(api, 'PATCH', `/v1/providers/${registered.body.id}`, { models: compatible.models });
  expect((await patch(null)).body.time_limits).toEqual(DEFAULT_LIMITS);
});

test.each([
  [
    'a setting that no protocol of the kind has',
    { ...anthropic, dialect: { stream_usage: false } },
    'dialect.stream_usage',
    /supported are alternating_roles, prompt_cache/,
  ],
  [
    'a role that the protocol does not have',
    { provider: 'google', api_key: 'k', name: 'refused', dialect: { system_role: 'developer' } },
    'dialect.system_role',
    /can only be "user"/,
  ],
  [
    'a setting of a model',
    { ...anthropic, models: [{ id: 'claude-opus-5', dialect: { max_tokens_field: 'max_tokens' } }] },
    'models.0.dialect.max_tokens_field',
    /not supported/,
  ],
  ['an unknown setting', { ...compatible, dialect: { mood: 'sunny' } }, 'dialect.mood', /Unknown field/],
  ['a limit of no time', { ...compatible, time_limits: { connect_s: 0 } }, 'time_limits.connect_s', />=1/],
  ['a part of a second', { ...compatible, time_limits: { silence_s: 1.5 } }, 'time_limits.silence_s', /int/],
  [
    'a request of more than six hours',
    { ...compatible, time_limits: { total_s: 21_601 } },
    'time_limits.total_s',
    /<=21600/,
  ],
  ['an unknown limit', { ...compatible, time_limits: { whole_s: 60 } }, 'time_limits.whole_s', /Unknown field/],
  [
    'a limit that is never reached',
    { ...compatible, time_limits: { first_token_s: 900, total_s: 600 } },
    'time_limits.first_token_s',
    /must not exceed total_s, which is 600 s/,
  ],
  [
    'a limit of a model that is never reached',
    {
      ...compatible,
      models: [{ ...compatible.models[0], time_limits: { silence_s: 900 } }],
      time_limits: { total_s: 600 },
    },
    'models.0.time_limits.silence_s',
    /must not exceed total_s/,
  ],
  ['an unknown option', { ...compatible, retries: 3 }, 'retries', /Unknown field/],
  [
    'an unknown option of a model',
    { ...compatible, models: [{ ...compatible.models[0], mood: 'sunny' }] },
    'models.0.mood',
    /Unknown field/,
  ],
  ['a header of the key', { ...compatible, headers: { Authorization: 'Basic x' } }, 'headers.Authorization', /api_key/],
  [
    'a header of the connection',
    { ...compatible, headers: { 'transfer-encoding': 'chunked' } },
    'headers.transfer-encoding',
    /service/,
  ],
  ['a header with a line break', { ...compatible, headers: { 'x-team': 'a\r\nhost: b' } }, 'headers.x-team', /ASCII/],
  ['a header twice', { ...compatible, headers: { 'x-team': 'a', 'X-Team': 'b' } }, 'headers.X-Team', /twice/],
  ['a field that the service makes', { ...compatible, extra_body: { messages: [] } }, 'extra_body.messages', /service/],
  ['a field that changes the price', { ...compatible, extra_body: { n: 4 } }, 'extra_body.n', /costs/],
  [
    'a bound of the answer',
    { provider: 'google', api_key: 'k', name: 'refused', extra_body: { generationConfig: { maxOutputTokens: 9 } } },
    'extra_body.generationConfig.maxOutputTokens',
    /service/,
  ],
  ['too much', { ...compatible, extra_body: { note: 'x'.repeat(17_000) } }, 'extra_body', /16384 bytes/],
])('[request:dialect:nothing-ignored] %s is refused', async (_, body, param, words) => {
  for (const path of ['/v1/providers', '/v1/providers/test']) {
    const answer = await request(api, 'POST', path, body);
    expect([answer.status, answer.body.error.param]).toEqual([400, param]);
    expect(answer.body.error.message).toMatch(words);
  }
});

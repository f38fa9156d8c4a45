import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { checkInvariants } from '../../support/invariants.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let agentId: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const TWO = [
  { id: 'one', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
  { id: 'two', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
];

type ScriptedAttempt = Extract<ScriptInput, { turns: unknown }>['turns'][number][number];

const run = async (models: readonly string[]) => {
  const started = await stack.api.run(agentId, { message: 'Go.', models });
  await started.ended();
  return started;
};

/** The health of the provider, and of each of its models. */
async function healthOf({ name }: ScriptedProvider): Promise<string[]> {
  type Listed = { data: { name?: string; provider: string; health: { state: string } }[] };
  const providers = await stack.api.call<Listed>('GET', '/v1/providers?limit=100');
  const models = await stack.api.call<Listed>('GET', '/v1/models?limit=100');
  return [
    ...providers.data.filter((each) => each.name === name),
    ...models.data.filter(({ provider }) => provider === name),
  ].map(({ health }) => health.state);
}

const BAD: readonly (readonly [string, ScriptedAttempt, string])[] = [
  ['a 401', { status: 401, errorMessage: 'wrong key' }, 'model.unauthorized'],
  ['a 403 that names no model', { status: 403, errorMessage: 'not from your country' }, 'model.unauthorized'],
  ['a 402', { status: 402, errorMessage: 'Insufficient credits' }, 'model.quota_exhausted'],
];

test.each(BAD)(
  '[model:outage:of-the-key-all-models] %s puts out every model of the key, and those of other providers answer',
  async (_, attempt, type) => {
    const bad = await stack.script({ turns: [[attempt, { text: 'Mended.' }]] }, { models: TWO });
    const first = await run(bad.models);
    expect(await first.ended()).toMatchObject({ reason: 'error', error: { message: expect.stringContaining(type) } });
    expect(await healthOf(bad)).toEqual(['down', 'down', 'down']);
    // Nothing more is asked with this key, and another session is told which model had met it.
    const next = await run(bad.models);
    expect(await next.ended()).toMatchObject({ error: { model: first.ofType('br.model_selected')[0]?.model } });
    expect((await bad.report()).seen).toBe(1);

    const other = await stack.script({ turns: [[{ text: 'From elsewhere.' }]] });
    const answered = await run([...bad.models, ...other.models]);
    expect(answered.ofType('br.model_selected').map(({ provider }) => provider)).toEqual([other.name]);

    await stack.api.call('PATCH', `/v1/providers/${bad.id}`, { api_key: 'sk-another-key-for-it' });
    expect(await healthOf(bad)).toEqual(['up', 'up', 'up']);
    expect((await (await run(bad.models)).ended()).reason).toBe('completed');
  },
);

test('[model:outage:of-the-key-all-models] a 403 that names its model puts out this model alone', async () => {
  const refused = { status: 403, errorMessage: 'Your plan does not include this model' };
  const script = await stack.script({ turns: [[refused, { text: 'By the other.' }]] }, { models: TWO });
  const answered = await run(script.models);
  expect((await answered.ended()).reason).toBe('completed');
  expect(await healthOf(script)).toEqual(expect.arrayContaining(['degraded', 'down', 'up']));
});

test('[model:outage:of-the-key-all-models] [provider:key:opens-at-once] a test that passes brings all models of the key back', async () => {
  const script = await stack.script(
    { turns: [[{ status: 401 }, { text: 'ok', usage: null }, { text: 'Answered.' }]] },
    { models: TWO },
  );
  await run(script.models);
  expect(await healthOf(script)).toEqual(['down', 'down', 'down']);
  expect(await stack.api.call('POST', `/v1/providers/${script.id}/test`)).toMatchObject({ ok: true });
  expect(await healthOf(script)).toEqual(['up', 'up', 'up']);
  expect((await (await run(script.models)).ended()).reason).toBe('completed');
});

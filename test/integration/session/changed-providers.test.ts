import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { attemptStates } from '../../support/attempt-states.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

let stack: TestStack;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** Connects a provider that is out for some seconds, so that another one is chosen first. */
async function connectedButOut(script: ScriptInput): Promise<ScriptedProvider> {
  const provider = await stack.script(script);
  await stack.db.serviceTransaction((tx) =>
    tx.query(
      'put-out-for-a-moment',
      `INSERT INTO circuit (tenant_id, provider, model, failures, open_until, last_type)
       SELECT tenant_id, name, 'scripted-1', 1, now() + interval '5 seconds', 'model.overloaded' FROM provider WHERE id = $1`,
      [provider.id],
    ),
  );
  return provider;
}

const remove = ({ id }: ScriptedProvider) => stack.api.call('DELETE', `/v1/providers/${id}`);
const changeKey = ({ id }: ScriptedProvider) =>
  stack.api.call('PATCH', `/v1/providers/${id}`, { api_key: 'sk-another-key-for-it' });

async function healthOf({ name }: ScriptedProvider): Promise<string | undefined> {
  type Listed = { data: { name: string; health: { state: string } }[] };
  const { data } = await stack.api.call<Listed>('GET', '/v1/providers?limit=100');
  return data.find((each) => each.name === name)?.health.state;
}

test('[provider:change:requests-under-way] the answer of a provider that is deleted meanwhile is stored and paid for, and the next turn asks another one', async () => {
  const gone = await stack.script({ turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]] });
  const other = await connectedButOut({ turns: [[{ text: 'Never asked.' }], [{ text: 'By the other.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: [...gone.models, ...other.models] });
  await gone.waitForRequests(1);
  await remove(gone);
  await gone.release('go');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_use')).toHaveLength(1);
  expect(run.ofType('br.model_selected').map(({ provider }) => provider)).toEqual([gone.name, other.name]);
  expect(await attemptStates(stack, run.sessionId)).toEqual(['settled', 'settled']);
});

test('[provider:change:requests-under-way] a session that waits for its provider ends at once when it is deleted, and says how to connect one', async () => {
  const script = await stack.script({ turns: [[{ status: 429, retryAfter: '240' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1, { closed: true });
  await remove(script);
  expect(await run.ended(10_000)).toMatchObject({
    reason: 'error',
    error: { code: 'no_provider', message: expect.stringContaining('POST /v1/providers') },
  });
});

test('[provider:change:requests-under-way] [provider:key:opens-at-once] a session that waits for its provider goes on at once when it is deleted and connected anew', async () => {
  const script = await stack.script({ turns: [[{ status: 429, retryAfter: '240' }, { text: 'Connected anew.' }]] });
  const other = await stack.script({ turns: [[{ status: 429, retryAfter: '240' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: [...script.models, ...other.models] });
  await script.waitForRequests(1, { closed: true });
  await other.waitForRequests(1, { closed: true });
  await remove(script);
  await stack.api.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name: script.name,
    base_url: stack.scripts.baseUrl(script.name, 'openai-chat'),
    models: [{ id: 'scripted-1', input_usd_per_mtok: 1, output_usd_per_mtok: 4 }],
  });
  expect((await run.ended(10_000)).reason).toBe('completed');
  expect(run.ofType('agent.message')).toMatchObject([{ text: 'Connected anew.' }]);
});

test('[provider:change:requests-under-way] a model that is deleted between its selection and its request is not asked, and costs nothing', async () => {
  const gone = await stack.script({ turns: [[{ text: 'Never asked.' }]] });
  const other = await connectedButOut({ turns: [[{ text: 'By the other.' }]] });
  await stack.workerReady();
  // The worker that takes over finds the selection, and the provider deleted.
  stack.killWorkerAt('reservation.after');
  const run = await stack.api.run(agentId, { message: 'Go.', models: [...gone.models, ...other.models] });
  await run.waitForType('br.model_selected');
  await remove(gone);
  expect((await run.ended(60_000)).reason).toBe('completed');
  expect(run.ofType('br.model_selected')[1]?.failed).toMatchObject({ type: 'model.disconnected' });
  expect((await gone.report()).seen).toBe(0);
  expect(await attemptStates(stack, run.sessionId)).toEqual(['released', 'settled']);
});

test('[provider:change:requests-under-way] a request with the old key that is refused behind the change is made again with the new key, in the same turn', async () => {
  const script = await stack.script({
    turns: [[{ status: 401, errorMessage: 'wrong key', holdUntil: 'go' }, { text: 'With the new key.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await changeKey(script);
  await script.release('go');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('br.model_selected')[1]?.failed).toMatchObject({ type: 'model.unauthorized' });
  expect(await healthOf(script)).toBe('up');
});

test('[provider:change:requests-under-way] an answer to the old key does not forgive what failed with the new one', async () => {
  const script = await stack.script({
    turns: [
      [
        { text: 'With the old key.', holdUntil: 'go' },
        { status: 401, errorMessage: 'wrong key' },
      ],
    ],
  });
  const first = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await changeKey(script);
  const second = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect((await second.ended()).reason).toBe('error');
  await script.release('go');
  expect((await first.ended()).reason).toBe('completed');
  expect(await healthOf(script)).toBe('down');
});

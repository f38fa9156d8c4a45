import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { turnDecisionSchema } from '../../../contract/runs.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** 1,000 tokens are 0.001 USD. */
const CHEAP = [{ id: 'cheap', inputUsdPerMtok: 0, outputUsdPerMtok: 1 }];
const CALL = { toolCalls: [LIST], usage: { outputTokens: 1_000 } };
const ANSWERS: ScriptInput = { turns: [[{ text: 'First.' }], [{ text: 'Done.' }]], repeatLastAttempt: true };

/** A tenant of its own, because a run may use every model of its tenant, and a dear model that the runs name. */
async function tenant(dear: ScriptInput = { turns: [[CALL], [{ text: 'Never asked.' }]] }) {
  const client = await stack.newTenant();
  const agentId = `agent-${randomBytes(4).toString('hex')}`;
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: agentId, on_budget: 'downgrade' });
  const script = await stack.script(dear, { models: DEAR, client });
  const start = (body: object = {}) =>
    client.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 0.5, ...body });
  const decision = async (sessionId: string, turn: number) =>
    turnDecisionSchema.parse(await client.call('GET', `/v1/sessions/${sessionId}/turns/${turn}/decision`));
  return { client, agentId, script, start, decision };
}

test('[budget:downgrade:cheaper-ways-in-order] [I4] a run that can not pay its own model goes on with a cheaper one of the tenant, and says what it could not afford', async () => {
  const { client, script, start, decision } = await tenant();
  const cheap = await stack.script(ANSWERS, { models: CHEAP, client });
  const run = await start();
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  const budget = { account: 'run', spentUsd: 0.4, capUsd: 0.5, neededUsd: 0.1024 };
  expect(run.ofType('br.model_selected')).toMatchObject([
    { turnIndex: 0, reason: 'only_candidate', provider: script.name },
    {
      turnIndex: 1,
      reason: 'downgrade',
      provider: cheap.name,
      model: 'cheap',
      budget,
      propensity: 1,
      candidates: [
        { model: 'dear', eligible: false, why: 'worst_case_exceeds_budget' },
        { model: 'cheap', eligible: true },
      ],
    },
  ]);
  expect(await decision(run.sessionId, 1)).toMatchObject({
    selections: [{ reason: 'downgrade', provider: cheap.name }],
    unserved: [{ provider: script.name, eligible: false, least_cost_usd: 0.1024 }],
  });
  expect((await script.report()).seen).toBe(1);
  // The lesson is about the model that answered.
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ provider: string; samples: bigint }>(
      'samples-by-provider',
      'SELECT provider, sum(samples)::bigint AS samples FROM posterior WHERE provider = ANY($1) GROUP BY provider',
      [[script.name, cheap.name]],
    ),
  );
  expect(new Map(rows.map(({ provider, samples }) => [provider, samples]))).toEqual(
    new Map([
      [script.name, 1n],
      [cheap.name, 1n],
    ]),
  );
});

test('[budget:downgrade:cheaper-ways-in-order] a run gives its own model less to read before it takes another one', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'reader' });
  const long = 'k7x9 '.repeat(3_000);
  const script = await stack.script(
    // The second prompt has no answer in it, so the script takes it for the first turn again.
    { turns: [[{ text: long, toolCalls: [LIST] }, { text: 'Done.' }]] },
    { models: [{ id: 'reads', inputUsdPerMtok: 100, outputUsdPerMtok: 0 }], client },
  );
  const other = await stack.script(ANSWERS, { models: CHEAP, client });
  const body = {
    message: 'What do kites need?',
    models: script.models,
    tools: ['workspace_list'],
    budget_cap_usd: 1.2,
  };
  const run = await client.run('reader', { ...body, on_budget: 'downgrade' });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(run.ofType('br.model_selected').map(({ reason, provider }) => [reason, provider])).toEqual([
    ['only_candidate', script.name],
    ['downgrade', script.name],
  ]);
  const sent = (await script.report()).requests.map(({ body: sentBody }) => JSON.stringify(sentBody));
  expect(sent).toHaveLength(2);
  expect(sent[1]).toContain('What do kites need?');
  expect(sent[1]).not.toContain('k7x9 k7x9');
  expect((await other.report()).seen).toBe(0);
});

test('[budget:downgrade:ends-like-stop] a run that has no cheaper way ends as budget_exhausted', async () => {
  const { start } = await tenant();
  const run = await start();
  const budget = { account: 'run', spentUsd: 0.4, capUsd: 0.5, neededUsd: 0.1024 };
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1, budget });
});

test('[budget:downgrade:cheaper-ways-in-order] a model that costs nothing serves a run that has spent its cap to the last cent', async () => {
  const { client, start } = await tenant({ turns: [[{ ...CALL, usage: { outputTokens: 1_250 } }], [CALL]] });
  await stack.script(ANSWERS, { models: [{ id: 'local', inputUsdPerMtok: 0, outputUsdPerMtok: 0 }], client });
  const run = await start();
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2, totalCostUsd: 0.5 });
  expect(run.ofType('br.model_selected')[1]).toMatchObject({ reason: 'downgrade', model: 'local' });
});

test('[budget:downgrade:cheaper-ways-in-order] a cheaper model continues an answer that money cut short', async () => {
  // 1,250 tokens are paid for. One of them is left, for four hundred of the cheap model.
  const cut = { text: 'Kites need wind, a', finish: 'length', usage: { outputTokens: 1_249 } } as const;
  const { client, start } = await tenant({ turns: [[cut]] });
  const cheap = await stack.script(ANSWERS, { models: CHEAP, client });
  const run = await start();
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(run.ofType('agent.message')).toMatchObject([{ cutForBudget: true }, { text: 'Done.' }]);
  const { requests } = await cheap.report();
  expect(JSON.stringify(requests[0]?.body)).toContain('Continue it exactly');
});

test('[run:money:refused-without-one-turn] a run that downgrades is accepted when any model of the tenant can serve its first turn', async () => {
  const { client, agentId, script, start } = await tenant();
  const refused = await client.request('POST', `/v1/agents/${agentId}/run`, {
    message: 'Go.',
    models: script.models,
    budget_cap_usd: 0.05,
  });
  expect(refused).toMatchObject({ status: 402, body: { error: { code: 'budget_exhausted' } } });
  await stack.script(ANSWERS, { models: CHEAP, client });
  const run = await start({ budget_cap_usd: 0.05 });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 1 });
  expect(run.ofType('br.model_selected')).toMatchObject([{ reason: 'downgrade', model: 'cheap' }]);
});

test('[budget:downgrade:cheaper-ways-in-order] a cheaper model that fails is followed by another, and the log says both', async () => {
  const { client, start } = await tenant();
  const failing = { turns: [[{ status: 400 }], [{ status: 400 }]], repeatLastAttempt: true };
  await stack.script(failing, { models: CHEAP, client });
  await stack.script(ANSWERS, { models: [{ id: 'cheap-too', inputUsdPerMtok: 0, outputUsdPerMtok: 2 }], client });
  const run = await start();
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  const selected = run.ofType('br.model_selected').slice(1);
  expect(selected.at(-1)).toMatchObject({ reason: 'downgrade', model: 'cheap-too' });
  if (selected.length > 1) expect(selected[1]).toMatchObject({ failed: { model: 'cheap', type: 'model.rejected' } });
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { turnDecisionSchema } from '../../../contract/runs.ts';
import { untilTimerStarted } from '../../support/held-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** 1,000 tokens as the simulated provider counts them. */
const ANSWER = 'x'.repeat(4_000);

test('[I4] [budget:cap:run-and-agent-day-hold] thirty sessions at once never spend more than the agent’s daily cap', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 5 });
  const script = await stack.script({ turns: [[{ text: ANSWER }]], repeatLastAttempt: true }, { models: DEAR });
  const runs = await Promise.all(
    Array.from({ length: 30 }, () => stack.api.run(agentId, { message: 'Go.', models: script.models })),
  );
  const ends = await Promise.all(runs.map((run) => run.ended(90_000)));
  expect(new Set(ends.map((end) => end.reason))).toEqual(new Set(['completed', 'budget_exhausted']));
  // How many answers are cut depends on what others have reserved at that moment. What an answer costs does not.
  for (const { reason, totalCostUsd } of ends) {
    if (reason === 'completed') expect(totalCostUsd).toBe(0.4);
    else expect(totalCostUsd).toBeLessThan(0.4);
  }
  // An exhausted budget is spent and not merely reserved: less than the cost of the shortest answer is left.
  const totalNano = ends.reduce((sum, end) => sum + Math.round(end.totalCostUsd * 1e9), 0);
  expect(totalNano).toBeLessThanOrEqual(5e9);
  expect(totalNano).toBeGreaterThan(5e9 - 0.1024e9);
  expect(stack.budgets.samples).toBeGreaterThan(0);
}, 120_000);

test('[I4] [budget:cap:run-and-agent-day-hold] a session waits for money that another one has reserved, and goes on when it is released', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 1.7 });
  const holding = await stack.script({ turns: [[{ text: ANSWER, holdUntil: 'go' }]] }, { models: DEAR });
  const waiting = await stack.script({ turns: [[{ text: ANSWER }]] }, { models: DEAR });
  const first = await stack.api.run(agentId, { message: 'Hold.', models: holding.models });
  await holding.waitForRequests(1);
  const second = await stack.api.run(agentId, { message: 'Wait.', models: waiting.models });
  await untilTimerStarted(stack, second.sessionId);
  expect((await waiting.report()).seen).toBe(0);
  await holding.release('go');
  expect((await first.ended()).reason).toBe('completed');
  expect((await second.ended()).reason).toBe('completed');
});

test('[I4] [money:reservation:tight] a run that goes to the end of its money spends at least 90 % of its cap', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    { turns: Array.from({ length: 200 }, () => [{ text: 'A step. '.repeat(40), toolCalls: [LIST] }]) },
    { models: [{ id: 'priced', inputUsdPerMtok: 3, outputUsdPerMtok: 15 }] },
  );
  const capUsd = 0.3;
  const run = await stack.api.run(agentId, {
    message: 'Go.',
    models: script.models,
    budget_cap_usd: capUsd,
    max_turns: 200,
  });
  const ended = await run.ended(60_000);
  expect(ended).toMatchObject({ reason: 'budget_exhausted' });
  expect(ended.totalCostUsd).toBeGreaterThanOrEqual(0.9 * capUsd);
  expect(ended.totalCostUsd).toBeLessThanOrEqual(capUsd);
  const bounds = await Promise.all(
    [0, 5].map(async (turn) => {
      const answer = await stack.api.request(
        'GET',
        `/v1/agents/${agentId}/sessions/${run.sessionId}/turns/${turn}/decision`,
      );
      return turnDecisionSchema.parse(answer.body).selections[0]?.candidates[0]?.input_bound?.by;
    }),
  );
  expect(bounds).toEqual(['bytes', 'reported']);
}, 90_000);

test('[budget:end:says-what-was-needed] [budget:warning:once-per-threshold] a run that is out of money was warned, and says which account it was, what the next request would have needed, and what stood against each model', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 100 });
  const script = await stack.script(
    { turns: [[{ text: 'x', toolCalls: [LIST], usage: { outputTokens: 1_000 } }], [{ text: 'Never asked.' }]] },
    { models: DEAR },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 0.5 });
  const budget = { account: 'run', spentUsd: 0.4, capUsd: 0.5, neededUsd: 0.1024 };
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1, budget });
  expect(run.ofType('br.budget_warning')).toMatchObject([
    { scope: 'run', threshold: 80 },
    { scope: 'run', threshold: 90, spentUsd: 0.4, neededUsd: 0.1024 },
    { scope: 'run', threshold: 95, spentUsd: 0.4, neededUsd: 0.1024 },
  ]);
  const path = `/v1/agents/${agentId}/sessions/${run.sessionId}`;
  expect(await stack.api.request('GET', path)).toMatchObject({ status: 200, body: { budget } });
  expect(await stack.api.request('GET', `${path}/turns/1/decision`)).toMatchObject({
    status: 200,
    body: {
      selections: [],
      unserved: [{ model: 'dear', eligible: false, why: 'worst_case_exceeds_budget', least_cost_usd: 0.1024 }],
    },
  });
});

test('[budget:end:says-what-was-needed] a run that the daily cap of its agent ends says so', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 0.5 });
  const script = await stack.script(
    { turns: [[{ text: 'x', toolCalls: [LIST], usage: { outputTokens: 1_000 } }], [{ text: 'Never asked.' }]] },
    { models: DEAR },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 5 });
  const budget = { account: 'agent_day', spentUsd: 0.4, capUsd: 0.5, neededUsd: 0.1024 };
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', budget });
  expect(run.ofType('br.budget_warning').map(({ scope, threshold }) => [scope, threshold])).toEqual([
    ['agent_day', 80],
    ['agent_day', 90],
    ['agent_day', 95],
  ]);
});

test('[I4] usage above the bound of a request is recorded as reported, and the run stops spending', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    {
      turns: [[{ toolCalls: [LIST], usage: { outputTokens: 10_000 } }], [{ text: 'Never asked.' }]],
    },
    { models: DEAR },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 3 });
  expect(await run.ended()).toMatchObject({
    reason: 'budget_exhausted',
    totalTurns: 1,
    totalCostUsd: 4,
    budget: { account: 'run', spentUsd: 4, capUsd: 3, excessUsd: 2.3616 },
  });
  const [account] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ spent: bigint; excess: bigint }>(
      'account-of-excess',
      'SELECT spent_nano AS spent, excess_nano AS excess FROM budget_account WHERE account = $1',
      [`run:${run.sessionId}`],
    ),
  );
  expect(account).toEqual({ spent: 1_638_400_000n, excess: 2_361_600_000n });
  expect((await script.report()).seen).toBe(1);
});

test('[I4] [budget:cap:run-and-agent-day-hold] a charge above the bound of a request ends the run, and counts against the daily cap of the agent', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 3 });
  const script = await stack.script(
    { turns: [[{ text: 'Finished.', usage: { outputTokens: 10_000 } }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const other = await stack.script(
    { turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]] },
    { models: [{ id: 'cheap', inputUsdPerMtok: 0, outputUsdPerMtok: 1 }] },
  );
  const beside = await stack.api.run(agentId, { message: 'Go.', models: other.models });
  await other.waitForRequests(1);
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalCostUsd: 4 });
  expect(run.ofType('br.budget_warning').map((warning) => warning.threshold)).toEqual([80, 90, 95]);

  const refused = await stack.api.request('POST', `/v1/agents/${agentId}/run`, { message: 'More.' });
  expect(refused).toMatchObject({ status: 402, body: { error: { code: 'budget_exhausted' } } });
  await other.release('go');
  expect((await beside.ended()).reason).toBe('budget_exhausted');
  expect((await other.report()).seen).toBe(1);
});

test('[I3] [answer:usage:estimated-where-none-is-reported] an answer without usage counts at the most that it can have cost, far below its reservation', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Short.', usage: null }]] }, { models: DEAR });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  const { totalCostUsd } = await run.ended();
  expect(totalCostUsd).toBeGreaterThan(0);
  expect(totalCostUsd).toBeLessThan(0.1);
  const [message] = run.ofType('agent.message');
  expect(message).toMatchObject({ costIsUpperBound: true, costUsd: totalCostUsd, usage: { estimated: true } });
  expect(message?.usage.inputTokens).toBeGreaterThan(0);
  expect(message?.usage.outputTokens).toBeGreaterThan(0);
});

test('[budget:warning:once-per-threshold] the daily cap warns once a day, in the session that passes the threshold', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 4 });
  const script = await stack.script(
    { turns: [[{ text: 'a', usage: { outputTokens: 4_000 } }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const warnings: [string, number][] = [];
  for (const message of ['One.', 'Two.']) {
    const run = await stack.api.run(agentId, { message, models: script.models });
    await run.ended();
    warnings.push(...run.ofType('br.budget_warning').map((each): [string, number] => [each.scope, each.threshold]));
  }
  expect(warnings).toEqual([['agent_day', 80]]);
});

test('[budget:warning:once-per-threshold] the daily cap warns once, also if two sessions pass the threshold at the same moment', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 3.9 });
  const script = await stack.script(
    { turns: [[{ text: 'a' }, { text: 'b', usage: { outputTokens: 4_000 } }]], repeatLastAttempt: true },
    { models: DEAR },
  );
  const start = () => stack.api.run(agentId, { message: 'Go.', models: script.models });
  // The posterior is locked until both sessions have read which warnings were given.
  await (await start()).ended();
  const runs = await stack.db.serviceTransaction(async (tx) => {
    await tx.query('hold-posterior', 'SELECT 1 FROM posterior WHERE provider = $1 FOR UPDATE', [script.name]);
    const started = await Promise.all([start(), start()]);
    await until('both to wait', async () => (await waitingFor('posterior')) === 2);
    return started;
  });
  for (const run of runs) await run.ended();
  const warnings = runs.flatMap((run) => run.ofType('br.budget_warning').map((each) => each.threshold));
  expect(warnings).toEqual([80]);
});

test('[run:money:refused-without-one-turn] [I4] a run whose cap can not hold its first turn is refused before there is a session', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Asked.' }]] }, { models: DEAR });
  const start = (budget_cap_usd: number) =>
    stack.api.request('POST', `/v1/agents/${agentId}/run`, { message: 'Go.', models: script.models, budget_cap_usd });
  expect(await start(0.1)).toMatchObject({
    status: 402,
    body: { error: { code: 'budget_exhausted', param: 'budget_cap_usd' } },
  });
  expect(await stack.api.request('GET', `/v1/agents/${agentId}/sessions`)).toMatchObject({ body: { data: [] } });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 0.1024 });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
});

test('[run:money:refused-without-one-turn] [I4] the bound of the first turn counts its message, context and tools, and takes the cheapest model that the run may use', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 100 });
  const script = await stack.script(
    { turns: [[{ text: 'Asked.' }]], repeatLastAttempt: true },
    {
      models: [
        { id: 'dear', inputUsdPerMtok: 1_000_000, outputUsdPerMtok: 0 },
        { id: 'cheap', inputUsdPerMtok: 1_000, outputUsdPerMtok: 0 },
      ],
    },
  );
  const dear = script.models.map((name) => name.replace('/*', '/dear'));
  const start = (body: object) => stack.api.request('POST', `/v1/agents/${agentId}/run`, { message: 'Go.', ...body });
  // A byte costs a thousandth of a dollar on one, a dollar on the other. The frame of a request alone is 1,024 bytes.
  expect(await start({ models: script.models, budget_cap_usd: 1 })).toMatchObject({ status: 402 });
  expect(await start({ models: dear })).toMatchObject({ status: 402, body: { error: { code: 'budget_exhausted' } } });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 50 });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
  const { body } = await stack.api.request('GET', `/v1/sessions/${run.sessionId}/turns/0/decision`);
  const needs = turnDecisionSchema.parse(body).selections[0]?.candidates.map((each) => each.least_cost_usd ?? 0) ?? [];
  const neededUsd = Math.min(...needs);
  expect(await start({ models: script.models, budget_cap_usd: neededUsd - 0.001 })).toMatchObject({ status: 402 });
  const enough = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: neededUsd });
  expect(await enough.ended()).toMatchObject({ reason: 'completed' });
});

test('[I4] [budget:cap:run-and-agent-day-hold] a daily cap that is lowered in mid-run stops the next reservation, and spends nothing more', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 10 });
  const script = await stack.script(
    { turns: [[{ toolCalls: [LIST], text: ANSWER, holdUntil: 'go' }], [{ text: 'Never asked.' }]] },
    { models: DEAR },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 0.3 });
  await script.release('go');
  expect((await run.ended()).reason).toBe('budget_exhausted');
  expect((await script.report()).seen).toBe(1);
});

test('[budget:cap:run-and-agent-day-hold] a raised daily cap holds for the next run of the day', async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 0.05 });
  const script = await stack.script({ turns: [[{ text: ANSWER }]], repeatLastAttempt: true }, { models: DEAR });
  const refused = await stack.api.request('POST', `/v1/agents/${agentId}/run`, {
    message: 'Go.',
    models: script.models,
  });
  expect(refused).toMatchObject({ status: 402, body: { error: { code: 'budget_exhausted' } } });
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 5 });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect((await run.ended()).reason).toBe('completed');
});

test('[I9] [model:routing:learns-once-a-turn] everything that sessions of one agent learn at the same time is counted', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'learner' });
  const script = await stack.script(
    { turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]], repeatLastAttempt: true },
    { client },
  );
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => client.run('learner', { message: 'Go.', models: script.models })),
  );
  for (const run of runs) expect((await run.ended()).reason).toBe('completed');
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ samples: bigint }>(
      'samples-of-arm',
      'SELECT sum(samples)::bigint AS samples FROM posterior WHERE provider = $1',
      [script.name],
    ),
  );
  expect(rows).toEqual([{ samples: 20n }]);
});

/** The number of connections whose statement reads the table and waits for a lock. */
async function waitingFor(table: string): Promise<number> {
  const [row] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ n: number }>(
      'statements-that-wait',
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM ' || $1 || '%'`,
      [table],
    ),
  );
  return row?.n ?? 0;
}

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EventWatch } from '../../support/event-watch.ts';
import { untilTimerStarted } from '../../support/held-sessions.ts';
import { holdTable } from '../../support/held-table.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { readHistory, signalsIn } from '../../support/temporal-history.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const CALL = { toolCalls: [LIST], usage: { outputTokens: 1_000 } };
const TURNS = { turns: [[{ ...CALL, holdUntil: 'go' }], [{ text: 'Done.' }]], repeatLastAttempt: true };

const statusesOf = (run: EventWatch) =>
  run.events.flatMap(({ type }) => (type.startsWith('session.status_') ? [type.slice(15)] : []));

/** Runs whose first answer is held back, so that a test can let them come to the end of their money when it is ready. */
async function running(count: number, body: object, agent: object = {}) {
  const agentId = await stack.newAgent(agent);
  const script = await stack.script(TURNS, { models: DEAR });
  const settings = { message: 'Go.', models: script.models, on_budget: 'ask', ...body };
  const runs = await Promise.all(Array.from({ length: count }, () => stack.api.run(agentId, settings)));
  await script.waitForRequests(count);
  return { agentId, script, runs };
}

test('[budget:ask:raise-is-never-lost] [I1] a cap that is raised while its session goes idle for money is not lost', async () => {
  // A tenant has as many turns at once beside others.
  const { script, runs } = await running(2, { budget_cap_usd: 0.5 });
  // The selections stand still with the locks of their sessions, and the raises wait for these locks.
  const table = await holdTable(stack.db, 'provider');
  await script.release('go');
  await table.blocked(2);
  const raises = runs.map((run) => stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 }));
  await table.rowsAwaited(2);
  await table.release();
  await Promise.all(raises);
  for (const run of runs) expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
});

test("[budget:ask:raise-is-never-lost] [I1] a limit of the agent's day that is raised after a selection has read it, and before it has gone idle, is not lost", async () => {
  const { agentId, script, runs } = await running(1, { budget_cap_usd: 5 }, { budget_daily_usd: 0.5 });
  const table = await holdTable(stack.db, 'provider');
  await script.release('go');
  await table.blocked(1);
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 5 });
  await table.release();
  for (const run of runs) {
    expect(await run.ended(3_000)).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(statusesOf(run)).toEqual(['running', 'idle', 'running', 'ended']);
  }
});

test('[budget:ask:raise-is-never-lost] [I6] money that nobody told the session of is found by itself', async () => {
  const { script, runs } = await running(1, { budget_cap_usd: 0.5 });
  await script.release('go');
  for (const run of runs) {
    await run.waitForType('session.status_idle');
    await stack.db.serviceTransaction((tx) =>
      tx.query('raise-unseen', 'UPDATE budget_account SET cap_nano = 5e9, ceiling_nano = 5e9 WHERE account = $1', [
        `run:${run.sessionId}`,
      ]),
    );
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(await signalsIn(stack.temporal, run.sessionId)).toBe(1);
  }
});

test('[budget:ask:costs-nothing-while-idle] messages to a session that is idle for money, and time that passes, add nothing to its history', async () => {
  const { agentId, script, runs } = await running(1, { budget_cap_usd: 0.5 });
  await script.release('go');
  for (const run of runs) {
    await untilTimerStarted(stack, run.sessionId);
    // Another session is found by the same looks of bridge and idle watch, so they will have been at this one as well. Its
    // provider is connected first, because that wakes all sessions that wait: the new one may be cheaper.
    const other = await running(1, { budget_cap_usd: 0.5 });
    const before = (await readHistory(stack.temporal, run.sessionId)).events;
    for (const text of ['One.', 'Two.', 'Three.']) {
      await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
    }
    await other.script.release('go');
    await other.runs[0]?.waitForType('session.status_idle');
    await stack.db.serviceTransaction((tx) =>
      tx.query('raise-unseen', 'UPDATE budget_account SET cap_nano = 5e9, ceiling_nano = 5e9 WHERE account = $1', [
        `run:${other.runs[0]?.sessionId}`,
      ]),
    );
    await other.runs[0]?.ended();
    expect((await readHistory(stack.temporal, run.sessionId)).events).toBe(before);
    expect(statusesOf(run)).toEqual(['running', 'idle']);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    expect(await run.ended()).toMatchObject({ reason: 'interrupted', undelivered: 3 });
  }
});

test('[budget:ask:raise-is-never-lost] a raise of the limit of the day wakes all sessions of the agent that wait for it', async () => {
  const { agentId, script, runs } = await running(3, {}, { budget_daily_usd: 5 });
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 1.2 });
  await script.release('go');
  for (const run of runs) await run.waitForType('session.status_idle');
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 9 });
  for (const run of runs) expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
});

test('[budget:ask:costs-nothing-while-idle] of many sessions that wait for the same money, as many are woken as it pays for, the oldest first', async () => {
  const { agentId, script, runs } = await running(3, {}, { budget_daily_usd: 5 });
  await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 1.2 });
  await script.release('go');
  for (const run of runs) await run.waitForType('session.status_idle');
  // Each needs 0.1024 USD, and gives an answer that costs nothing: what one has reserved, the next one can have.
  await stack.db.serviceTransaction((tx) =>
    tx.query(
      'raise-day-unseen',
      'UPDATE budget_account SET cap_nano = 1.31e9, ceiling_nano = 1.31e9 WHERE account LIKE $1',
      [`day:${agentId}:%`],
    ),
  );
  for (const run of runs) expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  const signals = await Promise.all(runs.map((run) => signalsIn(stack.temporal, run.sessionId)));
  expect(signals).toEqual([1, 1, 1]);
});

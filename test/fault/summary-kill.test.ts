import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { SUMMARY_SELECTION } from '../../db/queries/model-attempt.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const FILLER = 'We looked at one more page and found nothing new on it. '.repeat(160);
const TURNS = 30;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const attemptsOf = (sessionId: string) =>
  stack.db.serviceTransaction((tx) =>
    tx.query<{ turn: number; state: string; charged: bigint; reserved: bigint }>(
      'summary-attempts',
      `SELECT turn, state, charged_nano AS charged, reserved_nano AS reserved FROM model_attempt
        WHERE session_id = $1 AND selection = $2 ORDER BY turn, attempt`,
      [sessionId, SUMMARY_SELECTION],
    ),
  );

test('[context:compaction:settled-after-the-end] [I3] [I6] a worker killed with the late answer of a summary in hand leaves the request at its reservation, and nobody asks again', async () => {
  const agentId = await stack.newAgent();
  const toolCalls = [{ name: 'workspace_list', args: {} }];
  const turns = Array.from({ length: TURNS }, () => [{ text: FILLER, toolCalls }]);
  const script = await stack.script(
    { turns, repeatLastAttempt: true, summary: { text: 'Too late.', holdUntil: 'late' } },
    { models: [{ id: 'small', inputUsdPerMtok: 1, outputUsdPerMtok: 4, contextWindow: 32_000 }] },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: TURNS });
  expect(await run.ended(60_000)).toMatchObject({ reason: 'max_turns' });
  const { requests } = await script.report();
  stack.killWorkerAt('summary_answered.after');
  await script.release('late');
  await until('the worker to be killed', async () => stack.faultHappened());
  await stack.workerReady();
  const [attempt] = await attemptsOf(run.sessionId);
  expect(attempt).toMatchObject({ state: 'unknown', charged: attempt?.reserved });
  expect((await script.report()).requests).toHaveLength(requests.length);
}, 90_000);

test.each<FaultPoint>(['summary_dispatched.after', 'summary_answered.after', 'summary_stored.after'])(
  '[context:compaction:never-in-the-way] [I3] [I6] a worker killed at %s ends no session, and every request for a summary is in the ledger once',
  async (point) => {
    const agentId = await stack.newAgent();
    const toolCalls = [{ name: 'workspace_list', args: {} }];
    const script = await stack.script(
      { turns: Array.from({ length: TURNS }, () => [{ text: FILLER, toolCalls }]), repeatLastAttempt: true },
      { models: [{ id: 'small', inputUsdPerMtok: 1, outputUsdPerMtok: 4, contextWindow: 32_000 }] },
    );
    stack.killWorkerAt(point);
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: TURNS });
    expect(await run.ended(60_000)).toMatchObject({ reason: 'max_turns', totalTurns: TURNS });
    expect(stack.faultHappened()).toBe(true);

    const attempts = await attemptsOf(run.sessionId);
    const stored = await stack.db.serviceTransaction((tx) =>
      tx.query<{ asked: number }>(
        'stored-summaries',
        'SELECT asked_turn AS asked FROM session_summary WHERE session_id = $1 ORDER BY asked_turn',
        [run.sessionId],
      ),
    );
    expect(attempts[0]?.state).toBe(point === 'summary_stored.after' ? 'settled' : 'unknown');
    expect(stored.length).toBeGreaterThan(0);
    // One settled request for each summary, and never two summaries for one turn.
    expect(attempts.filter(({ state }) => state === 'settled').map(({ turn }) => turn)).toEqual(
      stored.map(({ asked }) => asked),
    );
    expect(new Set(stored.map(({ asked }) => asked)).size).toBe(stored.length);
    const log = await stack.api.call<{ data: { type: string }[] }>(
      'GET',
      `/v1/sessions/${run.sessionId}/events?include=session.compacted&types=session.status_ended`,
    );
    expect(log.data.map(({ type }) => type)).toEqual([
      ...stored.map(() => 'session.compacted'),
      'session.status_ended',
    ]);
    await stack.workerReady();
  },
  90_000,
);

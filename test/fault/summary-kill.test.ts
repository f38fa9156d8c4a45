import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { SUMMARY_SELECTION } from '../../db/queries/model-attempt.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const FILLER = 'We looked at one more page and found nothing new on it. '.repeat(160);
const TURNS = 30;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

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

    const attempts = await stack.db.serviceTransaction((tx) =>
      tx.query<{ turn: number; state: string }>(
        'summary-attempts',
        `SELECT turn, state FROM model_attempt WHERE session_id = $1 AND selection = $2 ORDER BY turn, attempt`,
        [run.sessionId, SUMMARY_SELECTION],
      ),
    );
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
    await stack.workerReady();
  },
  90_000,
);

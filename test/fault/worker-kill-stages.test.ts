import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { checkInvariants } from '../support/invariants.ts';
import { createRecoveryTimes } from '../support/recovery-times.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { storyOf } from '../support/story.ts';
import { tasksNobodyTook } from '../support/temporal-history.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let agentId: string;
let undisturbed: string[];
const times = createRecoveryTimes();

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  agentId = await stack.newAgent();
  undisturbed = storyOf(await session());
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  times.print();
  await stack.stop();
});

/** Runs a session with two turns of bundled tools, which write and read, and an answer. */
async function session() {
  const script = await stack.script({
    turns: [
      [
        {
          toolCalls: [
            { name: 'workspace_write', args: { name: 'notes.md', content: 'Kites need wind.' } },
            { name: 'memory_append', args: { fact: 'The user likes kites.' } },
          ],
        },
      ],
      [{ toolCalls: [{ name: 'workspace_read', args: { name: 'notes.md' } }] }],
      [{ text: 'Kites need wind.' }],
    ],
    repeatLastAttempt: true,
  });
  const watch = await stack.api.run(agentId, { message: 'What do kites need?', models: script.models });
  await watch.ended(45_000);
  return watch;
}

/** The worker is killed in the second turn, so that rows of the first one exist. */
const POINTS: readonly FaultPoint[] = [
  'context.before',
  'context.after',
  'reservation.before',
  'reservation.after',
  'model_dispatched.after',
  'model_answered.after',
  'answer_stored.before',
  'answer_stored.after',
  'turn_closed.before',
  'turn_closed.after',
];

test.each(POINTS)(
  '[recovery:worker-killed:no-trace-in-sessions] [I1] [I2] [I3] [I5] [I6] a worker killed at %s leaves no trace in its session',
  async (point) => {
    stack.killWorkerAt(point, 2);
    const watch = await session();
    expect(stack.faultHappened()).toBe(true);
    expect(storyOf(watch)).toEqual(undisturbed);
    expect(await tasksNobodyTook(stack.temporal, watch.sessionId)).toBe(0);
    times.note(point, stack, watch);
    await stack.workerReady();
  },
);

test.each<FaultPoint>(['tool_dispatched.before', 'tool_answered.after', 'tool_stored.after'])(
  '[I5] a worker killed at %s of a bundled tool writes once',
  async (point) => {
    stack.killWorkerAt(point);
    const watch = await session();
    expect(stack.faultHappened()).toBe(true);
    expect(storyOf(watch)).toEqual(undisturbed);
    times.note(`${point} (bundled)`, stack, watch);
    await stack.workerReady();
  },
);

test.each<FaultPoint>(['inbox_claimed.after', 'signalled.after'])(
  '[recovery:bridge-killed:message-read-once] [I1] a worker killed at %s of its inbox bridge delivers the message exactly once',
  async (point) => {
    const script = await stack.script({ turns: [[{ text: 'First.' }], [{ text: 'Second.' }]] });
    const settings = { models: script.models, on_complete: 'idle', idle_timeout_s: 120 };
    const watch = await stack.api.run(agentId, { message: 'Hello.', ...settings });
    await watch.waitForType('session.status_idle');
    stack.killWorkerAt(point);
    await stack.api.steer(agentId, watch.sessionId, { type: 'user.message', text: 'Are you there?' });
    await watch.waitFor((event) => event.type === 'agent.message' && event.data.text === 'Second.', 45_000);
    expect(stack.faultHappened()).toBe(true);
    times.note(point, stack, watch);
    expect(JSON.stringify((await script.report()).requests.at(-1)?.body).split('Are you there?')).toHaveLength(2);
    await stack.workerReady();
    await stack.api.steer(agentId, watch.sessionId, { type: 'user.interrupt' });
    expect(await watch.ended(45_000)).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
  },
);

test('[I3] an attempt whose answer was lost is counted at its reservation and says so', async () => {
  stack.killWorkerAt('model_answered.after');
  const watch = await session();
  const attempts = await until('the attempts of the session', () =>
    stack.db.serviceTransaction((tx) =>
      tx.query<{ state: string; failedType: string | null }>(
        'attempts-of-killed',
        `SELECT state, failed_type AS "failedType" FROM model_attempt WHERE session_id = $1 ORDER BY turn, selection, attempt`,
        [watch.sessionId],
      ),
    ),
  );
  expect(attempts.map((attempt) => attempt.state)).toEqual(['unknown', 'settled', 'settled', 'settled']);
  expect(attempts[0]?.failedType).toBe('model.lost');
});

test('[I4] a lost request that cannot be paid for again leaves no money reserved', async () => {
  // 4,096 tokens of output cost 1.6384 USD, so one such reservation fits the daily cap and two do not.
  const agent = await stack.newAgent({ budget_daily_usd: 2 });
  const dear = [{ id: 'dear', inputUsdPerMtok: 0, outputUsdPerMtok: 400 }];
  const script = await stack.script({ turns: [[{ text: 'Short.' }]], repeatLastAttempt: true }, { models: dear });
  stack.killWorkerAt('model_dispatched.after');
  const watch = await stack.api.run(agent, { message: 'Go.', models: script.models });
  expect((await watch.ended(45_000)).reason).toBe('completed');
  expect(stack.faultHappened()).toBe(true);
  expect(watch.ofType('br.model_selected').map((event) => event.reason)).toEqual(['only_candidate', 'failover']);
  await stack.workerReady();
});

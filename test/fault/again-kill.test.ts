import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import type { EventWatch } from '../support/event-watch.ts';
import { holdTable } from '../support/held-table.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { effectsOf, type ToolServer } from '../support/tool-server.ts';

let stack: TestStack;
let agentId: string;
let server: ToolServer;

const POINTS: readonly FaultPoint[] = [
  'context.after',
  'answer_stored.after',
  'tool_dispatched.before',
  'turn_closed.after',
];

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  agentId = await stack.newAgent();
  server = await stack.toolServer('writes', { effect: 'write', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const post = (sessionId: string, verb: string, body: object, headers?: Record<string, string>) =>
  stack.api.request('POST', `/v1/sessions/${sessionId}/${verb}`, body, headers);

/** A session that has made a call which changes something. With one turn it has ended for want of turns, else it has answered. */
async function called(note: string, maxTurns: 1 | 6): Promise<EventWatch> {
  const script = await stack.script({
    turns: [[{ text: 'Calling.', toolCalls: [{ name: server.tool('count'), args: { note } }] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const body = { message: 'Go.', models: script.models, max_turns: maxTurns };
  const run = await stack.api.run(agentId, body);
  expect((await run.ended()).reason).toBe(maxTurns === 1 ? 'max_turns' : 'completed');
  return run;
}

/** The verbs by which turns are made again, what they are sent, and whether they make another session. */
const VERBS = {
  retry: { maxTurns: 1, verb: 'retry', body: { max_turns: 6 }, makes: 'the same' },
  rewind: { maxTurns: 6, verb: 'rewind', body: { to_turn: 0 }, makes: 'the same' },
  'recorded replay': { maxTurns: 6, verb: 'replay', body: { models: 'recorded' }, makes: 'another' },
  'replay from a turn': { maxTurns: 6, verb: 'replay', body: { from_turn: 1 }, makes: 'another' },
  replay: { maxTurns: 6, verb: 'replay', body: {}, makes: 'another' },
} as const;
type Name = keyof typeof VERBS;
const names = Object.keys(VERBS) as Name[];

function sources(label: string) {
  return Promise.all(
    names.map(async (name) => {
      const note = `${label}-${name}`;
      return { name, note, run: await called(note, VERBS[name].maxTurns) };
    }),
  );
}

/** Sends a verb, and follows the session that it makes or changes to its end. */
async function madeAgain(name: Name, run: EventWatch): Promise<EventWatch> {
  const { verb, body, makes } = VERBS[name];
  const { status, body: session } = await post(run.sessionId, verb, body);
  expect([name, status]).toEqual([name, makes === 'another' ? 201 : 200]);
  const { id } = session as { id: string };
  stack.records.sessions.add(id);
  const watch = stack.api.watch(id, makes === 'another' ? 0 : run.events.length);
  expect([name, (await watch.ended(60_000)).reason]).toEqual([name, 'completed']);
  return watch;
}

test.each(POINTS)(
  '[session:again:no-effect-repeated] [I1] [I3] [I5] [I6] a worker that is killed at %s repeats no effect of a session that is retried, rewound or replayed',
  async (point) => {
    const made = await sources(point);
    stack.killWorkerAt(point);
    const watches = await Promise.all(made.map(({ name, run }) => madeAgain(name, run)));
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
    for (const { note, name } of made) expect([name, effectsOf(stack.counterFile, note)]).toEqual([name, 1]);
    for (const watch of watches) {
      expect(
        watch
          .ofType('agent.message')
          .map(({ text }) => text)
          .at(-1),
      ).toBe('Done.');
      const results = watch.ofType('agent.tool_result').map(({ isError }) => isError);
      expect(results.every((isError) => !isError)).toBe(true);
    }
  },
);

/** How often a verb took effect: the session was made to go on, or replayed. */
async function timesDone(sessionId: string): Promise<number> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ done: number }>(
      'times-done',
      `SELECT retries + (SELECT count(*)::int FROM session r WHERE r.replay->>'of' = s.id) AS done FROM session s WHERE id = $1`,
      [sessionId],
    ),
  );
  return rows[0]?.done ?? 0;
}

test('[session:again:no-effect-repeated] [I1] [I5] an API that is killed within the transaction of a retry, rewind or replay has done nothing, and one that is killed behind it has done it once', async () => {
  const made = await sources('api');
  const send = ({ name, run }: (typeof made)[number]) =>
    post(run.sessionId, VERBS[name].verb, VERBS[name].body, { 'idempotency-key': `again-${run.sessionId}` });
  // Each of them writes into the audit before it commits, so none has committed when the API dies.
  const audit = await holdTable(stack.db, 'audit_entry');
  const lost = Promise.allSettled(made.map(send));
  await audit.blocked(1);
  await stack.processes.kill('api');
  await audit.release();
  await lost;
  await stack.processes.ready('api');
  for (const { name, run } of made) expect([name, await timesDone(run.sessionId)]).toEqual([name, 0]);

  // Nobody but the reconciler starts these workflows: the API dies while Temporal is away.
  await stack.processes.halt('temporal');
  const answers = await Promise.all(made.map(send));
  await stack.processes.kill('api');
  await stack.processes.restart('temporal');
  await stack.processes.ready('api');
  const again = await Promise.all(made.map(send));
  for (const [index, { name, note, run }] of made.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Error('A request has no answer.');
    const { id } = answer.body as { id: string };
    stack.records.sessions.add(id);
    expect(again[index]?.body).toEqual(answer.body);
    const follow = stack.api.watch(id, VERBS[name].makes === 'another' ? 0 : run.events.length);
    expect([name, (await follow.ended(90_000)).reason]).toEqual([name, 'completed']);
    expect([name, await timesDone(run.sessionId)]).toEqual([name, 1]);
    expect([name, effectsOf(stack.counterFile, note)]).toEqual([name, 1]);
  }
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../../activities/stage-deps.ts';
import type { EndReason } from '../../../contract/events.ts';
import type { InboxReceipt } from '../../../contract/inbox.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let server: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  server = await stack.toolServer('writes', { effect: 'write', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const retry = (sessionId: string, body?: object) => stack.api.request('POST', `/v1/sessions/${sessionId}/retry`, body);
const post = (sessionId: string, event: object) =>
  stack.api.call<InboxReceipt>('POST', `/v1/sessions/${sessionId}/events`, event);
const count = (note: string, ms = 0) => ({ name: server.tool('count'), args: { note, ms } });

/** A session that has ended, and what its retry needs and does. */
interface Ended {
  readonly run: EventWatch;
  readonly reason: EndReason;
  /** The code with which it is refused as long as nothing is said or done about it. Absent: it is not refused. */
  readonly refused?: string;
  /** What is done first. */
  readonly mend?: () => Promise<unknown>;
  readonly body?: object;
  /** What ends it after the retry, if it does not complete by itself. */
  readonly goOn?: (run: EventWatch) => Promise<unknown>;
  readonly answers: readonly string[];
  /** The id of a message that a turn after the retry reads. */
  readonly reads?: string;
  /** The effects that its calls had, by their notes: one each, whatever was retried. */
  readonly effects?: readonly string[];
}

const start = async (turns: object[][], body: object = {}, options: object = {}) => {
  const script = await stack.script({ turns, repeatLastAttempt: true }, options);
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'First.', models: script.models, ...body });
  return { script, agentId, run };
};

const endings: Readonly<Record<string, () => Promise<Ended>>> = {
  async 'error: the only model refuses its key'() {
    const { script, run } = await start([
      [{ toolCalls: [count('error')] }],
      [{ status: 401 }, { toolCalls: [LIST] }],
      [{ text: 'Mended.' }],
    ]);
    await run.ended();
    const mend = () => stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { first_token_s: 60 } });
    return { run, reason: 'error', mend, answers: ['Mended.'], effects: ['error'] };
  },
  async max_turns() {
    const turns = [[{ toolCalls: [count('turns')] }], [{ text: 'More.' }]];
    const { run } = await start(turns, { max_turns: 1 });
    await run.ended();
    const body = { max_turns: 5 };
    return { run, reason: 'max_turns', refused: 'turns_used_up', body, answers: ['More.'], effects: ['turns'] };
  },
  async budget_exhausted() {
    const call = { toolCalls: [count('money')], usage: { outputTokens: 4_700 } };
    const { run } = await start([[call], [{ text: 'Paid.' }]], { budget_cap_usd: 1.9 }, { models: DEAR });
    await run.ended();
    const body = { budget_cap_usd: 50 };
    return {
      run,
      reason: 'budget_exhausted',
      refused: 'budget_exhausted',
      body,
      answers: ['Paid.'],
      effects: ['money'],
    };
  },
  async 'interrupted: in the middle of an answer, with a message behind it'() {
    const half = { text: 'One half. The other half.', chunks: 2, hang: 'mid_stream' };
    const { script, run } = await start([[half], [{ text: 'The rest.' }]]);
    await until('half an answer', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);
    const { id } = await post(run.sessionId, { type: 'user.message', text: 'Was not read.' });
    await post(run.sessionId, { type: 'user.interrupt' });
    expect(await run.ended()).toMatchObject({ undelivered: 1 });
    return { run, reason: 'interrupted', answers: ['The rest.'], reads: id };
  },
  async idle_timeout() {
    const body = { on_complete: 'idle', idle_timeout_s: 0.3 };
    const { run } = await start([[{ text: 'One.' }], [{ text: 'Two.' }]], body);
    await run.ended();
    const goOn = async (again: EventWatch) => {
      await again.waitFor(({ type, id }) => type === 'session.status_idle' && id > run.events.length);
      await post(run.sessionId, { type: 'user.message', text: 'Still there?' }).catch(() => undefined);
    };
    return { run, reason: 'idle_timeout', goOn, answers: [] };
  },
  async 'terminated: while a call is under way that may have an effect'() {
    const { run } = await start([[{ toolCalls: [count('unknown', 60_000)] }], [{ text: 'I was told.' }]]);
    await until('the tool to be called', () => effectsOf(stack.counterFile, 'unknown') === 1);
    await stack.api.call('POST', `/v1/sessions/${run.sessionId}/terminate`);
    await run.ended();
    const body = { unknown_effects: 'accept' };
    return {
      run,
      reason: 'terminated',
      refused: 'effect_unknown',
      body,
      answers: ['I was told.'],
      effects: ['unknown'],
    };
  },
  async 'terminated: because the agent was suspended'() {
    const turns = [[{ toolCalls: [count('suspended')], holdUntil: 'go' }], [{ text: 'Active.' }]];
    const { script, agentId, run } = await start(turns);
    await script.waitForRequests(1);
    const lifecycle = (state: string) => stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state });
    await lifecycle('suspended');
    await script.release('go');
    await run.ended();
    const mend = () => lifecycle('active');
    return {
      run,
      reason: 'terminated',
      refused: 'agent_suspended',
      mend,
      answers: ['Active.'],
      effects: ['suspended'],
    };
  },
};

test.each(Object.keys(endings))(
  '[session:retry:goes-on-as-the-same-session] [I1] [I3] [I5] a session that ended by %s goes on once, repeats nothing, and is refused until its cause is mended',
  async (name) => {
    const {
      run,
      reason,
      refused,
      mend,
      body,
      goOn,
      answers,
      reads,
      effects = [],
    } = (await endings[name]?.()) ?? missing(name);
    const before = await stack.api.session(run.sessionId);
    expect(before).toMatchObject({ status: 'ended', end_reason: reason, retries: 0 });
    if (refused !== undefined) {
      expect((await retry(run.sessionId)).body).toMatchObject({ error: { code: refused } });
      expect(await stack.api.session(run.sessionId)).toEqual(before);
    }
    await mend?.();
    const sent = await Promise.all([retry(run.sessionId, body), retry(run.sessionId, body)]);
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 409]);
    const accepted = sent.find(({ status }) => status === 200)?.body;
    expect(accepted).toMatchObject({ id: run.sessionId, retries: 1, turns: before.turns });
    expect(accepted).not.toHaveProperty('end_reason');

    const again = followOf(run);
    await goOn?.(again);
    const end = await again.ended();
    expect(end.reason).toBe(goOn === undefined ? 'completed' : 'idle_timeout');
    expect(again.ofType('session.status_running')[0]).toMatchObject({ retryOf: reason });
    if (goOn === undefined) expect(again.ofType('agent.message').map(({ text }) => text)).toEqual(answers);
    if (reads !== undefined)
      expect(again.ofType('br.model_selected').flatMap((e) => e.messageIds ?? [])).toContain(reads);
    expect(effects.map((note) => effectsOf(stack.counterFile, note))).toEqual(effects.map(() => 1));
    expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'ended', retries: 1 });
  },
);

function missing(name: string): never {
  throw new Error(`There is no ending "${name}".`);
}

/** Follows the log of a session that was retried, from behind its first end. */
function followOf(run: EventWatch): EventWatch {
  return stack.api.watch(run.sessionId, run.events.length);
}

test('[session:retry:goes-on-as-the-same-session] a session that lives or has completed is not retried', async () => {
  const { run } = await start([[{ text: 'One.' }], [{ text: 'Two.' }]], { on_complete: 'idle', idle_timeout_s: 600 });
  await run.waitForType('session.status_idle');
  expect((await retry(run.sessionId)).body).toMatchObject({ error: { code: 'session_not_ended' } });
  await stack.api.call('POST', `/v1/sessions/${run.sessionId}/terminate`);
  const done = await start([[{ text: 'One.' }]]);
  await done.run.ended();
  expect((await retry(done.run.sessionId)).body).toMatchObject({ error: { code: 'session_completed' } });
});

/** A session that has used up its turns, and has results of tools to read. */
async function outOfTurns(note: string) {
  const turns = [[{ toolCalls: [count(note)] }], [{ toolCalls: [LIST] }], [{ text: 'Done.' }]];
  const { run } = await start(turns, { max_turns: 1 });
  await run.ended();
  return run;
}

test('[session:retry:whatever-dies] [I1] [I6] a retry that was answered while Temporal was away takes effect', async () => {
  const run = await outOfTurns('away');
  await stack.processes.halt('temporal');
  expect((await retry(run.sessionId, { max_turns: 5 })).status).toBe(200);
  await stack.processes.restart('temporal');
  expect((await followOf(run).ended()).reason).toBe('completed');
});

test('[session:retry:whatever-dies] [I6] a session that is retried before its workflow has closed goes on in the next run, and the first run does nothing more', async () => {
  const { script, run } = await start([[{ text: 'Held.', holdUntil: 'never' }, { text: 'Answered.' }]]);
  await script.waitForRequests(1);
  await stack.processes.kill('worker', 'SIGSTOP');
  await stack.api.call('POST', `/v1/sessions/${run.sessionId}/terminate`);
  await run.ended();
  expect((await retry(run.sessionId)).status).toBe(200);
  await stack.processes.kill('worker', 'SIGCONT');
  const again = followOf(run);
  expect((await again.ended()).reason).toBe('completed');
  expect(again.ofType('agent.message').map(({ text }) => text)).toEqual(['Answered.']);
});

test.each<FaultPoint>(['reservation.after', 'turn_closed.after'])(
  '[session:retry:whatever-dies] [I3] [I5] [I6] a worker that is killed at %s after a retry leaves no trace',
  async (point) => {
    const run = await outOfTurns(point);
    stack.killWorkerAt(point);
    await retry(run.sessionId, { max_turns: 5 });
    const again = followOf(run);
    expect((await again.ended()).reason).toBe('completed');
    expect(stack.faultHappened()).toBe(true);
    expect(again.ofType('agent.message').map(({ text }) => text)).toEqual(['Done.']);
    expect(again.ofType('session.status_running')).toHaveLength(1);
  },
);

/** Forks a session that waits, and follows the fork until it waits. */
async function forkOf(sessionId: string): Promise<EventWatch> {
  const body = { from_turn: 0, message: 'Go on.' };
  const fork = await stack.api.call<{ id: string }>('POST', `/v1/sessions/${sessionId}/fork`, body);
  return stack.api.watch(fork.id);
}

/** A session that waits behind its first turn. */
async function waiting(): Promise<EventWatch> {
  const turns = [[{ text: 'One.' }], [{ text: 'Two.' }]];
  const { run } = await start(turns, { on_complete: 'idle', idle_timeout_s: 600 });
  await run.waitForType('session.status_idle');
  return run;
}

test.each(['Temporal was away', 'the worker is killed in its first turn'])(
  '[session:fork:whatever-dies] [I1] [I3] [I6] a fork that was answered goes on behind its turns, although %s',
  async (what) => {
    const { sessionId } = await waiting();
    const isAway = what === 'Temporal was away';
    if (isAway) await stack.processes.halt('temporal');
    else stack.killWorkerAt('context.after');
    const fork = await forkOf(sessionId);
    if (isAway) await stack.processes.restart('temporal');
    await fork.waitForType('session.status_idle');
    expect(fork.ofType('agent.message')).toMatchObject([{ text: 'Two.', turnIndex: 1 }]);
    if (!isAway) expect(stack.faultHappened()).toBe(true);
  },
);

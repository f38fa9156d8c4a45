import { readFileSync } from 'node:fs';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { InboxReceipt } from '../../../contract/inbox.ts';
import type { SessionWhy } from '../../../contract/why.ts';
import { WAKE_SIGNAL } from '../../../temporal/session-workflow.ts';
import type { ApiResponse } from '../../support/client.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { holds, type SteeringState } from '../../support/held-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { type Cell, type SteeringCommand, steeringTable } from '../../support/steering-table.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const TEXT = 'Also check alignment.';
const SIGNALS = 5;

const post = (sessionId: string, event: object, headers?: Record<string, string>) =>
  stack.api.request('POST', `/v1/sessions/${sessionId}/events`, event, headers);

/** The call of a session that waits for a person, or one that there is not. */
async function waitingCall(sessionId: string): Promise<string> {
  const query = `session_id=${sessionId}&status=pending`;
  const { data } = await stack.api.call<{ data: { tool_use_id: string }[] }>('GET', `/v1/mcp/approvals?${query}`);
  return data[0]?.tool_use_id ?? 'call_none';
}

/** Each command returns its answers; `duplicate` gets two. */
const commands: Readonly<Record<SteeringCommand, (sessionId: string) => Promise<ApiResponse[]>>> = {
  message: async (id) => [await post(id, { type: 'user.message', text: TEXT })],
  interrupt: async (id) => [await post(id, { type: 'user.interrupt' })],
  confirmation: async (id) => [
    await post(id, { type: 'user.tool_confirmation', tool_use_id: await waitingCall(id), result: 'allow' }),
  ],
  resolution: async (id) => [
    await post(id, { type: 'user.effect_resolution', tool_use_id: await waitingCall(id), action: 'skip' }),
  ],
  form: async (id) => [
    await post(id, {
      type: 'user.form_response',
      tool_use_id: await waitingCall(id),
      action: 'accept',
      content: { size: 'm' },
    }),
  ],
  duplicate: (id) => {
    const key = { 'idempotency-key': `steer-${id}` };
    return Promise.all([1, 2].map(() => post(id, { type: 'user.message', text: TEXT }, key)));
  },
  patch: async (id) => [
    await stack.api.request('PATCH', `/v1/sessions/${id}`, { max_turns: 7, metadata: { ours: 1 } }),
  ],
  terminate: async (id) => [await stack.api.request('POST', `/v1/sessions/${id}/terminate`)],
  pause: async (id) => [await stack.api.request('POST', `/v1/sessions/${id}/pause`)],
  async signals(id) {
    const workflow = stack.temporal.workflow.getHandle(id);
    for (let signal = 0; signal < SIGNALS; signal++) {
      await workflow.signal(WAKE_SIGNAL).catch((error: unknown) => {
        // The workflow of an ended session is closed, so the signal has no effect.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    }
    return [];
  },
};
const names = Object.keys(commands) as SteeringCommand[];
/** A tenant may have nine turns under way at once, each of which a held session keeps (docs/limits.md). */
const HELD_AT_ONCE = 6;

test.each(Object.keys(steeringTable) as SteeringState[])(
  '[session:why:true-in-every-state] [steering:message:what-became-of-it] [steering:table:every-command-in-every-state] [steering:signal:stray-one-changes-nothing] [I1] every command to a session in state "%s" has the answer and the effect of the table',
  async (state) => {
    for (let first = 0; first < names.length; first += HELD_AT_ONCE) {
      const tried = names.slice(first, first + HELD_AT_ONCE);
      const { runs, answers, why } = await answersIn(state, tried);
      expect([state, why.stage?.name, why.waits_for]).toEqual([state, ...whyIn[state]]);
      await Promise.all(
        tried.map(async (name, index) => {
          const cell = steeringTable[state][name];
          const run = runOf(runs, index);
          for (const answer of answers[index] ?? []) expect([name, answer.status]).toEqual([name, cell.status]);
          checkAnswers(name, cell, answers[index] ?? []);
          await checkEffect(run, state, name, cell);
          if (cell.readAt !== undefined) await checkNamed(run, cell.readAt, answers[index]?.[0]?.body);
        }),
      );
    }
  },
);

/**
 * The stage at which a session of each state is, and what it waits for. The workflow of a new session is started behind the answer
 * to its request, so the session may be at its start still. A worker that stands still may have taken a task before.
 */
const whyIn: Readonly<Record<SteeringState, readonly [unknown, unknown]>> = {
  'before the first turn': [expect.stringMatching(/^(start|context)$/), expect.stringMatching(/^(nothing|worker)$/)],
  'context refresh': ['context', 'nothing'],
  selection: ['selection', 'nothing'],
  'waiting for money': ['selection', 'money_release'],
  'model call': ['model_call', 'model_answer'],
  'tool call': ['tool_calls', 'nothing'],
  idle: [undefined, 'message'],
  'idle for money': [undefined, 'money'],
  'requires action': [undefined, 'person'],
  'effect unknown': [undefined, 'person'],
  form: [undefined, 'person'],
  ending: ['closing', 'nothing'],
  ended: [undefined, 'nothing'],
};

/** The codes with which these requests are refused in each state, here for a turn that no session has. */
function refusalsIn(state: SteeringState): Readonly<Record<'fork' | 'retry' | 'rewind' | 'events', string>> {
  const fork = 'turn_not_finished';
  const events = 'turn_passed';
  switch (state) {
    case 'idle':
    case 'idle for money':
    case 'requires action':
    case 'effect unknown':
    case 'form':
      return { fork, retry: 'session_not_ended', rewind: 'turn_not_finished', events };
    case 'ending':
    case 'ended':
      return { fork, retry: 'session_completed', rewind: 'turn_not_finished', events: 'session_ended' };
    default:
      return { fork, retry: 'session_not_ended', rewind: 'session_running', events };
  }
}

test.each(Object.keys(steeringTable) as SteeringState[])(
  '[steering:table:every-command-in-every-state] [steering:turn:only-at-the-expected-one] a fork, a retry, a rewind and an event for another turn that are refused in state "%s" have its code, and change nothing',
  async (state) => {
    const held = await holds[state](stack, 1);
    const run = runOf(held.runs, 0);
    const event = { type: 'user.message', text: TEXT, expected_turn: 999 };
    const bodies = { fork: { from_turn: 999 }, retry: {}, rewind: { to_turn: 999 }, events: event };
    const sent = Promise.all(
      Object.entries(bodies).map(async ([verb, body]) => {
        const answer = await stack.api.request('POST', `/v1/sessions/${run.sessionId}/${verb}`, body);
        const { error } = answer.body as { error?: { code: string; message: string } };
        // The refusal names the turn that it is.
        if (error?.code === 'turn_passed') expect(error.message).toContain(`at turn ${turnIn(state)},`);
        return [verb, error?.code] as const;
      }),
    );
    await (held.requestsWait?.(4) ?? sent).catch(() => undefined);
    const stoodStill = await held.release();
    const codes = Object.fromEntries(await sent);
    if (stoodStill) expect(codes).toEqual(refusalsIn(state));
    if (state === 'idle') await post(run.sessionId, { type: 'user.interrupt' });
    await run.ended();
    expect(await readAt(run.sessionId)).toEqual([]);
    expect(run.ofType('session.status_running').every(({ retryOf, rewound }) => !retryOf && !rewound)).toBe(true);
  },
);

/** The turn at which a session of each state is. */
function turnIn(state: SteeringState): number {
  return state === 'idle' || state === 'idle for money' ? 1 : 0;
}

/** Holds one session for each command and sends it that command. This is repeated if the machine was too slow. */
async function answersIn(state: SteeringState, tried: readonly SteeringCommand[]) {
  // A duplicate is sent twice. A signal needs no lock of the session.
  const locking = tried.filter((name) => name !== 'signals').length + (tried.includes('duplicate') ? 1 : 0);
  for (let attempt = 0; attempt < 3; attempt++) {
    const held = await holds[state](stack, tried.length);
    const why = await stack.api.call<SessionWhy>('GET', `/v1/sessions/${runOf(held.runs, 0).sessionId}/why`);
    const sent = Promise.all(tried.map((name, index) => commands[name](runOf(held.runs, index).sessionId)));
    await (held.requestsWait?.(locking) ?? sent).catch(() => undefined);
    const stoodStill = await held.release();
    const answers = await sent;
    if (stoodStill) return { runs: held.runs, answers, why };
  }
  throw new Error(`No session could be held in state "${state}".`);
}

test('[steering:table:every-command-in-every-state] the table of docs/steering.md has the answers that sessions give', () => {
  const text = readFileSync(new URL('../../../docs/steering.md', import.meta.url), 'utf8');
  const columns: readonly SteeringCommand[] = [
    'message',
    'interrupt',
    'confirmation',
    'resolution',
    'form',
    'duplicate',
    'patch',
    'terminate',
    'pause',
  ];
  for (const [state, cells] of Object.entries(steeringTable)) {
    const row = text.split('\n').find((line) => line.startsWith(`| **${state}** |`));
    const shown = (row ?? '')
      .split('|')
      .slice(2)
      .map((cell) => Number(cell.trim().slice(0, 3)));
    expect([state, ...shown.slice(0, columns.length)]).toEqual([state, ...columns.map((name) => cells[name].status)]);
  }
});

function runOf(runs: readonly EventWatch[], index: number): EventWatch {
  const run = runs[index];
  if (run === undefined) throw new Error('Fewer sessions are held than commands are tried.');
  return run;
}

function checkAnswers(name: SteeringCommand, cell: Cell, answers: readonly ApiResponse[]): void {
  const code = { 404: 'no_such_tool_use', 409: 'session_ended' } as Readonly<Record<number, string>>;
  for (const { status, body } of answers) {
    if (code[status] !== undefined) expect([name, body]).toMatchObject([name, { error: { code: code[status] } }]);
  }
  if (cell.disposition !== undefined) {
    expect([name, answers[0]?.body]).toMatchObject([name, { disposition: cell.disposition }]);
  }
  if (name === 'patch' && cell.status === 200) {
    expect(answers[0]?.body).toMatchObject({ max_turns: 7, metadata: { ours: 1 } });
  }
  if (name === 'duplicate' && cell.status === 202) {
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(1);
  }
}

async function checkEffect(run: EventWatch, state: SteeringState, name: SteeringCommand, cell: Cell): Promise<void> {
  if (name === 'pause' && cell.status === 200) await resumeOncePaused(run);
  if (state === 'idle' && name !== 'interrupt' && name !== 'terminate') {
    const idles = name === 'pause' ? 3 : cell.readAt === undefined ? 1 : 2;
    await run.waitFor((event) => event.type === 'session.status_idle' && run.ofType(event.type).length >= idles);
    await post(run.sessionId, { type: 'user.interrupt' });
  }
  const { reason, totalTurns, undelivered } = await run.ended();
  const expected = { reason: cell.reason, totalTurns: cell.totalTurns, undelivered: cell.undelivered };
  expect([name, { reason, totalTurns, undelivered }]).toEqual([name, expected]);
  expect([name, await readAt(run.sessionId)]).toEqual([name, cell.readAt === undefined ? [] : [cell.readAt]]);
}

/** The turn that read a message names it, in its first event of a selection and in its resource, and no other turn does. */
async function checkNamed(run: EventWatch, turn: number, receipt: unknown): Promise<void> {
  const { id } = receipt as InboxReceipt; // The answer was 202.
  const naming = run.ofType('br.model_selected').filter(({ messageIds }) => messageIds?.includes(id));
  expect(naming.map(({ turnIndex }) => turnIndex)).toEqual([turn]);
  const path = `/v1/sessions/${run.sessionId}/turns/${turn}`;
  const shown = await stack.api.call<{ message_ids: string[] }>('GET', path);
  expect(shown.message_ids).toEqual(naming[0]?.messageIds);
}

/** A session that has nothing more to do ends before it can pause. */
async function resumeOncePaused({ sessionId }: EventWatch): Promise<void> {
  const { status } = await until('the session to be paused or over', async () => {
    const session = await stack.api.session(sessionId);
    return session.status === 'ended' || session.idle_cause === 'paused' ? session : undefined;
  });
  if (status === 'ended') return;
  expect((await stack.api.request('POST', `/v1/sessions/${sessionId}/resume`)).status).toBe(200);
}

/** The turns at which the text was read. Inbox and transcript have to agree. */
async function readAt(sessionId: string): Promise<number[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ turn: number }>(
      'read-at',
      `SELECT consumed_turn AS turn FROM session_inbox WHERE session_id = $1 AND payload->>'text' = $2`,
      [sessionId, TEXT],
    ),
  );
  const { data } = await stack.api.call<{ data: { role: string; text?: string; turn_index: number }[] }>(
    'GET',
    `/v1/sessions/${sessionId}/transcript`,
  );
  const inTranscript = data.filter((entry) => entry.role === 'user' && entry.text === TEXT);
  expect(inTranscript.map((entry) => entry.turn_index)).toEqual(rows.map((row) => row.turn));
  return rows.map((row) => row.turn);
}

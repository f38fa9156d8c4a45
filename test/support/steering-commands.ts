import fc from 'fast-check';
import { expect } from 'vitest';
import { WAKE_SIGNAL } from '../../temporal/session-workflow.ts';
import type { ApiResponse } from './client.ts';
import type { EventWatch } from './event-watch.ts';
import type { SharedStack } from './stack.ts';
import { type DecisionChoice, decide, decisionChoices, showDecision } from './steering-decisions.ts';
import type { SteeringModel } from './steering-model.ts';
import { until } from './until.ts';

/** FC_SEED repeats the choices of a run that failed, but not its timing. */
export const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** The number of sessions; `npm run soak:steering` sets a higher one. */
export const runs = Number(process.env.STEERING_RUNS ?? 16);

export interface SteeredSession {
  readonly stack: SharedStack;
  readonly run: EventWatch;
}

type Command = fc.AsyncCommand<SteeringModel, SteeredSession>;

/** A random sequence of commands that a client may send to its session at any moment. */
export function steeringCommands(maxCommands: number): fc.Arbitrary<Iterable<Command>> {
  return fc.commands(
    [
      // Messages are frequent, since one that comes right before a boundary is the most likely to be lost.
      ...[1, 2, 3, 4].map(() => fc.constant(message)),
      ...[1, 2, 3, 4].map(() => decisionChoices.map(decision)),
      fc.constant(pass),
      fc.constant(twice),
      fc.constant(again),
      fc.constant(confirm),
      fc.constant(signals),
      fc.constant(untilIdle),
      fc.constant(reconnect),
      fc.integer({ min: 1, max: 12 }).map(limitTurns),
      fc.constantFrom(0.05, 0.15, 0.25, 0.4, 1, 4).map(cap),
      fc.constant(interrupt),
    ],
    { maxCommands, size: 'max' },
  );
}

const message = command('message', async (model, { stack, run }) => {
  const text = textOf(model);
  const accepted = settle(model, await post(stack, run, { type: 'user.message', text }), 202);
  (accepted ? model.accepted : model.refused).push(text);
});

const interrupt = command('interrupt', async (model, { stack, run }) => {
  if (settle(model, await post(stack, run, { type: 'user.interrupt' }), 202)) model.interrupted = true;
});

/** Sends one message twice at the same time, with one key. */
const twice = command('twice', async (model, { stack, run }) => {
  const text = textOf(model);
  const key = `${run.sessionId}-${model.keyed.length}-${model.refused.length}`;
  const [first, second] = await Promise.all([0, 1].map(() => keyedPost(stack, run, text, key)));
  if (first === undefined || second === undefined) throw new Error('Two requests gave fewer answers.');
  // A refusal does not use up the key. But if one is refused, the session has ended, so the other is refused, too.
  expect(second.status).toBe(first.status);
  const accepted = settle(model, first, 202);
  (accepted ? model.accepted : model.refused).push(text);
  if (!accepted) return;
  expect(second.body).toEqual(first.body);
  model.keyed.push({ key, text, receipt: first.body });
});

/** Sends a request again that was answered before. It has no effect, even if the session has ended. */
const again = command('again', async (model, { stack, run }) => {
  const known = model.keyed[0];
  if (known === undefined) return;
  const answer = await keyedPost(stack, run, known.text, known.key);
  expect([answer.status, answer.body]).toEqual([202, known.receipt]);
  expect(answer.headers.get('idempotent-replayed')).toBe('true');
});

const confirm = command('confirm', async (model, { stack, run }) => {
  const event = { type: 'user.tool_confirmation', tool_use_id: 'call_none', result: 'allow' };
  settle(model, await post(stack, run, event), 404);
});

const signals = command('signals', async (_model, { stack, run }) => {
  const workflow = stack.temporal.workflow.getHandle(run.sessionId);
  // Temporal refuses a signal to a session that has ended or has not started yet.
  for (let n = 0; n < 3; n++) await workflow.signal(WAKE_SIGNAL).catch(() => undefined);
});

const untilIdle = command('untilIdle', async (_model, { stack, run }) => {
  await until('the session to rest', async () => (await stack.api.session(run.sessionId)).status !== 'running');
});

/** Waits until the current turn is over. */
const pass = command('pass', async (_model, { stack, run }) => {
  const { turns } = await stack.api.session(run.sessionId);
  await until('the turn to pass', async () => {
    const now = await stack.api.session(run.sessionId);
    return now.status !== 'running' || now.turns !== turns;
  });
});

const reconnect = command('reconnect', async (_model, { run }) => run.drop());

const decision = (choice: DecisionChoice) =>
  command(showDecision(choice), (model, session) => decide(choice, model, session));

const limitTurns = (maxTurns: number) =>
  command(`limitTurns(${maxTurns})`, async (model, session) => {
    // Noted before the answer, since the session may use the new limit before the client gets the answer.
    model.turnLimits.push(maxTurns);
    await patch(model, session, { max_turns: maxTurns });
  });

const cap = (capUsd: number) =>
  command(`cap(${capUsd})`, async (model, session) => {
    model.capsUsd.push(capUsd);
    await patch(model, session, { budget_cap_usd: capUsd });
  });

async function patch(model: SteeringModel, { stack, run }: SteeredSession, body: object): Promise<void> {
  const answer = await stack.api.request('PATCH', `/v1/sessions/${run.sessionId}`, body);
  if (settle(model, answer, 200)) expect(answer.body).toMatchObject(body);
}

function command(name: string, run: (model: SteeringModel, session: SteeredSession) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

function textOf(model: SteeringModel): string {
  return `Message ${model.accepted.length + model.refused.length} of ${model.inboxSeq}.`;
}

function post(
  stack: SharedStack,
  run: EventWatch,
  event: object,
  headers?: Record<string, string>,
): Promise<ApiResponse> {
  return stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, event, headers);
}

function keyedPost(stack: SharedStack, run: EventWatch, text: string, key: string): Promise<ApiResponse> {
  return post(stack, run, { type: 'user.message', text }, { 'idempotency-key': key });
}

/** Checks an answer against the earlier ones: once the session has ended, all is refused. @returns whether it took effect */
function settle(model: SteeringModel, { status, body }: ApiResponse, expected: 200 | 202 | 404): boolean {
  if (model.ended || status === 409) {
    expect([status, body]).toMatchObject([409, { error: { code: 'session_ended' } }]);
    model.ended = true;
    return false;
  }
  expect(status).toBe(expected);
  if (status === 202) {
    model.inboxSeq += 1;
    expect(body).toMatchObject({ inbox_seq: model.inboxSeq, status: 'queued' });
  }
  return status !== 404;
}

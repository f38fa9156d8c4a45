import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../../domain/random.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { hasTimer } from '../../support/held-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let agentId: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const SESSIONS = 20;
const IDLE_MS = 400;

/** Posts an event after a delay. @returns whether it was accepted; an ended session answers 409 */
async function postAfter(sessionId: string, delayMs: number, event: object): Promise<boolean> {
  await pause(delayMs);
  const path = `/v1/sessions/${sessionId}/events`;
  const answer = await stack.api.request('POST', path, event);
  expect([202, 409]).toContain(answer.status);
  if (answer.status !== 202) return false;
  const receipt = answer.body as { id: string; inbox_seq: number }; // The receipt has the shape of the contract.
  stack.records.accepted.push({ sessionId, id: receipt.id, inboxSeq: receipt.inbox_seq, type: 'user.message' });
  return true;
}

async function messagesRead(run: EventWatch): Promise<number> {
  const { data } = await stack.api.call<{ data: { role: string }[] }>(
    'GET',
    `/v1/sessions/${run.sessionId}/transcript`,
  );
  return data.filter((entry) => entry.role === 'user').length;
}

/** Posts a message `delayMs` after a session went idle. @returns whether it came before the time-out */
async function raceTimeOut(delayMs: number): Promise<boolean> {
  const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] });
  const body = { message: 'Go.', models: script.models, on_complete: 'idle', idle_timeout_s: IDLE_MS / 1_000 };
  const run = await stack.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  const accepted = await postAfter(run.sessionId, delayMs, { type: 'user.message', text: 'M.' });
  expect((await run.ended()).reason).toBe('idle_timeout');
  expect(await messagesRead(run)).toBe(accepted ? 2 : 1);
  return accepted;
}

test('[I1] a message that races the idle time-out is either read or refused, never accepted and lost', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const seen: boolean[] = [];
      // The delay grows after an accepted message and shrinks after a refused one, so it stays near the time-out.
      for (let delayMs = IDLE_MS; seen.length < 6; delayMs *= seen.at(-1) ? 1.5 : 0.6) {
        seen.push(await raceTimeOut(delayMs));
      }
      return seen;
    }),
  );
  expect(new Set(outcomes.flat())).toEqual(new Set([true, false]));
});

test('[I1] a message that races the end of a run is either read or refused, never accepted and lost', async () => {
  const random = seededRandom('end race');
  const outcomes = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const script = await stack.script({
        turns: [[{ text: 'One.', delayBeforeMs: 300 }], [{ text: 'Two.' }]],
        repeatLastAttempt: true,
      });
      const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
      const accepted = await postAfter(run.sessionId, 2_000 * random.uniform(), {
        type: 'user.message',
        text: 'M.',
      });
      expect((await run.ended()).reason).toBe('completed');
      expect(await messagesRead(run)).toBe(accepted ? 2 : 1);
      return accepted;
    }),
  );
  console.log(`${outcomes.filter(Boolean).length} of ${SESSIONS} messages came before the end`);
});

test('[steering:mid-run:processed-at-next-boundary] [I1] an interrupt that races the end of a run either interrupts it or is refused', async () => {
  const random = seededRandom('interrupt race');
  await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const script = await stack.script({
        turns: [[{ toolCalls: [{ name: 'workspace_list', args: {} }], delayBeforeMs: 200 }], [{ text: 'Two.' }]],
        repeatLastAttempt: true,
      });
      const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
      const accepted = await postAfter(run.sessionId, 1_500 * random.uniform(), { type: 'user.interrupt' });
      expect((await run.ended()).reason).toBe(accepted ? 'interrupted' : 'completed');
    }),
  );
});

test('[tenant:shares:crowd-waits-in-workflows] sessions whose models answer at the same time all go on, and those that the worker has no turn for wait in their workflows', async () => {
  const held = { toolCalls: [LIST], holdUntil: 'go' };
  const answers = { turns: [[held], [{ text: 'Done.' }]], repeatLastAttempt: true };
  const other = await stack.newTenant();
  await other.call('POST', '/v1/agent/bootstrap', { agent_id: 'quiet' });
  const quiet = await stack.script(answers, { client: other });
  const theirs = await other.run('quiet', { message: 'Go.', models: quiet.models });
  await quiet.waitForRequests(1);
  const script = await stack.script(answers);
  const runs = await Promise.all(
    Array.from({ length: 30 }, () => stack.api.run(agentId, { message: 'Go.', models: script.models })),
  );
  await script.waitForRequests(runs.length);
  await quiet.release('go');
  await script.release('go');
  for (const run of [theirs, ...runs]) expect((await run.ended(60_000)).reason).toBe('completed');
  const waited = await Promise.all(runs.map(({ sessionId }) => hasTimer(stack, sessionId)));
  expect(waited).toContain(true);
}, 90_000);

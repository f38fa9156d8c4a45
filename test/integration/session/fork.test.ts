import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

interface Session {
  readonly id: string;
  readonly turns: number;
  readonly max_turns: number;
  readonly cost_usd: number;
  readonly forked_from?: { readonly session_id: string; readonly turn: number };
}
interface Entry {
  readonly role: string;
  readonly turn_index: number;
  readonly text?: string;
  readonly artifact_id?: string;
}

const fork = (sessionId: string, body: object) => stack.api.request('POST', `/v1/sessions/${sessionId}/fork`, body);
const forked = (sessionId: string, body: object) =>
  stack.api.call<Session>('POST', `/v1/sessions/${sessionId}/fork`, body);
const transcriptOf = async (sessionId: string): Promise<readonly Entry[]> =>
  (await stack.api.call<{ data: Entry[] }>('GET', `/v1/sessions/${sessionId}/transcript?limit=100`)).data;
const textsOf = async (sessionId: string) =>
  (await transcriptOf(sessionId)).flatMap(({ role, text, turn_index: turn }) =>
    role === 'tool' ? [] : [`${turn} ${text}`],
  );
const lastPrompt = async (script: ScriptedProvider) => JSON.stringify((await script.report()).requests.at(-1)?.body);

/** A session that has called a tool, has answered, and waits. */
async function source() {
  const script = await stack.script({
    turns: [
      [{ text: 'Calling.', toolCalls: [LIST] }],
      [{ text: 'Answer 1.' }],
      [{ text: 'Answer 2.' }],
      [{ text: 'Answer 3.' }],
      [{ text: 'Answer 4.' }],
    ],
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, {
    message: 'Message 0.',
    models: script.models,
    on_complete: 'idle',
    idle_timeout_s: 600,
  });
  const idle = (n: number) => run.waitFor(({ type }) => type === 'session.status_idle' && run.ofType(type).length >= n);
  await idle(1);
  const say = async (text: string, n: number) => {
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
    await idle(n);
  };
  return { script, agentId, run, say, id: run.sessionId };
}

/** Follows a fork until it waits or is over. */
async function settled(sessionId: string) {
  const watch = stack.api.watch(sessionId);
  await watch.waitFor(({ type }) => type === 'session.status_idle' || type === 'session.status_ended');
  return watch;
}

test('[session:fork:begins-with-the-transcript] [I3] a session is forked while it runs, idles and when it has ended, from each finished turn, and notices nothing', async () => {
  const { id, script, say } = await source();
  await say('Message 1.', 2);
  const before = { session: await stack.api.session(id), transcript: await transcriptOf(id) };

  // Turn 0 has results that no model has read, so this fork goes on by itself.
  const early = await forked(id, { from_turn: 0, max_turns: 1 });
  expect(early).toMatchObject({ forked_from: { session_id: id, turn: 0 }, turns: 1, max_turns: 2, cost_usd: 0 });
  const earlyWatch = await settled(early.id);
  expect(earlyWatch.events[0]).toMatchObject({
    id: 1,
    type: 'session.status_running',
    data: { maxTurns: 2, forkedFrom: { sessionId: id, turn: 0 } },
  });
  expect(earlyWatch.ofType('agent.message')).toMatchObject([{ text: 'Answer 1.', turnIndex: 1 }]);
  expect(await textsOf(early.id)).toEqual(['0 Message 0.', '0 Calling.', '1 Answer 1.']);

  // Behind turn 1 there is nothing to do: one fork waits, another one has a message.
  const waiting = await forked(id, { from_turn: 1 });
  expect(waiting).toMatchObject({ status: 'idle', idle_cause: 'awaiting_input', turns: 2 });
  const told = await forked(id, { from_turn: 1, message: 'Otherwise.', metadata: { branch: 'b' }, budget_cap_usd: 1 });
  expect(told).toMatchObject({ status: 'running', metadata: { branch: 'b' }, budget_cap_usd: 1 });
  await settled(told.id);
  expect(await textsOf(told.id)).toEqual(['0 Message 0.', '0 Calling.', '1 Answer 1.', '2 Otherwise.', '2 Answer 2.']);
  const prompt = await lastPrompt(script);
  for (const text of ['Message 0.', 'Calling.', 'Answer 1.', 'Otherwise.']) expect(prompt).toContain(text);
  expect(prompt).not.toContain('Message 1.');

  // A fork of a fork, from a turn of its source's source and from one of its source.
  const grandchild = await forked(told.id, { from_turn: 2, message: 'Further.' });
  await settled(grandchild.id);
  expect((await textsOf(grandchild.id)).slice(-3)).toEqual(['2 Answer 2.', '3 Further.', '3 Answer 3.']);
  const cut = await forked(told.id, { from_turn: 0, message: 'Shorter.' });
  await settled(cut.id);
  expect(await textsOf(cut.id)).toEqual(['0 Message 0.', '0 Calling.', '1 Shorter.', '1 Answer 1.']);
  expect(
    (await stack.api.call<object>('GET', `/v1/sessions/${grandchild.id}/turns/0/context`)) as object,
  ).toMatchObject({
    session_id: grandchild.id,
    turn_index: 0,
  });
  await stack.api.call('GET', `/v1/sessions/${grandchild.id}/turns/0/decision`);

  expect(await stack.api.session(id)).toEqual(before.session);
  expect(await transcriptOf(id)).toEqual(before.transcript);
  const listed = await stack.api.call<{ data: Session[] }>('GET', `/v1/sessions/${id}/forks`);
  expect(listed.data.map((each) => each.id)).toEqual([told.id, waiting.id, early.id]);

  expect((await fork(id, { from_turn: 3 })).body).toMatchObject({ error: { code: 'turn_not_finished' } });
  await stack.api.call('POST', `/v1/sessions/${id}/terminate`);
  const late = await forked(id, { from_turn: 2, message: 'After the end.' });
  expect((await settled(late.id)).ofType('agent.tool_use')).toEqual([]);
  expect((await textsOf(late.id)).slice(-2)).toEqual(['3 After the end.', '3 Answer 3.']);
});

test('[session:fork:begins-with-the-transcript] a running session is forked at every turn that it has finished', async () => {
  const script = await stack.script({
    turns: [
      ...[0, 1, 2].map((turn) => [{ text: `Step ${turn}.`, toolCalls: [LIST], holdUntil: `go${turn}` }]),
      [{ text: 'Done.' }],
    ],
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  for (let turn = 0; turn < 3; turn++) {
    await script.waitForRequests(turn + 1);
    expect((await fork(run.sessionId, { from_turn: turn })).body).toMatchObject({
      error: { code: 'turn_not_finished', param: 'from_turn' },
    });
    if (turn > 0) {
      const held = await forked(run.sessionId, {
        from_turn: turn - 1,
        message: 'Stop here.',
        models: ['simulated/*'],
        max_turns: 1,
      });
      const watch = await settled(held.id);
      expect(watch.ofType('agent.message').length + watch.ofType('agent.tool_use').length).toBeGreaterThan(0);
      expect((await textsOf(held.id)).slice(0, 2)).toEqual(['0 Go.', '0 Step 0.']);
    }
    await script.release(`go${turn}`);
  }
  expect((await run.ended()).reason).toBe('completed');
});

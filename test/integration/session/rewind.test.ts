import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

interface Entry {
  readonly role: string;
  readonly turn_index: number;
  readonly text?: string;
}

const send = (id: string, verb: string, body: object) => stack.api.request('POST', `/v1/sessions/${id}/${verb}`, body);
const rewind = async (id: string, body: object) => {
  const { status, body: answer } = await send(id, 'rewind', body);
  expect(answer).not.toHaveProperty('error');
  expect(status).toBe(200);
  return answer as { effects: { tool_name: string; turn_index: number; state: string }[]; status: string };
};
const say = (id: string, text: string) =>
  stack.api.call('POST', `/v1/sessions/${id}/events`, { type: 'user.message', text });
const textsOf = async (id: string) =>
  (await stack.api.call<{ data: Entry[] }>('GET', `/v1/sessions/${id}/transcript?limit=100`)).data.flatMap(
    ({ role, text, turn_index: turn }) => (role === 'tool' ? [] : [`${turn} ${text}`]),
  );
const lastPrompt = async (script: ScriptedProvider) => JSON.stringify((await script.report()).requests.at(-1)?.body);
const note = (name: string) => ({ name: 'workspace_write', args: { name, content: 'x' } });

/** A session that has written a file, has answered three messages, and waits: turns 0 to 3. */
async function waiting() {
  const script = await stack.script({
    turns: [[{ text: 'Calls.', toolCalls: [LIST] }], ...[1, 2, 3, 4, 5, 6].map((n) => [{ text: `Answer ${n}.` }])],
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  const body = {
    message: 'Message 0.',
    models: script.models,
    on_complete: 'idle',
    idle_timeout_s: 600,
    max_turns: 20,
  };
  const run = await stack.api.run(agentId, body);
  const { sessionId: id } = run;
  await idleTimes(run, 1);
  for (const n of [1, 2]) {
    await say(id, `Message ${n}.`);
    await idleTimes(run, n + 1);
  }
  return { script, agentId, run, id };
}

const idleTimes = (run: EventWatch, n: number) => run.waitFor(() => run.ofType('session.status_idle').length >= n);

test('[session:rewind:back-to-the-end-of-a-turn] [I1] [I2] [I3] an idle session is rewound in place, again and again, and forks keep what they began with', async () => {
  const { script, run, id } = await waiting();
  const fork = await stack.api.call<{ id: string }>('POST', `/v1/sessions/${id}/fork`, { from_turn: 3 });
  expect(await textsOf(id)).toHaveLength(7);
  expect((await send(id, 'rewind', { to_turn: 4 })).body).toMatchObject({
    error: { code: 'turn_not_finished', param: 'to_turn' },
  });

  const answers = await Promise.all([send(id, 'rewind', { to_turn: 1 }), send(id, 'rewind', { to_turn: 1 })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await idleTimes(run, 5);
  expect(run.ofType('session.status_running').slice(-2)).toMatchObject([
    { rewound: { fromTurn: 2, throughTurn: 3 } },
    { rewound: { fromTurn: 2, throughTurn: 3 } },
  ]);
  expect(await textsOf(id)).toEqual(['0 Message 0.', '0 Calls.', '1 Answer 1.']);
  await say(id, 'Otherwise.');
  await idleTimes(run, 6);
  expect((await textsOf(id)).slice(-2)).toEqual(['4 Otherwise.', '4 Answer 2.']);
  const prompt = await lastPrompt(script);
  for (const text of ['Message 0.', 'Answer 1.', 'Otherwise.']) expect(prompt).toContain(text);
  expect(prompt).not.toContain('Message 1.');
  // The log still has the turns that were taken out, and so do their records.
  expect(run.ofType('agent.message').map(({ turnIndex }) => turnIndex)).toEqual([0, 1, 2, 3, 4]);
  await stack.api.call('GET', `/v1/sessions/${id}/turns/3/context`);

  // A fork of a rewound session has its gap, and an earlier fork has the turns that its source has no more.
  const late = await stack.api.call<{ id: string }>('POST', `/v1/sessions/${id}/fork`, { from_turn: 4 });
  expect(await textsOf(late.id)).toEqual(await textsOf(id));
  expect((await textsOf(fork.id)).slice(-2)).toEqual(['3 Message 2.', '3 Answer 3.']);
  expect((await send(id, 'fork', { from_turn: 3 })).body).toMatchObject({ error: { code: 'turn_not_finished' } });

  // Forks are rewound too, also to turns that they began with. Behind turn 0 there are results to read.
  await rewind(late.id, { to_turn: 0 });
  const watch = stack.api.watch(late.id);
  await watch.waitForType('agent.message');
  expect(await textsOf(late.id)).toEqual(['0 Message 0.', '0 Calls.', '5 Answer 1.']);
  expect(await textsOf(id)).toHaveLength(5);
  await idleTimes(watch, 2);

  await rewind(id, { to_turn: 4 });
  await rewind(id, { to_turn: 0 });
  await until('it goes on', async () => (await textsOf(id)).length === 3);
  expect((await textsOf(id)).at(-1)).toBe('5 Answer 1.');
  await idleTimes(run, 8);
});

test('[session:rewind:back-to-the-end-of-a-turn] [I5] a session that has completed, or waits for a person, is rewound, and what its calls did is listed', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [LIST] }], [{ toolCalls: [note('a.md')] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect((await run.ended()).reason).toBe('completed');
  const policy = { tool_name: 'workspace/write', allowed: true, requires_approval: true };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);

  const rewound = await rewind(run.sessionId, { to_turn: 0 });
  expect(rewound).toMatchObject({ status: 'running' });
  expect(rewound.effects).toMatchObject([{ tool_name: 'workspace_write', turn_index: 1, state: 'succeeded' }]);
  const again = stack.api.watch(run.sessionId, run.events.length);
  expect(await again.waitForType('session.status_running')).toMatchObject({
    retryOf: 'completed',
    rewound: { fromTurn: 1, throughTurn: 2 },
  });
  const idle = await again.waitForType('session.status_idle');
  expect(idle).toMatchObject({ cause: 'requires_action' });

  // The call that asked is not made, and the question is withdrawn.
  await stack.api.call('DELETE', `/v1/mcp/governance/policy/${await policyId()}`);
  expect((await rewind(run.sessionId, { to_turn: 0 })).effects).toEqual([]);
  expect((await again.ended()).reason).toBe('completed');
  expect(again.ofType('agent.tool_result')).toMatchObject([{ isError: true }, { isError: false }]);
  expect((await textsOf(run.sessionId)).at(-1)).toMatch(/ Done\.$/);
});

async function policyId(): Promise<string> {
  const { policies } = await stack.api.call<{ policies: { id: string; tool_name: string }[] }>(
    'GET',
    '/v1/mcp/governance',
  );
  return policies.find(({ tool_name: name }) => name === 'workspace/write')?.id ?? '';
}

test('[session:retry:last-turn-again] [I1] [I3] [I5] the last turn is done again with its messages, a running session is not rewound, and no effect is repeated', async () => {
  const half = { text: 'One half. The other half.', chunks: 2, hang: 'mid_stream' as const };
  const script = await stack.script({ turns: [[half, { text: 'Whole.' }]], repeatLastAttempt: true });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'First.', models: script.models });
  await until('half an answer', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);
  expect((await send(run.sessionId, 'rewind', { to_turn: 0 })).body).toMatchObject({
    error: { code: 'session_running' },
  });
  await say(run.sessionId, 'Second.');
  await stack.api.call('POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');

  expect((await send(run.sessionId, 'retry', { from: 'last_turn' })).status).toBe(200);
  const again = stack.api.watch(run.sessionId, run.events.length);
  expect((await again.ended()).reason).toBe('completed');
  expect(again.ofType('session.status_running')[0]).toMatchObject({
    retryOf: 'interrupted',
    rewound: { fromTurn: 0, throughTurn: 0 },
  });
  expect(await textsOf(run.sessionId)).toEqual(['1 First.', '1 Second.', '1 Whole.']);

  const writer = await stack.script({
    turns: [[{ toolCalls: [note('b.md')] }], [{ text: 'Read.' }]],
    repeatLastAttempt: true,
  });
  const out = await stack.api.run(agentId, { message: 'Write.', models: writer.models, max_turns: 1 });
  expect((await out.ended()).reason).toBe('max_turns');
  expect((await send(out.sessionId, 'retry', { from: 'last_turn', max_turns: 5 })).body).toMatchObject({
    error: { code: 'effects_executed', param: 'from' },
  });
  expect((await send(out.sessionId, 'retry', { from: 'failed_stage', max_turns: 5 })).status).toBe(200);
  expect((await stack.api.watch(out.sessionId, out.events.length).ended()).reason).toBe('completed');
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SessionDiff } from '../../../contract/session-diff.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let writes: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const count = (note: string) => ({ name: writes.tool('count'), args: { note } });
const note = (content: string) => ({ name: 'workspace_write', args: { name: 'a.md', content } });
const post = (sessionId: string, path: string, body: object = {}) =>
  stack.api.call<{ id: string }>('POST', `/v1/sessions/${sessionId}/${path}`, body);
const say = (sessionId: string, text: string) => post(sessionId, 'events', { type: 'user.message', text });

async function replayed(sessionId: string, body: object): Promise<EventWatch> {
  const { id } = await post(sessionId, 'replay', body);
  stack.records.sessions.add(id);
  const watch = stack.api.watch(id);
  await watch.ended();
  return watch;
}

/** Waits until a session has been idle `times` times. */
const idle = (watch: EventWatch, times: number) =>
  watch.waitFor(({ type }) => type === 'session.status_idle' && watch.ofType('session.status_idle').length >= times);

interface Entry {
  readonly role: string;
  readonly turn_index: number;
  readonly text?: string;
  readonly output?: string;
}
/** The transcript of a session, with the indexes of its turns or without. */
async function entriesOf(sessionId: string, indexes: 'indexes' | 'no indexes' = 'indexes') {
  const { data } = await stack.api.call<{ data: Entry[] }>('GET', `/v1/sessions/${sessionId}/transcript?limit=100`);
  return data.map(({ role, turn_index, text, output }) => [role, indexes === 'indexes' && turn_index, text, output]);
}
async function differences(one: string, other: string) {
  const { data } = await stack.api.call<SessionDiff>('GET', `/v1/sessions/${one}/diff?with=${other}`);
  return data.flatMap(({ differs }) => differs);
}

let sources = 0;

/** A session of four turns that read three messages and called tools, and waits. */
async function source() {
  const label = `source-${sources++}`;
  const script = await stack.script({
    turns: [
      [{ text: 'First.', toolCalls: [count(`${label} one`), note('one')] }],
      [{ text: 'Did one.' }],
      [{ text: 'Second.', toolCalls: [note('two')] }],
      [{ text: 'Did two.' }],
      [{ text: 'Third.' }],
      [{ text: 'Fourth.' }],
    ],
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  const body = { message: 'Go.', models: script.models, on_complete: 'idle', max_turns: 20 };
  const run = await stack.api.run(agentId, body);
  await idle(run, 1);
  await say(run.sessionId, 'Go on.');
  await idle(run, 2);
  const made = () => effectsOf(stack.counterFile, `${label} one`);
  return {
    script,
    agentId,
    run,
    id: run.sessionId,
    made,
    requests: async () => (await script.report()).requests.length,
  };
}

test('[session:replay:from-a-turn] a session is played again from each of its turns, behind the turns before it', async () => {
  const { id, run, requests, made } = await source();
  await post(id, 'terminate');
  await run.ended();
  const before = { requests: await requests(), effects: made() };
  for (const turn of [0, 1, 2, 3]) {
    const replay = await replayed(id, { from_turn: turn, models: 'recorded' });
    expect(replay.events[0]?.data).toMatchObject({ replayOf: id });
    expect(await entriesOf(replay.sessionId)).toEqual(await entriesOf(id));
    expect(await differences(id, replay.sessionId)).toEqual([]);
    expect(await stack.api.session(replay.sessionId)).toMatchObject({
      replay_of: { session_id: id, from_turn: turn },
      turns: 4,
      end_reason: 'terminated',
    });
    const own = replay.ofType('br.model_selected').map(({ turnIndex }) => turnIndex);
    expect(own).toEqual([0, 1, 2, 3].slice(turn));
  }
  const answer = await stack.api.request('POST', `/v1/sessions/${id}/replay`, { from_turn: 3, models: 'recorded' });
  const location = answer.headers.get('location');
  stack.records.sessions.add(answer.headers.get('x-session-id') ?? '');
  expect(await stack.api.call('GET', location ?? '')).toMatchObject({ id: answer.headers.get('x-session-id') });
  await stack.api.watch(answer.headers.get('x-session-id') ?? '').ended();
  expect({ requests: await requests(), effects: made() }).toEqual(before);
});

test('[session:replay:from-a-turn] forks are played again, as a whole and from where they began', async () => {
  const { id } = await source();
  const waiting = await post(id, 'fork', { from_turn: 1 });
  stack.records.sessions.add(waiting.id);
  const told = await post(id, 'fork', { from_turn: 2, message: 'Otherwise.' });
  stack.records.sessions.add(told.id);
  await say(waiting.id, 'Now you.');
  const watch = stack.api.watch(waiting.id);
  await idle(watch, 2);
  await idle(stack.api.watch(told.id), 1);
  for (const each of [waiting.id, told.id]) {
    await post(each, 'terminate');
    const turns = Number((await stack.api.session(each)).turns);
    for (const fromTurn of [0, 1, turns - 1, each === waiting.id ? 2 : 3]) {
      const replay = await replayed(each, { from_turn: fromTurn, models: 'recorded' });
      expect(await entriesOf(replay.sessionId)).toEqual(await entriesOf(each));
      expect(await differences(each, replay.sessionId)).toEqual([]);
    }
  }
  // From where it began, the log is the same, with the time for which the fork waited.
  const again = await replayed(waiting.id, { from_turn: 2, models: 'recorded' });
  expect(again.events.map(({ type }) => type)).toEqual(watch.events.map(({ type }) => type));
  expect(again.events[0]?.data).toMatchObject({ forkedFrom: { sessionId: id, turn: 1 }, replayOf: waiting.id });
});

test('[session:replay:from-a-turn] a session that was rewound is played again without the turns that were taken out', async () => {
  const { id, run, requests } = await source();
  await post(id, 'rewind', { to_turn: 1 });
  await say(id, 'Otherwise.');
  await idle(run, 4);
  await post(id, 'terminate');
  await run.ended();
  const asked = await requests();
  const whole = await replayed(id, { models: 'recorded' });
  expect(await entriesOf(whole.sessionId, 'no indexes')).toEqual(await entriesOf(id, 'no indexes'));
  const turns = Number((await stack.api.session(id)).turns);
  expect(await stack.api.session(whole.sessionId)).toMatchObject({ turns: turns - 2 });
  // Behind the gap the indexes are the same.
  const behind = await replayed(id, { from_turn: 4, models: 'recorded' });
  expect(await entriesOf(behind.sessionId)).toEqual(await entriesOf(id));
  expect(await requests()).toBe(asked);
  expect((await stack.api.request('POST', `/v1/sessions/${id}/replay`, { from_turn: 2 })).body).toMatchObject({
    error: { code: 'session_not_replayable' },
  });
});

test('[session:replay:another-policy] a call that the tried policy denies is denied, and one that it opens has no recording', async () => {
  const { id, run, agentId, made } = await source();
  await post(id, 'terminate');
  await run.ended();
  const resultsUnder = async (policies: object[], rest: object = {}) => {
    const replay = await replayed(id, { policy: { policies }, ...rest });
    const results = replay.ofType('agent.tool_result').map(({ isError, preview }) => [isError, preview]);
    return { results, end: await replay.ended(), replay };
  };
  const allowed = { tool_name: 'writes/*', allowed: true, effect: 'write' };
  const same = await resultsUnder([allowed]);
  expect(same.results.map(([isError]) => isError)).toEqual([false, false, false]);
  const denied = await resultsUnder([allowed, { tool_name: 'workspace_write', allowed: false }]);
  expect(denied.results.filter(([isError]) => isError)).toEqual([
    [true, expect.stringContaining('not allowed by policy')],
    [true, expect.stringContaining('not allowed by policy')],
  ]);
  const rules = [{ pointer: '/note', pattern: 'nothing' }];
  const ruled = await resultsUnder([{ ...allowed, argument_rules: rules }]);
  expect(ruled.results).toContainEqual([true, expect.stringContaining('not allowed by policy')]);
  expect(await stack.api.session(ruled.replay.sessionId)).toMatchObject({
    replay_of: { tried_policies: ['writes/*'] },
  });

  // The session before was refused the tool, and the tried policy allows it.
  await stack.api.call('PUT', '/v1/mcp/governance/policy', {
    tool_name: 'workspace_write',
    agent_id: agentId,
    allowed: false,
  });
  const script = await stack.script({
    turns: [[{ toolCalls: [note('x')] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const refused = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await refused.ended();
  const opening = { policy: { policies: [{ tool_name: 'workspace_write', allowed: true }] } };
  const stopped = await replayed(refused.sessionId, opening);
  expect((await stopped.ended()).error?.code).toBe('replay.no_recording');
  const told = await replayed(refused.sessionId, { ...opening, on_missing: 'error_result' });
  expect(told.ofType('agent.tool_result')).toMatchObject([{ preview: expect.stringContaining('was refused it') }]);
  expect(made()).toBe(1);
});

test('[session:replay:same-seed] the same seed makes the same choices of models', async () => {
  const turns = [0, 1, 2, 3, 4].map((n) => [{ text: `Step ${n}.`, toolCalls: [note('same')] }]);
  const scripts = await Promise.all(
    [0, 1, 2].map(() => stack.script({ turns: [...turns, [{ text: 'Done.' }]], repeatLastAttempt: true })),
  );
  const models = scripts.flatMap((script) => script.models);
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models });
  await run.ended();
  const picksOf = async (seed: number) => {
    const replay = await replayed(run.sessionId, { seed });
    expect(await stack.api.session(replay.sessionId)).toMatchObject({ replay_of: { seed } });
    return replay
      .ofType('br.model_selected')
      .map(({ provider, candidates }) => [provider, candidates.map(({ draw }) => draw?.toFixed(3))]);
  };
  const first = await picksOf(1);
  expect(await picksOf(1)).toEqual(first);
  expect(await picksOf(2)).not.toEqual(first);
});

test('[session:replay:another-context] a replay reads the documents that it was given', async () => {
  const { id, script, run } = await source();
  await post(id, 'terminate');
  await run.ended();
  const replay = await replayed(id, { from_turn: 2, context: { soul: { 'SOUL.md': 'You are another soul.' } } });
  expect((await replay.ended()).reason).toBe('idle_timeout');
  expect(JSON.stringify((await script.report()).requests.at(-1)?.body)).toContain('another soul');
  expect(await stack.api.session(replay.sessionId)).toMatchObject({ context: { soul: [{ name: 'SOUL.md' }] } });
});

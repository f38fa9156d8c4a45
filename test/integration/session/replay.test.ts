import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SessionDiff } from '../../../contract/session-diff.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { readLog } from '../../support/invariant-log.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let writes: ToolServer;
let reads: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
  reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const count = (note: string) => ({ name: writes.tool('count'), args: { note } });
const echo = (text: string) => ({ name: reads.tool('echo'), args: { text } });
const write = (content: string) => ({ name: 'workspace_write', args: { name: 'a.md', content } });

const post = (sessionId: string, event: object) => stack.api.call('POST', `/v1/sessions/${sessionId}/events`, event);
/** What the tenant has spent so far, without the times between which it did. */
async function usage(): Promise<object> {
  const { models, total_cost_usd } = await stack.api.call<Record<string, unknown>>('GET', '/v1/usage/summary');
  return { models, total_cost_usd };
}

/** Replays a session to its end. */
async function replayed(sessionId: string, body: object): Promise<EventWatch> {
  const { id } = await stack.api.call<{ id: string }>('POST', `/v1/sessions/${sessionId}/replay`, body);
  stack.records.sessions.add(id);
  const watch = stack.api.watch(id);
  await watch.ended();
  return watch;
}

/** The log of a session, with its ids replaced by their places, and without times. */
async function comparable(sessionId: string): Promise<string[]> {
  const log = await readLog(stack, sessionId);
  const calls = log.flatMap(({ type, data }) => (type === 'agent.tool_use' ? [String(data.toolUseId)] : []));
  return log.map(({ type, data }) => {
    const { durationMs: _, replayOf: __, ...rest } = data;
    const text = calls.reduce((all, id, at) => all.replaceAll(id, `<call ${at}>`), JSON.stringify(rest));
    return `${type} ${text.replaceAll(sessionId, '<session>').replaceAll(/(art|call|evt)_[0-9a-z]{26}/g, '<id>')}`;
  });
}

test('[session:replay:same-log] a session with calls, failures, idle times and an interrupt is made again, and nobody is asked or paid', async () => {
  const script = await stack.script({
    turns: [
      [{ toolCalls: [count('first'), write('one'), echo('same'), echo('same')] }],
      [{ status: 500 }, { status: 500 }, { text: 'On the way.', toolCalls: [{ name: 'no_such_tool', args: {} }] }],
      [{ text: 'Half way.' }],
      [{ toolCalls: [echo('same'), write('two')] }],
      [{ text: 'Done, user@example.com.' }],
    ],
    repeatLastAttempt: true,
  });
  const body = { message: 'Go.', models: script.models, on_complete: 'idle', budget_cap_usd: 5 };
  const run = await stack.api.run(await stack.newAgent(), body);
  await run.waitFor(({ type }) => type === 'session.status_idle');
  await post(run.sessionId, { type: 'user.message', text: 'Go on.' });
  await run.waitFor(({ type, id }) => type === 'session.status_idle' && id > run.events.length / 2 && doneOf(run));
  await post(run.sessionId, { type: 'user.interrupt' });
  await run.ended();
  const { requests } = await script.report();
  const spent = await usage();

  const replay = await replayed(run.sessionId, { models: 'recorded' });
  expect(await comparable(replay.sessionId)).toEqual(await comparable(run.sessionId));
  expect(replay.events[0]?.data).toMatchObject({ replayOf: run.sessionId });
  const source = await stack.api.session(run.sessionId);
  expect(source.cost_usd).toBeGreaterThan(0);
  expect(await stack.api.session(replay.sessionId)).toMatchObject({
    replay_of: { session_id: run.sessionId, tools: 'recorded', recorded_models: true },
    cost_usd: source.cost_usd,
    end_reason: 'interrupted',
  });
  expect((await script.report()).requests).toHaveLength(requests.length);
  expect(await usage()).toEqual(spent);
  expect(effectsOf(stack.counterFile, 'first')).toBe(1);
  const learned = await stack.db.serviceTransaction((tx) =>
    tx.query('outcomes-of-replay', 'SELECT 1 FROM outcome WHERE session_id = $1', [replay.sessionId]),
  );
  expect(learned).toEqual([]);
  const diff = await stack.api.call<SessionDiff>('GET', `/v1/sessions/${run.sessionId}/diff?with=${replay.sessionId}`);
  expect(diff.data.map(({ differs }) => differs)).toEqual(diff.data.map(() => []));

  // A replay is a recording as well.
  const again = await replayed(replay.sessionId, { models: 'recorded' });
  expect(await comparable(again.sessionId)).toEqual(await comparable(run.sessionId));
  const message = { type: 'user.message', text: 'More.' };
  for (const [path, sent] of [
    ['retry', {}],
    ['rewind', { to_turn: 0 }],
    ['events', message],
  ] as const) {
    const { status } = await stack.api.request('POST', `/v1/sessions/${again.sessionId}/${path}`, sent);
    expect([path, status]).toEqual([path, 409]);
  }
});

/** True when the second message was answered. */
function doneOf(run: EventWatch): boolean {
  return run.ofType('agent.message').some(({ text }) => text.startsWith('Done'));
}

test('[session:replay:recorded-results] another model is given the recorded results, and no call is made that was not recorded', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [count('kept'), echo('known')] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models });
  await run.ended();
  const other = async (calls: { name: string; args: Record<string, unknown> }[], body: object) => {
    const models = await stack.script({
      turns: [[{ toolCalls: calls }], [{ text: 'Did it.' }]],
      repeatLastAttempt: true,
    });
    const replay = await replayed(run.sessionId, { models: models.models, ...body });
    const end = await replay.ended();
    const results = replay.ofType('agent.tool_result').map(({ isError, preview }) => [isError, preview]);
    return { reason: end.reason, code: end.error?.code, results };
  };
  const [known] = run.ofType('agent.tool_result').filter(({ toolName }) => toolName === reads.tool('echo'));
  const [kept] = run.ofType('agent.tool_result').filter(({ toolName }) => toolName === writes.tool('count'));
  const same = await other([echo('known'), count('kept')], {});
  expect(same).toEqual({
    reason: 'completed',
    code: undefined,
    results: expect.arrayContaining([
      [false, known?.preview],
      [false, kept?.preview],
    ]),
  });
  const missing = { reason: 'error', code: 'replay.no_recording' };
  expect(await other([count('new')], {})).toMatchObject(missing);
  // It was made once.
  expect(await other([echo('known'), echo('known')], {})).toMatchObject(missing);
  const told = await other([count('new'), write('new')], { on_missing: 'error_result' });
  expect(told).toMatchObject({
    reason: 'completed',
    results: [
      [true, /No result is recorded/],
      [true, /No result is/],
    ].map(([isError, text]) => [isError, expect.stringMatching(text as RegExp)]),
  });
  const read = await other([echo('unknown'), count('new')], { tools: 'recorded_or_read', on_missing: 'error_result' });
  expect(read.reason).toBe('completed');
  expect(read.results).toContainEqual([false, expect.stringContaining('unknown')]);
  expect(read.results).toContainEqual([true, expect.stringContaining('No result is recorded')]);
  expect([effectsOf(stack.counterFile, 'kept'), effectsOf(stack.counterFile, 'new')]).toEqual([1, 0]);
  const live = await other([echo('anew')], { tools: 'live' });
  expect(live.results).toEqual([[false, expect.stringContaining('anew')]]);
});

test('[session:replay:recorded-results] what cannot be replayed is refused, and nothing is made', async () => {
  const script = await stack.script({ turns: [[{ text: 'Idle.' }]], repeatLastAttempt: true });
  const run = await stack.api.run(await stack.newAgent(), {
    message: 'Go.',
    models: script.models,
    on_complete: 'idle',
  });
  await run.waitFor(({ type }) => type === 'session.status_idle');
  const refusal = async (sessionId: string, body: object) => {
    const { status, body: answer } = await stack.api.request('POST', `/v1/sessions/${sessionId}/replay`, body);
    return [status, (answer as { error: { code: string } }).error.code];
  };
  expect(await refusal(run.sessionId, {})).toEqual([409, 'session_not_ended']);
  expect(await refusal('sess_none', {})).toEqual([404, 'session_not_found']);
  await post(run.sessionId, { type: 'user.interrupt' });
  await run.ended();
  const cases: [object, number, string][] = [
    [{ from_turn: 1 }, 409, 'session_not_replayable'],
    [{ from_turn: -1 }, 400, 'invalid_request'],
    [{ models: 'recorded', tools: 'live' }, 400, 'invalid_request'],
    [{ models: 'recorded', seed: 1 }, 400, 'invalid_request'],
    [{ models: 'recorded', context: { soul: {} } }, 400, 'invalid_request'],
    [{ models: 'recorded', policy: { policies: [] } }, 400, 'invalid_request'],
    [{ tools: 'live', policy: { policies: [] } }, 400, 'invalid_request'],
    [{ policy: {} }, 400, 'invalid_request'],
    [{ policy: { policies: [{ tool_name: 'memory_serch', allowed: true }] } }, 400, 'unknown_tool'],
    [{ policy: { policies: [{ tool_name: 'memory_*', allowed: true, rate_limit: 'none' }] } }, 400, 'unknown_field'],
    [{ context: { memory: {} } }, 400, 'unknown_field'],
    [{ models: ['no-such-model'] }, 400, 'unknown_model'],
  ];
  for (const [body, status, code] of cases) expect(await refusal(run.sessionId, body)).toEqual([status, code]);
});

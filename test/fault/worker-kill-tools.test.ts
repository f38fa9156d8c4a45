import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { carriedImages } from '../../simulated/media/carried-media.ts';
import type { EventWatch } from '../support/event-watch.ts';
import { png } from '../support/images.ts';
import { checkInvariants } from '../support/invariants.ts';
import { createRecoveryTimes } from '../support/recovery-times.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { storyOf } from '../support/story.ts';
import { effectsOf, type ToolServer } from '../support/tool-server.ts';

let stack: TestStack;
let agentId: string;
const servers = new Map<string, ToolServer>();
const times = createRecoveryTimes();

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  agentId = await stack.newAgent();
  servers.set('read-only', await stack.toolServer('reads', { effect: 'read', idempotent: false }));
  servers.set('idempotent', await stack.toolServer('keyed', { effect: 'write', idempotent: true }));
  servers.set('unrepeatable', await stack.toolServer('plain', { effect: 'write', idempotent: false }));
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  times.print();
  await stack.stop();
});

/** Answers the question whether a call took effect. */
async function resolve(watch: EventWatch, action: 'retry' | 'skip') {
  const { pending } = await watch.waitForType('session.status_idle', 45_000);
  expect(pending).toMatchObject([
    { kind: 'effect_unknown', happened: expect.stringContaining('ended during the call') },
  ]);
  const event = { type: 'user.effect_resolution', tool_use_id: pending?.[0]?.toolUseId, action };
  expect((await stack.api.request('POST', `/v1/sessions/${watch.sessionId}/events`, event)).status).toBe(202);
}

/** @param action how a person answers when nobody knows whether the call took effect */
async function killedAt(kind: string, point: FaultPoint, action?: 'retry' | 'skip') {
  const note = `${kind}-${randomBytes(4).toString('hex')}`;
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: servers.get(kind)?.tool('count') ?? '', args: { note } }] }],
      [{ text: 'Counted.' }],
    ],
    repeatLastAttempt: true,
  });
  stack.killWorkerAt(point);
  const watch = await stack.api.run(agentId, { message: 'Count.', models: script.models });
  if (action !== undefined) await resolve(watch, action);
  const ended = await watch.ended(45_000);
  expect(stack.faultHappened()).toBe(true);
  expect(ended.reason).toBe('completed');
  times.note(`${point} (${kind})`, stack, watch);
  await stack.workerReady();
  return { watch, effects: effectsOf(stack.counterFile, note), result: watch.ofType('agent.tool_result')[0] };
}

const STORY = (tool: string, result: 'ok' | 'error', asked = false) => [
  'session.status_running',
  '0 br.model_selected scripted-1 only_candidate',
  `0 agent.tool_use ${tool} allow`,
  ...(asked ? ['session.status_idle'] : []),
  // A call that is made again needs a running session; a decision that is its result does not.
  ...(asked && result === 'ok' ? ['session.status_running'] : []),
  `0 agent.tool_result ${tool} ${result}`,
  ...(asked && result === 'error' ? ['session.status_running'] : []),
  '0 br.routing_savings scripted-1',
  '1 br.model_selected scripted-1 only_candidate',
  '1 agent.message Counted.',
  '1 br.routing_savings scripted-1',
  'session.status_ended completed after 2 turns',
];

const POINTS: readonly FaultPoint[] = [
  'tool_dispatched.before',
  'tool_dispatched.after',
  'tool_answered.after',
  'tool_stored.after',
];

test.each(POINTS)('[I5] a read-only tool is called again when the worker is killed at %s', async (point) => {
  const { watch, effects } = await killedAt('read-only', point);
  expect(storyOf(watch)).toEqual(STORY('reads_count', 'ok'));
  expect(effects).toBe(point === 'tool_answered.after' ? 2 : 1);
});

test.each<FaultPoint>(['tool_dispatched.after', 'tool_answered.after'])(
  '[I5] an idempotent tool is called again when the worker is killed at %s',
  async (point) => {
    const { watch, effects } = await killedAt('idempotent', point);
    expect(storyOf(watch)).toEqual(STORY('keyed_count', 'ok'));
    expect(effects).toBe(point === 'tool_answered.after' ? 2 : 1);
  },
);

test.each<{ point: FaultPoint; action?: 'retry' | 'skip'; effects: number }>([
  { point: 'tool_dispatched.before', effects: 1 },
  { point: 'tool_dispatched.after', action: 'skip', effects: 0 },
  { point: 'tool_dispatched.after', action: 'retry', effects: 1 },
  { point: 'tool_answered.after', action: 'skip', effects: 1 },
  { point: 'tool_answered.after', action: 'retry', effects: 2 },
  { point: 'tool_stored.after', effects: 1 },
])(
  '[I5] [effect:unknown:a-person-decides] any other tool is never run twice by itself when the worker is killed at $point; a person then says "$action"',
  async ({ point, action, effects }) => {
    const killed = await killedAt('unrepeatable', point, action);
    const ok = action !== 'skip';
    expect(storyOf(killed.watch)).toEqual(STORY('plain_count', ok ? 'ok' : 'error', action !== undefined));
    expect(killed.effects).toBe(effects);
    if (!ok) expect(killed.result?.preview).toContain('not known whether plain_count took effect');
  },
);

test('[I5] [effect:key:same-on-every-attempt] a call that is made again has the same idempotency key', async () => {
  const call = { name: servers.get('idempotent')?.tool('count_key') ?? '', args: {} };
  const script = await stack.script({
    turns: [[{ toolCalls: [call] }], [{ text: 'Counted.' }]],
    repeatLastAttempt: true,
  });
  stack.killWorkerAt('tool_answered.after');
  const watch = await stack.api.run(agentId, { message: 'Count.', models: script.models });
  expect((await watch.ended(45_000)).reason).toBe('completed');
  await stack.workerReady();
  const [use] = watch.ofType('agent.tool_use');
  expect(effectsOf(stack.counterFile, use?.toolUseId ?? '')).toBe(2);
});

test.each<FaultPoint>(['tool_answered.after', 'tool_stored.after'])(
  '[I5] [image:stored:once-and-erased] a result is stored once and with its image when the worker is killed at %s',
  async (point) => {
    const picture = png(64, 48);
    const of = [{ type: 'image/png', data: picture.toString('base64') }];
    const call = { name: servers.get('read-only')?.tool('pictures') ?? '', args: { of } };
    const script = await stack.script(
      { turns: [[{ toolCalls: [call] }], [{ text: 'Seen.' }]], repeatLastAttempt: true },
      {
        protocol: 'anthropic-messages',
        models: [{ id: 'seeing', inputUsdPerMtok: 1, outputUsdPerMtok: 4, capabilities: ['images'] }],
      },
    );
    stack.killWorkerAt(point);
    const watch = await stack.api.run(agentId, { message: 'Look.', models: script.models });
    expect((await watch.ended(45_000)).reason).toBe('completed');
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
    const [result, ...more] = watch.ofType('agent.tool_result');
    expect(more).toEqual([]);
    const stored = await stack.db.serviceTransaction((tx) =>
      tx.query<{ id: string }>('images-of-session', 'SELECT id FROM image WHERE session_id = $1', [watch.sessionId]),
    );
    expect(stored.map(({ id }) => id)).toEqual(result?.imageIds);
    const last = (await script.report()).requests.at(-1)?.body;
    expect(carriedImages('anthropic-messages', last).map(({ data }) => data)).toEqual([picture.toString('base64')]);
  },
);

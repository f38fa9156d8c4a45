import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
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

async function killedAt(kind: string, point: FaultPoint) {
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
  const ended = await watch.ended(45_000);
  expect(stack.faultHappened()).toBe(true);
  expect(ended.reason).toBe('completed');
  times.note(`${point} (${kind})`, stack, watch);
  await stack.workerReady();
  return { watch, effects: effectsOf(stack.counterFile, note), result: watch.ofType('agent.tool_result')[0] };
}

const STORY = (tool: string, result: 'ok' | 'error') => [
  'session.status_running',
  '0 br.model_selected scripted-1 only_candidate',
  `0 agent.tool_use ${tool} allow`,
  `0 agent.tool_result ${tool} ${result}`,
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

test.each(POINTS)('[I5] any other tool never runs twice when the worker is killed at %s', async (point) => {
  const { watch, effects, result } = await killedAt('unrepeatable', point);
  const unknown = point === 'tool_dispatched.after' || point === 'tool_answered.after';
  expect(storyOf(watch)).toEqual(STORY('plain_count', unknown ? 'error' : 'ok'));
  expect(effects).toBe(point === 'tool_dispatched.after' ? 0 : 1);
  if (unknown) expect(result?.preview).toContain('not known whether plain_count took effect');
});

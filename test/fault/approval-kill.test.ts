import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { askingRun, requireApproval } from '../support/asking-run.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { storyOf } from '../support/story.ts';
import { effectsOf, type ToolServer } from '../support/tool-server.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let agentId: string;
let asks: ToolServer;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  agentId = await stack.newAgent();
  asks = await stack.toolServer('asks', { effect: 'write', idempotent: false });
  await requireApproval(stack, asks);
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const STORY = [
  'session.status_running',
  '0 br.model_selected scripted-1 only_candidate',
  '0 agent.tool_use asks_count ask',
  'session.status_idle',
  'session.status_running',
  '0 agent.tool_result asks_count ok',
  '0 br.routing_savings scripted-1',
  '1 br.model_selected scripted-1 only_candidate',
  '1 agent.message Done.',
  '1 br.routing_savings scripted-1',
  'session.status_ended completed after 2 turns',
];

test.each<{ point: FaultPoint; when: 'asked' | 'answered' }>([
  { point: 'answer_stored.after', when: 'asked' },
  { point: 'calls_settled.before', when: 'asked' },
  { point: 'calls_settled.after', when: 'asked' },
  { point: 'calls_settled.before', when: 'answered' },
  { point: 'calls_settled.after', when: 'answered' },
  { point: 'tool_dispatched.before', when: 'answered' },
  { point: 'tool_stored.after', when: 'answered' },
])(
  '[approval:kill:asked-and-made-once] [I1] [I5] a call under approval is asked about once and made once when the worker is killed at $point after it was $when',
  async ({ point, when }) => {
    const note = `approved-${randomBytes(4).toString('hex')}`;
    if (when === 'asked') stack.killWorkerAt(point);
    const call = { name: asks.tool('count'), args: { note } };
    const { run, asked, confirm } = await askingRun(stack, agentId, [call]);
    const [pending, ...more] = await asked();
    expect(more).toEqual([]);
    if (when === 'answered') stack.killWorkerAt(point);
    expect((await confirm(pending?.toolUseId ?? '', { result: 'allow' })).status).toBe(202);
    expect((await run.ended(45_000)).reason).toBe('completed');
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
    expect(storyOf(run)).toEqual(STORY);
    expect(effectsOf(stack.counterFile, note)).toBe(1);
    expect((await confirm(pending?.toolUseId ?? '', { result: 'allow' })).status).toBe(409);
  },
);

test('[effect:unknown:a-person-decides] [I5] a lost call stays unknown when its session is interrupted right before a person has it made again', async () => {
  const server = await stack.toolServer('lost', { effect: 'write', idempotent: false });
  const note = `lost-${randomBytes(4).toString('hex')}`;
  const call = { name: server.tool('crash_after_count'), args: { note } };
  const { run, asked } = await askingRun(stack, agentId, [call]);
  const [pending] = await asked();
  stack.killWorkerAt('tool_dispatched.before');
  const answer = { type: 'user.effect_resolution', tool_use_id: pending?.toolUseId, action: 'retry' };
  await stack.api.steer(agentId, run.sessionId, answer);
  await until('the worker to be killed', () => stack.faultHappened());
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended(45_000)).reason).toBe('interrupted');
  await stack.workerReady();
  expect(run.ofType('agent.tool_result')).toMatchObject([
    { isError: true, preview: expect.stringContaining('not known whether') },
  ]);
  expect(effectsOf(stack.counterFile, note)).toBe(1);
});

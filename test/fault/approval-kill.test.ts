import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { askingRun, requireApproval } from '../support/asking-run.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { storyOf } from '../support/story.ts';
import { effectsOf, type ToolServer } from '../support/tool-server.ts';

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

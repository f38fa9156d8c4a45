import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { turnTimesSchema } from '../../../contract/turn-times.ts';
import { askingRun, requireApproval } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

type TurnTimes = z.infer<typeof turnTimesSchema>;

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const timesOf = async (sessionId: string, turn: number): Promise<TurnTimes> =>
  turnTimesSchema.parse(await stack.api.call('GET', `/v1/sessions/${sessionId}/turns/${turn}`));

/** Fails unless each time is there, and none is before the one in front of it. The clocks of worker and Postgres are one here. */
function expectInOrder(...times: (string | null | undefined)[]): void {
  expect(times.every((time) => typeof time === 'string')).toBe(true);
  expect(times.toSorted()).toEqual(times);
}

test('[turn:times:each-stage-request-and-call] a turn shows its stages in order, each request with its first and last piece, and the wait of a call for a person', async () => {
  const agentId = await stack.newAgent();
  const asks = await stack.toolServer('asks', { effect: 'write', idempotent: false });
  await requireApproval(stack, asks);
  const asking = await askingRun(stack, agentId, [
    { name: asks.tool('count'), args: { note: 'timed' } },
    { name: 'memory/search', args: { query: 'anything' } },
  ]);
  const [pending] = await asking.asked();
  const before = await timesOf(asking.run.sessionId, 0);
  expect(before).toMatchObject({ ended_at: null, tool_calls: [{ dispatched_at: null, dispatches: 0 }, {}] });
  expect(before.stages.map(({ stage }) => stage)).toEqual([
    'refresh_context',
    'select_model',
    'call_model',
    'call_tools',
  ]);
  expect(before.stages.at(-1)).toMatchObject({ ended_at: null });

  await asking.confirm(pending?.toolUseId ?? '', { result: 'allow' });
  expect((await asking.run.ended()).reason).toBe('completed');
  const times = await timesOf(asking.run.sessionId, 0);
  const [refresh, select, call, tools, debit] = times.stages;
  expectInOrder(times.started_at, refresh?.ended_at, select?.started_at, select?.ended_at, call?.started_at);
  expectInOrder(call?.ended_at, tools?.ended_at, debit?.started_at, debit?.ended_at);
  expect([times.started_at, times.ended_at]).toEqual([refresh?.started_at, debit?.ended_at]);
  expect(select).toMatchObject({ selection: 0, waited_ms: 0, queued_ms: 0 });
  const [attempt] = times.attempts;
  expect(attempt).toMatchObject({ selection: 0, attempt: 1, state: 'settled', failed_type: null });
  expectInOrder(attempt?.dispatched_at, attempt?.first_token_at, attempt?.last_token_at);
  const [counted, searched] = times.tool_calls;
  expect(counted).toMatchObject({
    dispatches: 1,
    state: 'succeeded',
    asked: [{ kind: 'approval', status: 'approved' }],
  });
  expectInOrder(counted?.asked[0]?.asked_at, counted?.asked[0]?.answered_at, counted?.dispatched_at);
  expectInOrder(counted?.first_dispatched_at, counted?.dispatched_at, counted?.answered_at);
  expect(searched).toMatchObject({ dispatches: 0, asked: [] });
  expectInOrder(searched?.dispatched_at, searched?.answered_at);
});

test('[turn:times:each-stage-request-and-call] a request that failed, one that an interrupt cut off and one that is under way show as much as there was', async () => {
  const agentId = await stack.newAgent();
  const failing = await stack.script({ turns: [[{ status: 400 }]], repeatLastAttempt: true });
  const failed = await stack.api.run(agentId, { message: 'Go.', models: failing.models });
  expect((await failed.ended()).reason).toBe('error');
  const refused = await timesOf(failed.sessionId, 0);
  expect(refused.attempts).toMatchObject([
    { failed_type: 'model.rejected', first_token_at: null, last_token_at: null },
  ]);
  expect(refused.attempts[0]?.closed_at).toEqual(expect.any(String));

  const held = { text: 'One two three four.', chunks: 4, holdUntil: 'never', holdAt: 'mid_stream' } as const;
  const script = await stack.script({ turns: [[held]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  const underWay = await timesOf(run.sessionId, 0);
  expect(underWay.attempts).toMatchObject([{ state: 'dispatched', first_token_at: null, closed_at: null }]);
  expect(underWay.stages.at(-1)).toMatchObject({ stage: 'call_model', ended_at: null });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
  const cut = await until('the attempt to be closed', async () => {
    const { attempts } = await timesOf(run.sessionId, 0);
    return attempts[0]?.closed_at == null ? undefined : attempts[0];
  });
  expect(cut.dispatched_at).toEqual(expect.any(String));
});

test('[turn:times:each-stage-request-and-call] a turn that is not there is refused', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models });
  await run.ended();
  for (const turn of ['1', 'x', '-1']) {
    const { status } = await stack.api.request('GET', `/v1/sessions/${run.sessionId}/turns/${turn}`);
    expect(status).toBe(404);
  }
});

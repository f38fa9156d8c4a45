import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack({
    restartWorkerAtOnce: true,
    // The worker ends itself at some 570 MB, nine tenths of what Node then gives its heap.
    env: { AGENT_RUNS_WORKER_HANG_S: '3', NODE_OPTIONS: '--max-old-space-size=400' },
  });
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const deaths = () =>
  stack.db.serviceTransaction((tx) =>
    tx.query<{ sessionId: string; proven: number }>(
      'deaths-of-workers',
      'SELECT session_id AS "sessionId", proven FROM worker_death',
    ),
  );

test.each([
  { that: 'never ends', fault: 'hang:context.before', says: 'it did not come to an end' },
  { that: 'uses up the memory', fault: 'grow:context.before', says: 'it used up the memory' },
])(
  '[recovery:set-aside:named-cause-only] [I6] a session whose stage $that is set aside, and one that was only beside it completes',
  async ({ fault, says }) => {
    const script = await stack.script({ turns: [[{ text: 'Done.', holdUntil: 'go' }]], repeatLastAttempt: true });
    const beside = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await script.waitForRequests(1);
    const file = path.join(stack.home, 'fault');
    writeFileSync(file, fault);
    const cause = await stack.api.run(agentId, { message: 'Ends its worker.', models: script.models });
    const { reason, error } = await cause.ended(60_000);
    rmSync(file);
    expect([reason, error?.code]).toEqual(['error', 'session.set_aside']);
    expect(error?.message).toMatch(new RegExp(`its stage refreshContext ended the worker [23] times: ${says}\\.$`));
    expect(await stack.api.session(cause.sessionId)).toMatchObject({ status: 'ended', end_reason: 'error' });
    const left = (await deaths()).filter(({ sessionId }) => [cause.sessionId, beside.sessionId].includes(sessionId));
    expect(left.map(({ sessionId, proven }) => [sessionId, proven])).toEqual([[beside.sessionId, 0]]);
    await script.release('go');
    expect((await beside.ended(60_000)).reason).toBe('completed');
  },
);

test('[recovery:set-aside:named-cause-only] a worker that somebody kills again and again at one place of a session counts for nothing', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]], repeatLastAttempt: true });
  const before = await deaths();
  stack.killWorkerAt('context.after');
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  for (let kills = 1; kills < 4; kills++) {
    await expect.poll(() => stack.faultHappened(), { timeout: 30_000 }).toBe(true);
    stack.killWorkerAt('context.after');
    await stack.workerReady();
  }
  rmSync(path.join(stack.home, 'fault'), { force: true });
  expect((await run.ended(60_000)).reason).toBe('completed');
  expect(await deaths()).toEqual(before);
});

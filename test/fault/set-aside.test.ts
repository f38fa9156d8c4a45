import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true, env: { AGENT_RUNS_WORKER_HANG_S: '3' } });
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

test('[recovery:set-aside:named-cause-only] [I6] a session whose stage never ends is set aside, and one that was only beside it completes', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.', holdUntil: 'go' }]], repeatLastAttempt: true });
  const beside = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  const fault = path.join(stack.home, 'fault');
  writeFileSync(fault, 'hang:context.before');
  const endless = await stack.api.run(agentId, { message: 'Never ends.', models: script.models });
  const { reason, error } = await endless.ended(60_000);
  rmSync(fault);
  expect([reason, error?.code]).toEqual(['error', 'session.set_aside']);
  expect(error?.message).toMatch(/its stage refreshContext ended the worker [23] times: it did not come to an end\.$/);
  expect(await stack.api.session(endless.sessionId)).toMatchObject({ status: 'ended', end_reason: 'error' });
  expect((await deaths()).map(({ sessionId, proven }) => [sessionId, proven])).toEqual([[beside.sessionId, 0]]);
  await script.release('go');
  expect((await beside.ended(60_000)).reason).toBe('completed');
});

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

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLongSoak } from '../soak/long-soak.ts';
import { WINDOWS } from '../soak/settings.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

const SEED = process.env.SOAK_SEED ?? '1';

// The short form of `npm run soak:long`.
test('[session:long:strict-servers-refuse-nothing] [context:window:latest-message-and-results] [recovery:worker-killed:no-trace-in-sessions] [request:signatures:to-their-maker-only] [I1] [I2] [I3] [I4] [I5] [I6] [I9] [I10] long sessions with large results on windows of every size change their provider from turn to turn, and strict servers refuse nothing', async () => {
  console.log(`SOAK_SEED=${SEED}`);
  const figures = await runLongSoak(stack, { seed: SEED, turns: 40, windows: WINDOWS, faults: 1 }, () => undefined);
  expect(figures.faults?.value).toBe(1);
  expect(figures.provider_changes?.value).toBeGreaterThan(0.25);
  expect(figures.messages?.value).toBeGreaterThan(WINDOWS.length);
}, 240_000);

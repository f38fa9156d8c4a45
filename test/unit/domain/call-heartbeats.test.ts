import { expect, test } from 'vitest';
import { HEARTBEAT_TIMEOUT_MS, heartbeatEveryMs, heartbeatTimeoutOf } from '../../../domain/call-heartbeats.ts';

const timeoutOf = (calls: number) => heartbeatTimeoutOf(calls) ?? HEARTBEAT_TIMEOUT_MS;

test('[recovery:heartbeats:by-number-of-calls] the first calls of a tenant are missed after 2.5 s, each further one 0.1 s later, and none after more than 20 s', () => {
  const cases = [0, 1, 25, 26, 100, 200, 300].map((calls) => [calls, timeoutOf(calls)]);
  expect(cases).toEqual([
    [0, 2_500],
    [1, 2_500],
    [25, 2_500],
    [26, 2_600],
    [100, 10_000],
    [200, 20_000],
    [300, 20_000],
  ]);
});

test('[recovery:heartbeats:by-number-of-calls] two heartbeats fit into a time-out, the second with almost a second to spare, and 300 calls send less than a hundred a second', () => {
  const calls = Array.from({ length: 300 }, (_, index) => timeoutOf(index + 1));
  for (const timeoutMs of calls) expect(timeoutMs - 2 * heartbeatEveryMs(timeoutMs)).toBe(900);
  const perSecond = calls.reduce((sum, timeoutMs) => sum + 1_000 / heartbeatEveryMs(timeoutMs), 0);
  expect(perSecond).toBeLessThan(100);
});

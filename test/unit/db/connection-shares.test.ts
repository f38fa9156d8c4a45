import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConnectionShares } from '../../../db/connection-shares.ts';
import { passingTrouble } from '../../../db/passing-error.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('[tenant:shares:floor-nobody-takes] a tenant whose transactions never end leaves connections to the others', async () => {
  const shares = createConnectionShares({ connections: 20, waitMs: 3_000 });
  const refused: unknown[] = [];
  let taken = 0;
  for (let i = 0; i < 40; i++) {
    shares.take('slow').then(
      () => {
        taken += 1;
      },
      (error: unknown) => refused.push(error),
    );
  }
  const others = await Promise.all(['quiet', 'quiet', '', ''].map((tenantId) => shares.take(tenantId)));
  expect(others).toHaveLength(4);
  expect(taken).toBeLessThanOrEqual(15);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(refused).toHaveLength(40 - taken);
  expect(refused.map(passingTrouble)).toEqual(refused.map(() => 'busy'));
});

test('[tenant:shares:waiting-holds-nothing] a transaction that waits begins as soon as one of its tenant ends', async () => {
  const shares = createConnectionShares({ connections: 1, waitMs: 3_000 });
  const first = await shares.take('t');
  const second = shares.take('t');
  first();
  await expect(second).resolves.toBeTypeOf('function');
});

test('[tenant:shares:floor-nobody-takes] requests with one key, however many wait, leave connections to those with another key', async () => {
  const shares = createConnectionShares({ connections: 20, waitMs: 3_000 });
  for (let i = 0; i < 400; i++) shares.take('', 'key 1').catch(() => undefined);
  const others = await Promise.all(['key 2', 'key 2', undefined].map((part) => shares.take('', part)));
  expect(others).toHaveLength(3);
});

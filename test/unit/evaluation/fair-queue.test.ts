import { expect, test } from 'vitest';
import { createFairQueue } from '../../../evaluation/fair-queue.ts';

const PATIENCE_MS = 60_000;

/** A queue whose clock stands still, and the tenants in the order in which they got a place. */
function queueOf(places: number) {
  const clock = { nowMs: 0 };
  const queue = createFairQueue({ places, nowMs: () => clock.nowMs });
  const served: string[] = [];
  const enter = async (tenant: string) => {
    const release = await queue.enter(tenant, PATIENCE_MS);
    served.push(tenant);
    return release ?? expect.fail(`${tenant} was turned away`);
  };
  /** Enters without waiting for the place, which may never come: a test ends before the patience of those who wait. */
  const begin = (tenant: string) => {
    void queue.enter(tenant, PATIENCE_MS).then((release) => release !== undefined && served.push(tenant));
  };
  return { clock, queue, served, enter, begin };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('[evaluation:share:one-tenant-fills-no-pool] one tenant never holds the last place', async () => {
  const { enter, begin, served } = queueOf(2);
  const first = await enter('hostile');
  begin('hostile');
  await settled();
  expect(served).toEqual(['hostile']);
  const quiet = await enter('quiet');
  quiet(1);
  first(1);
  await settled();
  expect(served).toEqual(['hostile', 'quiet', 'hostile']);
});

test('[evaluation:share:one-tenant-fills-no-pool] tenants with slow work share all places but one', async () => {
  const { enter, begin, served, clock } = queueOf(2);
  for (const slow of ['slow-1', 'slow-2', 'slow-3']) (await enter(slow))(1_000);
  served.length = 0;
  const running = await enter('slow-1');
  begin('slow-2');
  begin('slow-3');
  await settled();
  expect(served).toEqual(['slow-1']);
  (await enter('quiet'))(1);
  running(1_000);
  await settled();
  expect(served).toEqual(['slow-1', 'quiet', 'slow-2']);
  // A minute later a tenant is not slow any more.
  clock.nowMs += 60_000;
  await enter('slow-1');
  expect(served.at(-1)).toBe('slow-1');
});

test('[evaluation:share:one-tenant-fills-no-pool] who used the least comes first, and each tenant in its order', async () => {
  const { enter, begin, served } = queueOf(3);
  const begun = [await enter('a'), await enter('a'), await enter('b')];
  served.length = 0;
  for (const tenant of ['a', 'a', 'c', 'b']) begin(tenant);
  await settled();
  expect(served).toEqual([]);
  begun[0]?.(300);
  begun[1]?.(50);
  begun[2]?.(100);
  await settled();
  expect(served).toEqual(['c', 'b', 'a']);
});

test('[evaluation:share:one-tenant-fills-no-pool] a tenant that waits for too long is told so, and one with too much waiting at once', async () => {
  const { queue } = queueOf(1);
  const release = await queue.enter('busy', PATIENCE_MS);
  expect(await queue.enter('other', 1)).toBeUndefined();
  const waiting = Array.from({ length: 1_000 }, () => queue.enter('busy', PATIENCE_MS));
  expect(await queue.enter('busy', PATIENCE_MS)).toBeUndefined();
  release?.(1);
  expect(await waiting[0]).toBeDefined();
  queue.close();
  expect(await waiting.at(-1)).toBeUndefined();
});

test('[tenant:suspend:gives-up-waits] a check whose tenant is suspended leaves the queue, and those behind it go on', async () => {
  const { queue, enter, begin, served } = queueOf(2);
  const running = await enter('hostile');
  const suspended = new AbortController();
  const given = queue.enter('hostile', PATIENCE_MS, suspended.signal);
  begin('hostile');
  suspended.abort();
  expect(await given).toBeUndefined();
  expect(await queue.enter('hostile', PATIENCE_MS, suspended.signal)).toBeUndefined();
  running(1);
  await settled();
  expect(served).toEqual(['hostile', 'hostile']);
});

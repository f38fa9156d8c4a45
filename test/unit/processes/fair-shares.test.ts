import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFairShares, type Release } from '../../../processes/fair-shares.ts';

const CAPACITY = 16;
const FLOOR = 2;

/** Has a tenant take places until it gets no more. */
function takeAll(shares: ReturnType<typeof createFairShares>, tenantId: string, part?: string): Release[] {
  const taken: Release[] = [];
  for (;;) {
    const release = shares.tryTake({ tenantId, part });
    if (release === undefined) return taken;
    taken.push(release);
  }
}

/** Has claimants wait. @returns the names of those who got a place, in this order */
function queueOf(shares: ReturnType<typeof createFairShares>, claimants: readonly [tenantId: string, part?: string][]) {
  const served: string[] = [];
  const releases: Release[] = [];
  for (const [tenantId, part] of claimants) {
    void shares.take({ tenantId, part }).then((release) => {
      served.push(part === undefined ? tenantId : `${tenantId}/${part}`);
      releases.push(release);
    });
  }
  return { served, releases };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('[tenant:shares:floor-nobody-takes] places of a process', () => {
  test('a tenant alone holds all places but the reserve, and each other tenant finds its floor free', () => {
    const shares = createFairShares({ capacity: CAPACITY, floor: FLOOR });
    for (const part of ['a', 'b', 'c']) takeAll(shares, 'greedy', part);
    expect(shares.held('greedy')).toBe(12);
    expect(takeAll(shares, 'quiet')).toHaveLength(FLOOR);
    expect(takeAll(shares, 'other')).toHaveLength(FLOOR);
  });

  test('one part of a tenant leaves the others a floor, too', () => {
    const shares = createFairShares({ capacity: CAPACITY, floor: FLOOR });
    expect(takeAll(shares, 'greedy', 'hanging server')).toHaveLength(9);
    expect(takeAll(shares, 'greedy', 'other server')).toHaveLength(FLOOR);
  });

  test('a place that becomes free goes to the tenant that holds the fewest, and equals take turns', async () => {
    const shares = createFairShares({ capacity: 4, floor: 1 });
    const [ofA] = takeAll(shares, 'a');
    const [ofB] = takeAll(shares, 'b');
    const { served } = queueOf(shares, [['a'], ['a'], ['b'], ['c']]);
    ofA?.();
    await settled();
    expect(served).toEqual(['c']);
    ofB?.();
    await settled();
    expect(served).toEqual(['c', 'b']);
  });

  test('[tenant:shares:by-weight] places that become free go to tenants by their weight, which may change while they wait', async () => {
    const weights = new Map([['heavy', 3]]);
    const shares = createFairShares({ capacity: 16, floor: 1, weightOf: (id) => weights.get(id) ?? 1 });
    const others = ['a', 'b', 'c', 'd', 'e'].flatMap((id) => takeAll(shares, id));
    const waiting = (tenantId: string): [string][] => Array.from({ length: 12 }, () => [tenantId]);
    const { served, releases } = queueOf(shares, [...waiting('light'), ...waiting('heavy')]);
    for (const release of others) release();
    await settled();
    expect([shares.held('heavy'), shares.held('light')]).toEqual([9, 3]);
    // What one gives back goes to the other from now on.
    weights.set('light', 12);
    const ofHeavy = releases.filter((_, at) => served[at] === 'heavy');
    for (const release of ofHeavy.slice(0, 4)) release();
    await settled();
    expect([shares.held('heavy'), shares.held('light')]).toEqual([5, 7]);
  });

  test('[tenant:shares:by-weight] a tenant that holds nothing comes before all that hold something, whatever the weights are', async () => {
    const shares = createFairShares({ capacity: 4, floor: 1, weightOf: (id) => (id === 'heavy' ? 100 : 1) });
    const [ofOther] = takeAll(shares, 'other');
    takeAll(shares, 'heavy');
    const { served } = queueOf(shares, [['heavy'], ['light']]);
    ofOther?.();
    await settled();
    expect(served).toEqual(['light']);
  });

  test('agents of a tenant take turns, whoever asked more often', async () => {
    const shares = createFairShares({ capacity: 1, floor: 1 });
    const first = shares.tryTake({ tenantId: 't', part: 'busy' });
    const { served, releases } = queueOf(shares, [
      ['t', 'busy'],
      ['t', 'busy'],
      ['t', 'busy'],
      ['t', 'calm'],
    ]);
    first?.();
    for (let given = 1; given <= 4; given++) {
      await settled();
      expect(served).toHaveLength(given);
      releases.at(-1)?.();
    }
    expect(served).toEqual(['t/calm', 't/busy', 't/busy', 't/busy']);
  });

  test('the one that has waited longest comes first, also when it waited elsewhere', async () => {
    const shares = createFairShares({ capacity: 1, floor: 1 });
    const first = shares.tryTake({ tenantId: 't' });
    const order: number[] = [];
    for (const sinceMs of [30, 10, 20]) {
      void shares.take({ tenantId: 't' }, { sinceMs }).then((release) => {
        order.push(sinceMs);
        release();
      });
    }
    first?.();
    await settled();
    expect(order).toEqual([10, 20, 30]);
  });

  test('whoever stops waiting leaves nothing behind', async () => {
    const shares = createFairShares({ capacity: 1, floor: 1 });
    const first = shares.tryTake({ tenantId: 't' });
    const leaving = new AbortController();
    const waiting = shares.take({ tenantId: 't' }, { signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(shares.waiting('t')).toBe(0);
    first?.();
    first?.();
    expect(shares.held('t')).toBe(0);
    expect(shares.tryTake({ tenantId: 'u' })).toBeDefined();
  });

  test('the most that a tenant may hold now is asked for each place', () => {
    let most = 1;
    const shares = createFairShares({ capacity: 8, floor: 2, most: () => most });
    expect(takeAll(shares, 't')).toHaveLength(1);
    most = 3;
    expect(takeAll(shares, 't')).toHaveLength(2);
  });
});

test('[tenant:shares:floor-nobody-takes] whatever is taken and given back, nobody is beyond the capacity or waits beside a free place', async () => {
  const step = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c', 'd'),
    part: fc.constantFrom('x', 'y'),
    does: fc.constantFrom('take', 'take', 'give', 'leave'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 80 }),
      async (capacity, floor, steps) => {
        const shares = createFairShares({ capacity, floor });
        const held: { tenant: string; release: Release }[] = [];
        const waiters: { tenant: string; leave: AbortController }[] = [];
        for (const { tenant, part, does } of steps) {
          if (does === 'give') held.shift()?.release();
          if (does === 'leave') waiters.shift()?.leave.abort();
          if (does === 'take') {
            const waiter = { tenant, leave: new AbortController() };
            waiters.push(waiter);
            const forget = () => waiters.splice(waiters.indexOf(waiter), waiters.includes(waiter) ? 1 : 0);
            void shares.take({ tenantId: tenant, part }, { signal: waiter.leave.signal }).then(
              (release) => {
                forget();
                held.push({ tenant, release });
              },
              () => undefined,
            );
          }
          await settled();
          expect(held.length).toBeLessThanOrEqual(capacity);
          for (const id of ['a', 'b', 'c', 'd']) {
            expect(shares.held(id)).toBe(held.filter((each) => each.tenant === id).length);
            expect(shares.waiting(id)).toBe(waiters.filter((each) => each.tenant === id).length);
            const hasFloor = held.length < capacity && shares.held(id) < floor;
            const partsBelowFloor = shares.waiting(id) > 0 && hasFloor;
            expect(partsBelowFloor, `${id} waits below its floor`).toBe(false);
          }
        }
      },
    ),
    { numRuns: 100, seed: 12 },
  );
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCallSlots, type SlotCall } from '../../../activities/shares/call-slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const call = (sessionId: string, rest: Partial<SlotCall> = {}): SlotCall => ({
  key: sessionId,
  tenantId: 't',
  part: 'agent',
  sessionId,
  ...rest,
});

/** No test but those about crowds has so many calls. */
const NO_CROWD = 20_000;

function slotsOf(capacity: number, crowd = NO_CROWD) {
  const woken: string[] = [];
  const held: string[] = [];
  const crowds = new Map<string, number>();
  let random = 0;
  const slots = createCallSlots({
    capacity,
    floor: 1,
    crowd: () => crowd,
    crowdOf: (tenantId) => crowds.get(tenantId) ?? 0,
    random: () => random,
    wake: (sessionId) => woken.push(sessionId),
    held: (tenantId) => {
      held.push(tenantId);
      return () => held.splice(held.indexOf(tenantId), 1);
    },
    waits: () => () => undefined,
    nowMs: Date.now,
  });
  return { slots, woken, held, crowds, setRandom: (value: number) => (random = value) };
}

test('[tenant:shares:waiting-holds-nothing] a call that waits is woken when one ends, and finds its slot kept', async () => {
  const { slots, woken, held } = slotsOf(1);
  expect(slots.admit(call('one'))).toBe(true);
  const release = slots.begin(call('one'));
  expect(held).toEqual(['t']);
  expect(slots.admit(call('two'))).toBe(false);
  expect(slots.admit(call('two'))).toBe(false);
  release?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual(['two']);
  expect(slots.admit(call('three'))).toBe(false);
  expect(slots.admit(call('two'))).toBe(true);
  expect(slots.begin(call('two'))).toBeDefined();
  expect(held).toEqual(['t']);
});

test('[tenant:shares:waiting-holds-nothing] a slot that nobody comes for goes to the next', async () => {
  const { slots, woken } = slotsOf(1);
  expect(slots.admit(call('never begins'))).toBe(true);
  expect(slots.admit(call('ends while it waits'))).toBe(false);
  expect(slots.admit(call('last'))).toBe(false);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(woken).toEqual(['ends while it waits']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(woken).toEqual(['ends while it waits', 'last']);
  expect(slots.begin(call('last'))).toBeDefined();
});

test('[tenant:shares:waiting-holds-nothing] a call that asks no more is forgotten, and one that asks keeps its place in line', async () => {
  const { slots, woken } = slotsOf(1);
  const release = slots.begin(call('one'));
  slots.admit(call('moved away'));
  slots.admit(call('asks again'));
  await vi.advanceTimersByTimeAsync(40_000);
  slots.admit(call('asks again', { waitedMs: 40_000 }));
  await vi.advanceTimersByTimeAsync(40_000);
  slots.admit(call('younger'));
  release?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual(['asks again']);
});

test('[tenant:suspend:stops-at-once] calls of a tenant that is suspended wait no more, and their sessions are named to be woken', async () => {
  const { slots, woken } = slotsOf(1);
  const release = slots.begin(call('one'));
  for (const id of ['two', 'three']) slots.admit(call(id));
  slots.admit(call('theirs', { tenantId: 'other' }));
  expect(slots.dismiss('t')).toEqual(['two', 'three']);
  await vi.advanceTimersByTimeAsync(0);
  expect(slots.dismiss('t')).toEqual([]);
  release?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual(['theirs']);
});

test('[tenant:shares:waiting-holds-nothing] a call beside the turns takes a free slot or does without', () => {
  const { slots } = slotsOf(1);
  const release = slots.tryBegin({ tenantId: 't' });
  expect(slots.tryBegin({ tenantId: 't' })).toBeUndefined();
  release?.();
  expect(slots.tryBegin({ tenantId: 't' })).toBeDefined();
});

test('[tenant:shares:waiting-holds-nothing] calls ask again by themselves: a few soon, and hundreds not all at once', () => {
  const { slots, setRandom } = slotsOf(1);
  slots.begin(call('one'));
  slots.admit(call('two'));
  expect(slots.lookMs).toBe(5_000);
  for (let i = 0; i < 89; i++) slots.admit(call(`more-${i}`));
  expect(slots.lookMs).toBe(30_000);
  for (let i = 0; i < 9_000; i++) slots.admit(call(`many-${i}`));
  expect(slots.lookMs).toBe(60_000);
  setRandom(1);
  expect(slots.lookMs).toBe(45_000);
});

describe('[tenant:shares:crowd-waits-in-workflows] while the calls of a tenant that wait in the process are a crowd', () => {
  const CROWD = 3;

  test('no other call of it gets a slot, and the calls of others do', () => {
    const { slots, crowds } = slotsOf(100, CROWD);
    crowds.set('t', CROWD);
    expect(slots.admit(call('one'))).toBe(false);
    expect(slots.begin(call('two'))).toBeUndefined();
    expect(slots.admit(call('theirs', { tenantId: 'other' }))).toBe(true);
  });

  test('its summaries, which wait for no turn, are made all the same', () => {
    const { slots, crowds } = slotsOf(100, CROWD);
    crowds.set('t', CROWD);
    expect(slots.tryBegin({ tenantId: 't' })).toBeDefined();
  });

  test('slots that are kept count as calls that wait, and the next call is woken when one of them has begun', async () => {
    const { slots, woken, crowds } = slotsOf(100, CROWD);
    for (const id of ['one', 'two', 'three']) expect(slots.admit(call(id))).toBe(true);
    for (const id of ['four', 'five']) expect(slots.admit(call(id))).toBe(false);
    slots.begin(call('one'));
    crowds.set('t', 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual([]);
    crowds.set('t', 0);
    slots.offer();
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['four']);
    slots.begin(call('two'));
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['four', 'five']);
  });

  test('a slot that nobody comes for wakes the next', async () => {
    const { slots, woken } = slotsOf(100, CROWD);
    for (const id of ['one', 'two', 'three', 'four']) slots.admit(call(id));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(woken).toEqual(['four']);
  });

  test('a call that finds room does not overtake those that wait', async () => {
    const { slots, woken, crowds } = slotsOf(100, CROWD);
    crowds.set('t', CROWD);
    for (const id of ['one', 'two', 'three']) slots.admit(call(id));
    crowds.set('t', 0);
    slots.offer();
    expect(slots.admit(call('late'))).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['one', 'two', 'three']);
  });
});

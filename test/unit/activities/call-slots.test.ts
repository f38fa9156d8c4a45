import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

function slotsOf(capacity: number) {
  const woken: string[] = [];
  const held: string[] = [];
  const slots = createCallSlots({
    capacity,
    floor: 1,
    wake: (sessionId) => woken.push(sessionId),
    held: (tenantId) => {
      held.push(tenantId);
      return () => held.splice(held.indexOf(tenantId), 1);
    },
    waits: () => () => undefined,
    nowMs: Date.now,
  });
  return { slots, woken, held };
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
  const { slots } = slotsOf(1);
  slots.begin(call('one'));
  slots.admit(call('two'));
  expect(slots.lookMs).toBe(5_000);
  for (let i = 0; i < 299; i++) slots.admit(call(`more-${i}`));
  expect(slots.lookMs).toBe(30_000);
  for (let i = 0; i < 9_000; i++) slots.admit(call(`many-${i}`));
  expect(slots.lookMs).toBe(60_000);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReadSlots } from '../../../api/read-slots.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('[api:reads:bounded-for-each-key] reads beyond the bound wait in order, and another key does not wait', async () => {
  const slots = createReadSlots({ waitMs: 1_000 });
  const first = await slots.take('key_a', 1);
  const order: string[] = [];
  const second = slots.take('key_a', 1).then((end) => {
    order.push('second');
    return end;
  });
  const third = slots.take('key_a', 1).then(() => order.push('third'));
  expect(await slots.take('key_b', 1)).toBeDefined();
  expect(order).toEqual([]);
  first?.();
  first?.();
  const end = await second;
  expect(order).toEqual(['second']);
  end?.();
  await third;
  expect(order).toEqual(['second', 'third']);
});

test('[api:reads:bounded-for-each-key] a read that waited too long is given up, and the next one gets the place', async () => {
  const slots = createReadSlots({ waitMs: 1_000 });
  const first = await slots.take('key_a', 1);
  const late = slots.take('key_a', 1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeUndefined();
  const next = slots.take('key_a', 1);
  first?.();
  expect(await next).toBeDefined();
});

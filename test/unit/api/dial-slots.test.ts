import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDialSlots } from '../../../api/dial-slots.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const caller = (tenantId: string, limits = {}) => ({ tenantId, keyId: `key of ${tenantId}`, limits });

test('[tenant:shares:floor-nobody-takes] requests that wait for servers that hang leave room for those of other tenants', async () => {
  const slots = createDialSlots({ places: 32, waitMs: 1_000 });
  const outcomes = Array.from({ length: 40 }, () =>
    slots.take(caller('hangs')).then(
      () => 'served',
      (error: unknown) => error,
    ),
  );
  await Promise.all([1, 2, 3, 4].map(() => slots.take(caller('quiet'))));
  await vi.advanceTimersByTimeAsync(1_000);
  const refused = (await Promise.all(outcomes)).filter((outcome) => outcome !== 'served');
  expect(refused.length).toBeGreaterThanOrEqual(16);
  for (const each of refused)
    expect(each).toMatchObject({ code: 'limit_reached', limit: { name: 'dialling_requests' } });
});

test('[tenant:limits:refused-by-name] more than the operator allows are refused at once', async () => {
  const slots = createDialSlots({ places: 32, waitMs: 1_000 });
  const end = await slots.take(caller('t', { dialling_requests: 1 }));
  await expect(slots.take(caller('t', { dialling_requests: 1 }))).rejects.toMatchObject({
    limit: { name: 'dialling_requests', used: 1, limit: 1 },
  });
  end();
  await expect(slots.take(caller('t', { dialling_requests: 1 }))).resolves.toBeTypeOf('function');
});

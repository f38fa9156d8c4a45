import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTenantMeter, type MeterReading } from '../../../processes/tenant-meter.ts';

let written: (readonly MeterReading[])[];
let failing: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  failing = false;
});
afterEach(() => vi.useRealTimers());

function meter() {
  return createTenantMeter({
    write: async (readings) => {
      if (failing) throw new Error('Postgres is away');
      written.push(structuredClone(readings));
    },
    warn: () => undefined,
    flushMs: 5_000,
  });
}
const flushes = (count: number) => vi.advanceTimersByTimeAsync(count * 5_000);

test('[tenant:meter:what-it-costs-now] amounts of the last minute are added up, and older ones are forgotten', async () => {
  const metered = meter();
  metered.add('ten_a', 'validation_cpu_ms', 2);
  await flushes(1);
  metered.add('ten_a', 'validation_cpu_ms', 3);
  await flushes(1);
  expect(written.at(-1)).toEqual([{ tenantId: 'ten_a', added: { validation_cpu_ms: 5 }, held: {} }]);
  await flushes(11);
  expect(written.at(-1)).toEqual([{ tenantId: 'ten_a', added: { validation_cpu_ms: 3 }, held: {} }]);
});

test('[tenant:meter:what-it-costs-now] a tenant that costs nothing is written once more, as gone, and then no more', async () => {
  const metered = meter();
  metered.add('ten_a', 'requests', 1);
  await flushes(20);
  expect(written.at(-1)).toEqual([]);
  const { length } = written;
  await flushes(20);
  expect(written).toHaveLength(length);
});

test('[tenant:meter:what-it-costs-now] what is held is shown until it is given back, however often it is given back', async () => {
  const metered = meter();
  const one = metered.hold('ten_a', 'streams');
  const other = metered.hold('ten_a', 'streams');
  expect(metered.held('ten_a', 'streams')).toBe(2);
  one();
  one();
  expect(metered.held('ten_a', 'streams')).toBe(1);
  // It is held for longer than the amounts of a minute are remembered.
  await flushes(30);
  expect(written.at(-1)).toEqual([{ tenantId: 'ten_a', added: {}, held: { streams: 1 } }]);
  other();
  expect(metered.held('ten_a', 'streams')).toBe(0);
});

test('[tenant:meter:what-it-costs-now] a reading that could not be written is in the next one', async () => {
  const metered = meter();
  metered.add('ten_a', 'requests', 4);
  failing = true;
  await flushes(1);
  failing = false;
  await flushes(1);
  expect(written).toEqual([[{ tenantId: 'ten_a', added: { requests: 4 }, held: {} }]]);
});

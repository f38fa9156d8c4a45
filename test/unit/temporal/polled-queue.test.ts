import { expect, test } from 'vitest';
import { hasPolled } from '../../../temporal/polled-queue.ts';

const NOW_MS = 1_800_000_000_000;
const polledAgo = (seconds: number) => ({ lastAccessTime: { seconds: BigInt(NOW_MS / 1_000 - seconds) as never } });

test.each([
  { pollers: [], polled: false },
  { pollers: [{}], polled: false },
  { pollers: [polledAgo(61)], polled: true },
  { pollers: [polledAgo(90)], polled: false },
  { pollers: [polledAgo(290), polledAgo(3)], polled: true },
])(
  '[health:worker:missing-one-is-told] a poll of the last minute counts, and an older one does not: $polled',
  (row) => {
    expect(hasPolled(row.pollers, NOW_MS)).toBe(row.polled);
  },
);

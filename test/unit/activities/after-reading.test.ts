import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterReading } from '../../../activities/after-reading.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a call that is over reads on for a moment, and then ends for the same reason', () => {
  const over = new AbortController();
  const signal = afterReading(over.signal);
  over.abort('given up');
  vi.advanceTimersByTime(499);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect([signal.aborted, signal.reason]).toEqual([true, 'given up']);
});

test('a call whose answer is of no use ends at once', () => {
  const over = new AbortController();
  const signal = afterReading(over.signal, (reason) => reason === 'ended');
  over.abort('interrupted');
  expect([signal.aborted, signal.reason]).toEqual([true, 'interrupted']);
});

test('a call that was over before it began reads nothing', () => {
  expect(afterReading(AbortSignal.abort('over')).aborted).toBe(true);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchCall } from '../../../../mcp/calls/call-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

test('[connection:progress:extends-the-time-out] each report of progress begins the time-out anew, but not beyond the longest time', () => {
  const call = watchCall({ signal: never, timeoutMs: 100, longestMs: 250 });
  for (const _ of [1, 2]) {
    vi.advanceTimersByTime(90);
    call.extend();
  }
  vi.advanceTimersByTime(69);
  call.extend();
  expect(call.ended).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(call.ended).toBe('timed_out');
  call.extend();
  expect(vi.getTimerCount()).toBe(0);
});

test('[connection:progress:extends-the-time-out] without a longest time progress extends nothing', () => {
  const call = watchCall({ signal: never, timeoutMs: 100 });
  vi.advanceTimersByTime(99);
  call.extend();
  vi.advanceTimersByTime(1);
  expect(call.ended).toBe('timed_out');
});

test.each([
  { dispatched: false, waitMs: 100, told: 0, endsAfterMs: 0 },
  { dispatched: true, waitMs: 0, told: 0, endsAfterMs: 0 },
  { dispatched: true, waitMs: 100, told: 1, endsAfterMs: 100 },
])(
  '[connection:cancel:interrupt-reaches-the-tool] a call with dispatched $dispatched and a wait of $waitMs ms is cancelled after $endsAfterMs ms',
  ({ dispatched, waitMs, told, endsAfterMs }) => {
    const cancel = new AbortController();
    const call = watchCall({ signal: never, timeoutMs: 1_000, cancellation: { signal: cancel.signal, waitMs } });
    let sent = 0;
    call.dispatched = dispatched;
    call.sendCancelled = () => {
      sent++;
      return true;
    };
    cancel.abort();
    expect([sent, call.ended === 'cancelled']).toEqual([told, endsAfterMs === 0]);
    vi.advanceTimersByTime(endsAfterMs);
    expect(call.ended).toBe('cancelled');
  },
);

test('a call that is over is ended by nothing any more, and leaves no timer behind', () => {
  const cancel = new AbortController();
  const caller = new AbortController();
  const cancellation = { signal: cancel.signal, waitMs: 50 };
  const call = watchCall({ signal: caller.signal, timeoutMs: 100, cancellation });
  call.dispatched = true;
  cancel.abort();
  call.dispose();
  caller.abort();
  vi.advanceTimersByTime(1_000);
  expect([call.ended, call.signal.aborted, vi.getTimerCount()]).toEqual([undefined, false, 0]);
});

test.each([
  { says: 'a call that was cancelled', how: 'cancel', lateMs: 500, mayCome: true, heardForMs: 500 },
  { says: 'a call that took too long', how: 'time', lateMs: 500, mayCome: true, heardForMs: 500 },
  { says: 'a call whose caller does not want it', how: 'time', lateMs: 0, mayCome: true, heardForMs: 0 },
  {
    says: 'a call whose answer ended with its cancellation',
    how: 'cancel',
    lateMs: 500,
    mayCome: false,
    heardForMs: 0,
  },
  { says: 'a call of a process that ends', how: 'abort', lateMs: 500, mayCome: true, heardForMs: 0 },
  { says: 'a call that was not sent', how: 'unsent', lateMs: 500, mayCome: true, heardForMs: 0 },
  { says: 'a call whose connection is lost meanwhile', how: 'lost', lateMs: 500, mayCome: true, heardForMs: 0 },
])('[effect:late:recorded-not-applied] the late answer of $says is heard for $heardForMs ms', (given) => {
  const [caller, cancel] = [new AbortController(), new AbortController()];
  const call = watchCall({
    signal: caller.signal,
    timeoutMs: 100,
    lateMs: given.lateMs,
    cancellation: { signal: cancel.signal, waitMs: 50 },
  });
  call.sendCancelled = () => given.mayCome;
  call.dispatched = given.how !== 'unsent';
  if (given.how === 'abort') caller.abort();
  if (given.how === 'cancel') cancel.abort();
  vi.advanceTimersByTime(100);
  expect(call.signal.aborted).toBe(true);
  call.dispose();
  if (given.how === 'lost') call.lose();
  if (given.heardForMs > 0) {
    vi.advanceTimersByTime(given.heardForMs - 51);
    expect(call.answerSignal.aborted).toBe(false);
    vi.advanceTimersByTime(51);
  }
  expect(call.answerSignal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

import { expect, test } from 'vitest';
import { waitBeforeReopeningMs } from '../../../sdk/typescript/src/events/back-off.ts';
import { askedWaitMs, waitBeforeRetryMs } from '../../../sdk/typescript/src/http/retry-policy.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each<[string, Record<string, string>, number | undefined]>([
  ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  ['seconds', { 'retry-after': '1.5' }, 1500],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }, 3000],
  [
    'a date of a server whose clock is an hour ahead',
    { 'retry-after': 'Thu, 01 Jan 2026 01:00:03 GMT', date: 'Thu, 01 Jan 2026 01:00:01 GMT' },
    2000,
  ],
  ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  ['nothing', {}, undefined],
  ['nonsense', { 'retry-after': 'soon', 'retry-after-ms': '-1' }, undefined],
])('[sdk:http:retries] a server that says %s is understood', (_, headers, expected) => {
  expect(askedWaitMs(new Headers(headers), NOW)).toBe(expected);
});

test('[sdk:http:retries] the wait is random below a bound that doubles, and never less than what the server asks for', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7].map((retry) => waitBeforeRetryMs(retry, undefined, 1));
  expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  expect(waitBeforeRetryMs(3, undefined, 0)).toBe(0);
  const asks = (ms: string) => new Headers({ 'retry-after-ms': ms });
  expect(waitBeforeRetryMs(1, asks('1000'), 0)).toBe(1000);
  expect(waitBeforeRetryMs(1, asks('1000'), 1)).toBe(1100);
  expect(waitBeforeRetryMs(1, asks('60001'), 0)).toBeUndefined();
});

test('[sdk:stream:each-event-once] a stream is opened again after at least the time of its `retry:`, later after each failure', () => {
  expect([1, 2, 3, 9].map((failures) => waitBeforeReopeningMs(failures, 1000, 0))).toEqual([1000, 1000, 1000, 1000]);
  expect([1, 2, 3, 9].map((failures) => waitBeforeReopeningMs(failures, 1000, 1))).toEqual([2000, 3000, 5000, 16000]);
  expect(waitBeforeReopeningMs(1, undefined, 0)).toBe(500);
});

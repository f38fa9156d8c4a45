import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLineQuota } from '../../../processes/line-quota.ts';
import type { LogLine } from '../../../processes/log-line.ts';

const MINUTE_MS = 60_000;

let written: LogLine[];
let report: (line: LogLine) => void;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  report = createLineQuota((line) => written.push(line)).report;
});
afterEach(() => {
  vi.useRealTimers();
});

const refused = (cause: string, keyId?: string): LogLine => ({
  event: 'request_refused',
  status: 401,
  cause,
  key_id: keyId,
});

function times(count: number, line: LogLine): void {
  for (let n = 0; n < count; n++) report(line);
}

test('[log:flood:bounded-and-counted] a client that is refused ten thousand times in a minute writes 31 lines, and the last one counts the rest', () => {
  times(10_000, refused('invalid_api_key'));
  expect(written).toHaveLength(30);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(written.slice(30)).toEqual([
    { event: 'lines_left_out', of: 'request_refused', cause: 'invalid_api_key', key_id: undefined, count: 9_970 },
  ]);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(written).toHaveLength(31);
  report(refused('invalid_api_key'));
  expect(written).toHaveLength(32);
});

test('[log:flood:bounded-and-counted] a flood from one key or with one cause hides no line of another', () => {
  times(100, refused('rate_limited', 'key_a'));
  report(refused('rate_limited', 'key_b'));
  report(refused('session_ended', 'key_a'));
  expect(written).toHaveLength(32);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(written.at(-1)).toEqual({
    event: 'lines_left_out',
    of: 'request_refused',
    cause: 'rate_limited',
    key_id: 'key_a',
    count: 70,
  });
});

test('[log:flood:bounded-and-counted] stages that fail while Postgres is away are told a thousand times a minute', () => {
  const err = { type: 'Error', stack: [] };
  times(1_001, { event: 'stage_failed', stage: 's', attempt: 1, cause: 'database.unavailable', retried: true, err });
  times(1, { event: 'stage_failed', stage: 's', attempt: 1, cause: 'internal.type_error', retried: false, err });
  expect(written).toHaveLength(1_001);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(written.at(-1)).toMatchObject({ event: 'lines_left_out', of: 'stage_failed', count: 1 });
});

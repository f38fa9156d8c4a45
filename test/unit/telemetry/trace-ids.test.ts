import { expect, test } from 'vitest';
import {
  idsOfAttempt,
  idsOfCall,
  idsOfRequest,
  idsOfRun,
  idsOfRunBefore,
  idsOfTraceparent,
  isSampled,
  runOfSession,
  type TracedRun,
  traceparentOf,
} from '../../../telemetry/trace-ids.ts';

const run: TracedRun = {
  ...{ sessionId: 'sess_1', agentId: 'a', number: 1, sinceMs: 5 },
  ...{ requestId: 'req_2', startedBy: 'req_1', beforeRequestId: 'req_1' },
};

test('[otel:trace:same-ids-after-a-kill] the ids of a place are always the same, and those of another place, run or session are others', () => {
  const place = { turn: 3, selection: 1, attempt: 2 };
  expect(idsOfAttempt({ ...run, sinceMs: 9 }, place)).toEqual(idsOfAttempt(run, place));
  const others = [
    ...[run, { ...run, number: 2 }, { ...run, sessionId: 'sess_2' }].flatMap((each) => [
      ...[idsOfRun(each), idsOfCall(each, 'call_1'), idsOfCall(each, 'call_2')],
      ...[place, { ...place, turn: 4 }, { ...place, selection: 2 }, { ...place, attempt: 1 }].map((at) =>
        idsOfAttempt(each, at),
      ),
    ]),
    idsOfRequest('req_2'),
  ];
  expect(new Set(others.map(({ spanId }) => spanId)).size).toBe(others.length);
  for (const { traceId, spanId } of others) expect(`${traceId} ${spanId}`).toMatch(/^[0-9a-f]{32} [0-9a-f]{16}$/);
});

test('[otel:trace:one-a-run] a run is in the trace of the request that began it, or in one of its own, and knows the run before it', () => {
  expect(idsOfRun(run).traceId).toBe(idsOfRequest('req_2').traceId);
  expect(idsOfCall(run, 'call_1').traceId).toBe(idsOfRequest('req_2').traceId);
  expect(idsOfRunBefore(run)).toEqual(idsOfRun({ ...run, number: 0, requestId: 'req_1' }));
  expect(idsOfRunBefore({ ...run, number: 0 })).toBeUndefined();
  const own = { ...run, requestId: null };
  expect(idsOfRun(own).traceId).not.toBe(idsOfRun({ ...own, number: 2 }).traceId);
});

test('a session that waits for a message has no run', () => {
  const session = { id: 's', agentId: 'a', requestId: null, tracedRun: 2, tracedRunRequestId: null };
  expect(runOfSession({ ...session, tracedRunBeforeRequestId: null, tracedRunSinceMs: null })).toBeUndefined();
  expect(runOfSession({ ...session, tracedRunBeforeRequestId: null, tracedRunSinceMs: 7 })).toMatchObject({
    number: 2,
  });
});

const trace = 'ab'.repeat(16);
const span = 'cd'.repeat(8);

test.each([
  ['one of the W3C', `00-${trace}-${span}-01`, true],
  ['one of a later version, with more in it', `01-${trace}-${span}-01-more`, true],
  ['none', undefined, false],
  ['a version that there cannot be', `ff-${trace}-${span}-01`, false],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${span}-01`, false],
  ['a span of zeros', `00-${trace}-${'0'.repeat(16)}-01`, false],
  ['capitals', `00-${trace.toUpperCase()}-${span}-01`, false],
  ['a text', 'traceparent', false],
  ['a long one', `00-${trace}-${span}-01`.padEnd(100_000, '0'), false],
])('a caller who sends %s is in the span that it names, or in none', (_what, header, isOne) => {
  expect(idsOfTraceparent(header)).toEqual(isOne ? { traceId: trace, spanId: span } : undefined);
});

test('[otel:settings:standard-or-refused] a share of the traces is sampled, and a tool server is told whether its trace is', () => {
  const traces = Array.from({ length: 2_000 }, (_, at) => idsOfRequest(`req_${at}`));
  expect(traces.filter((ids) => isSampled(ids, 1))).toHaveLength(2_000);
  expect(traces.filter((ids) => isSampled(ids, 0))).toHaveLength(0);
  const some = traces.filter((ids) => isSampled(ids, 0.25));
  expect(some.length).toBeGreaterThan(400);
  expect(some.length).toBeLessThan(600);
  for (const ids of traces.slice(0, 50)) {
    expect(idsOfTraceparent(traceparentOf(ids, 0.25))).toEqual(ids);
    expect(traceparentOf(ids, 0.25).endsWith('-01')).toBe(isSampled(ids, 0.25));
  }
});

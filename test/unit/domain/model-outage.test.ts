import { describe, expect, it } from 'vitest';
import {
  isPassingFailure,
  keptFailureType,
  lastingFailure,
  opensCircuit,
  outageMs,
} from '../../../domain/model-outage.ts';

describe('outages of an arm', () => {
  it('an arm that failed once for good stays out, before or after failures that pass', () => {
    expect(lastingFailure(['model.overloaded', 'model.rejected'])).toBe('model.rejected');
    expect(lastingFailure(['model.rejected', 'model.overloaded'])).toBe('model.rejected');
  });

  it('an arm whose failures all pass may serve the turn again', () => {
    expect(
      lastingFailure(['model.rate_limited', 'model.timed_out', 'budget.exhausted', 'model.fenced']),
    ).toBeUndefined();
  });

  it('an arm whose answers broke off four times is given up, since each of them is paid for', () => {
    expect(lastingFailure(Array(3).fill('model.interrupted'))).toBeUndefined();
    expect(lastingFailure(Array(4).fill('model.interrupted'))).toBe('model.interrupted');
  });

  it.each([
    { type: 'model.rate_limited', transient: true, kept: 'model.rate_limited', passes: true, opens: true },
    { type: 'model.rate_limited', transient: false, kept: 'model.quota_exhausted', passes: false, opens: true },
    { type: 'model.overloaded', transient: true, kept: 'model.overloaded', passes: true, opens: true },
    { type: 'model.timed_out', transient: true, kept: 'model.timed_out', passes: true, opens: true },
    { type: 'model.unauthorized', transient: false, kept: 'model.unauthorized', passes: false, opens: true },
    { type: 'model.rejected', transient: false, kept: 'model.rejected', passes: false, opens: false },
    { type: 'model.request_too_large', transient: false, kept: 'model.request_too_large', passes: false, opens: false },
  ])('$type (transient: $transient) passes: $passes, and keeps other turns away: $opens', (failure) => {
    const type = keptFailureType(failure);
    expect(type).toBe(failure.kept);
    expect(isPassingFailure(type)).toBe(failure.passes);
    expect(opensCircuit(type)).toBe(failure.opens);
  });

  it.each([
    { after: 'a first failure', failures: 1, ms: 500 },
    { after: 'a fourth failure in a row', failures: 4, ms: 4_000 },
    { after: 'very many', failures: 40, ms: 30_000 },
    { after: 'one whose provider asks for more', failures: 1, retryAfterMs: 7_000, ms: 7_000 },
    { after: 'one whose provider asks for less', failures: 4, retryAfterMs: 1_000, ms: 4_000 },
    { after: 'one whose provider asks for an hour', failures: 1, retryAfterMs: 3_600_000, ms: 300_000 },
    { after: 'one that a person has to mend', type: 'model.unauthorized', failures: 1, ms: 60_000 },
  ])('an arm is out for $ms ms after $after', ({ type = 'model.overloaded', failures, retryAfterMs, ms }) => {
    expect(outageMs(type, failures, retryAfterMs)).toBe(ms);
  });
});

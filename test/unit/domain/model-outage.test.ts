import { describe, expect, it } from 'vitest';
import {
  EVERY_MODEL,
  isOutOf,
  isPassingFailure,
  lastingFailure,
  opensCircuit,
  outageMs,
  outageWarnings,
} from '../../../domain/model-outage.ts';

const failed = (...types: string[]) => types.map((type) => ({ type }));
const brokenAt = (...places: number[]) =>
  places.map((tokensReceived) => ({ type: 'model.interrupted', tokensReceived }));

describe('outages of an arm', () => {
  it('[context:heartbeat:only-what-the-run-uses] HEARTBEAT warns of a model that is down only where the run may use it', () => {
    const down = ['a', 'b'].map((provider) => ({ provider, model: 'm', type: 'model.overloaded' }));
    const usable = { provider: 'a', model: 'm', connection: 'now' };
    expect(outageWarnings(down, [usable])).toEqual(['Model m of a is down (model.overloaded).']);
    expect(outageWarnings(down, [{ ...usable, model: 'n' }])).toEqual([]);
  });

  it('[provider:key:opens-at-once] an outage is one of the key and address that failed, or of all where the row keeps none', () => {
    const spec = { provider: 'a', model: 'm', connection: 'now' };
    expect(isOutOf({ ...spec, connection: 'now' }, spec)).toBe(true);
    expect(isOutOf({ ...spec, connection: 'before' }, spec)).toBe(false);
    expect(isOutOf({ ...spec, connection: null }, spec)).toBe(true);
    expect(isOutOf({ ...spec, model: 'n' }, spec)).toBe(false);
  });

  it('[model:outage:of-the-key-all-models] an outage of a key is one of every model that is dialled with it, and of no other', () => {
    const spec = { provider: 'a', model: 'm', connection: 'now' };
    const outage = { provider: 'a', model: EVERY_MODEL, connection: 'now' };
    expect(isOutOf(outage, spec)).toBe(true);
    expect(isOutOf(outage, { ...spec, model: 'n' })).toBe(true);
    expect(isOutOf(outage, { ...spec, provider: 'b' })).toBe(false);
    expect(isOutOf(outage, { ...spec, connection: 'new' })).toBe(false);
    const down = [{ ...outage, type: 'model.unauthorized' }];
    expect(outageWarnings(down, [spec])).toEqual(['Every model of a is down (model.unauthorized).']);
  });

  it('an arm that failed once for good stays out, before or after failures that pass', () => {
    expect(lastingFailure(failed('model.overloaded', 'model.rejected'))).toBe('model.rejected');
    expect(lastingFailure(failed('model.rejected', 'model.overloaded'))).toBe('model.rejected');
  });

  it('an arm whose failures all pass may serve the turn again', () => {
    expect(
      lastingFailure(failed('model.rate_limited', 'model.timed_out', 'budget.exhausted', 'model.fenced')),
    ).toBeUndefined();
  });

  it('an arm whose answers broke off four times is given up, since each of them is paid for', () => {
    expect(lastingFailure(brokenAt(5, 9, 2))).toBeUndefined();
    expect(lastingFailure(brokenAt(5, 9, 2, 7))).toBe('model.interrupted');
  });

  it('an arm whose answers break off at the same place twice is given up: it would do so for ever', () => {
    expect(lastingFailure(brokenAt(5, 9))).toBeUndefined();
    expect(lastingFailure(brokenAt(5, 9, 5))).toBe('model.interrupted');
  });

  it('an arm whose answers are of no use is tried once more, and no more', () => {
    expect(lastingFailure(failed('model.malformed_answer'))).toBeUndefined();
    expect(lastingFailure(failed('model.empty_answer', 'model.malformed_answer'))).toBe('model.malformed_answer');
  });

  it.each([
    { type: 'model.rate_limited', passes: true, opens: true },
    { type: 'model.overloaded', passes: true, opens: true },
    { type: 'model.timed_out', passes: true, opens: true },
    { type: 'model.quota_exhausted', passes: false, opens: true },
    { type: 'model.unauthorized', passes: false, opens: true },
    { type: 'model.not_found', passes: false, opens: true },
    { type: 'model.address_blocked', passes: false, opens: true },
    { type: 'model.tls_failed', passes: false, opens: true },
    { type: 'model.rejected', passes: false, opens: false },
    { type: 'model.malformed_answer', passes: false, opens: false },
    { type: 'model.filtered', passes: false, opens: false },
    { type: 'model.context_too_long', passes: false, opens: false },
    { type: 'model.request_too_large', passes: false, opens: false },
  ])('$type passes: $passes, and keeps other turns away: $opens', ({ type, passes, opens }) => {
    expect(isPassingFailure(type)).toBe(passes);
    expect(opensCircuit(type)).toBe(opens);
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

import { describe, expect, it } from 'vitest';
import { isPassingFailure, lastingFailure } from '../../../domain/model-outage.ts';

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

  it('a used-up quota and a bad key are not failures that pass', () => {
    expect(isPassingFailure('model.quota_exhausted')).toBe(false);
    expect(isPassingFailure('model.unauthorized')).toBe(false);
  });
});

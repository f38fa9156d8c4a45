import { describe, expect, it } from 'vitest';
import { isPassingFailure, lastingFailure } from '../../../domain/model-outage.ts';

describe('outages of an arm', () => {
  it('an arm that failed in passing and then for good is out for good', () => {
    expect(lastingFailure(['model.overloaded', 'model.rejected'])).toBe('model.rejected');
    expect(lastingFailure(['model.rejected', 'model.overloaded'])).toBe('model.rejected');
  });

  it('an arm that only failed in passing may serve the turn again', () => {
    expect(
      lastingFailure(['model.rate_limited', 'model.timed_out', 'budget.exhausted', 'model.fenced']),
    ).toBeUndefined();
  });

  it('a used-up quota and a bad key are no passing failures', () => {
    expect(isPassingFailure('model.quota_exhausted')).toBe(false);
    expect(isPassingFailure('model.unauthorized')).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { timeLimitBounds } from '../../../contract/time-limits.ts';
import { changedTimeLimits, timeLimitsWith, unreachableLimit } from '../../../domain/time-limits.ts';
import { LONGEST_MODEL_CALL_MS } from '../../../temporal/session-workflow.ts';

test('what is not set is as it is by default, and no later than a limit that includes it', () => {
  expect(timeLimitsWith({})).toEqual({ connect_s: 10, first_token_s: 300, silence_s: 120, total_s: 3_600 });
  expect(timeLimitsWith({ total_s: 7_200 })).toMatchObject({ first_token_s: 300, total_s: 7_200 });
  expect(timeLimitsWith({ total_s: 60 })).toEqual({ connect_s: 10, first_token_s: 60, silence_s: 60, total_s: 60 });
  expect(timeLimitsWith({ first_token_s: 5 })).toMatchObject({ connect_s: 5, first_token_s: 5, silence_s: 120 });
});

test.each([
  [
    { first_token_s: 600, total_s: 300 },
    { name: 'first_token_s', before: 'total_s', beforeS: 300 },
  ],
  [
    { connect_s: 30, first_token_s: 20 },
    { name: 'connect_s', before: 'first_token_s', beforeS: 20 },
  ],
  [
    { silence_s: 3_600, total_s: 60 },
    { name: 'silence_s', before: 'total_s', beforeS: 60 },
  ],
  [{ first_token_s: 7_200 }, { name: 'first_token_s', before: 'total_s', beforeS: 3_600 }],
  [{ first_token_s: 7_200, total_s: 7_200 }, undefined],
  [{ connect_s: 60 }, undefined],
])('of %j the limit that is never reached is %j', (settings, expected) => {
  expect(unreachableLimit(settings)).toEqual(expected);
});

test('a change leaves alone what it does not name, and null takes a setting away', () => {
  const set = { connect_s: 5, total_s: 900 };
  expect(changedTimeLimits(set, { silence_s: 30, total_s: null })).toEqual({ connect_s: 5, silence_s: 30 });
  expect(changedTimeLimits(set, null)).toEqual({});
});

test('[model:time:each-limit-settable] the activity of a model call may take longer than any request to a model', () => {
  // Beside the request there are two transactions, and the refusal whose body is waited for.
  expect(LONGEST_MODEL_CALL_MS).toBeGreaterThan(timeLimitBounds.total_s.most * 1_000 + 600_000);
});

import { expect, test } from 'vitest';
import { createRateLimiter } from '../../../api/rate-limit.ts';
import { parseRateLimit } from '../../../processes/rate-limit.ts';

test('a limit has a rate and a burst, and the burst defaults to four seconds of the rate', () => {
  expect(parseRateLimit(undefined)).toEqual({ perSecond: 500, burst: 2_000 });
  expect(parseRateLimit('50')).toEqual({ perSecond: 50, burst: 200 });
  expect(parseRateLimit('50/60')).toEqual({ perSecond: 50, burst: 60 });
});

test('0 means no limit', () => {
  expect(parseRateLimit('0')).toBeUndefined();
});

test.each(['x', '-1', '5/', '1.5', '500/10', '500 2000'])('the limit %j is refused', (text) => {
  expect(() => parseRateLimit(text)).toThrow('must be like "500"');
});

test('a burst passes, the request after it is refused, and each key has a limit of its own', async () => {
  const limitRate = createRateLimiter({ perSecond: 1, burst: 3 });
  const verdicts = await Promise.all(['a', 'a', 'a', 'a', 'b'].map(limitRate));
  expect(verdicts.map(({ refusal }) => refusal?.code)).toEqual([
    undefined,
    undefined,
    undefined,
    'rate_limited',
    undefined,
  ]);
  expect(verdicts[1]?.headers.RateLimit).toMatch(/^"key";r=1;t=\d$/);
  expect(verdicts[3]?.refusal?.recovery?.wait_ms).toBeGreaterThan(0);
});

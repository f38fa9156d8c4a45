import { expect, test } from 'vitest';
import { reportOfBody } from '../../../models/provider-report.ts';
import { retryHintMs } from '../../../models/retry-hint.ts';

const said = (message: string) => ({ error: { message, code: 429 } });

const hints: readonly (readonly [body: unknown, waitMs: number | undefined])[] = [
  [said('Rate limit reached for requests. Please try again in 4.2s.'), 4_200],
  [said('Rate limit reached: Limit 100000, Used 99000. Please try again in 7m12.5s. Visit …'), 432_500],
  [said('Please try again in 120ms.'), 120],
  [said('Requests have exceeded the limit of your tier. Please retry after 20 seconds.'), 20_000],
  [said('Too many requests, wait for 2 minutes'), 120_000],
  [said('Try again later'), undefined],
  [said('Limit 5, 3 h ago'), undefined],
  [{ error: { code: 429, details: [{ '@type': 'google.rpc.RetryInfo', retryDelay: '31s' }] } }, 31_000],
  [{ error: { code: 429, details: [{ retryDelay: '0.5s' }] } }, 500],
  [{ error: { code: 429, details: [{ retryDelay: 'soon' }] } }, undefined],
];

test.each(hints)('the pause that the body of a refusal asks for: %j', (body, waitMs) => {
  expect(retryHintMs(reportOfBody(JSON.stringify(body)))).toBe(waitMs);
});

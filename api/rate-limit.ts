import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '../processes/rate-limit.ts';
import { ServiceError } from '../service/verb/service-error.ts';

const POLICY = 'key';

export interface RateLimitVerdict {
  /** Headers for the answer, whether it is a refusal or not. */
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: ServiceError | undefined;
}

/**
 * Counts the requests of each API key in windows, each as long as a burst lasts at the steady rate: 2,000 requests in
 * 4 s are 500 a second. The limit keeps a runaway client from starving the others, which needs no exact figure. So the
 * counts are kept in the memory of the process, and n processes let n times as much through.
 */
export function createRateLimiter({ perSecond, burst }: RateLimit): (keyId: string) => Promise<RateLimitVerdict> {
  const windowS = burst / perSecond;
  const limiter = new RateLimiterMemory({ points: burst, duration: windowS });
  const policy = `"${POLICY}";q=${burst};w=${Math.ceil(windowS)}`;

  function headersOf(state: RateLimiterRes): Record<string, string> {
    const resetS = Math.ceil(state.msBeforeNext / 1000);
    return { 'RateLimit-Policy': policy, RateLimit: `"${POLICY}";r=${state.remainingPoints};t=${resetS}` };
  }

  return async (keyId) => {
    try {
      return { headers: headersOf(await limiter.consume(keyId)), refusal: undefined };
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      const refusal = new ServiceError('rate_limited', 'This API key has sent too many requests.', {
        recovery: { action: 'Wait before the next request, and send fewer.', wait_ms: Math.ceil(state.msBeforeNext) },
      });
      return { headers: headersOf(state), refusal };
    }
  };
}

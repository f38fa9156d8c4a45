import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '../processes/rate-limit.ts';
import { limitFor, limitRefusal } from '../service/tenants/require-room.ts';
import type { Caller } from '../service/verb/context.ts';
import { ServiceError } from '../service/verb/service-error.ts';

const POLICY = 'key';
/** Operators set few different numbers. */
const MAX_TENANT_LIMITERS = 1_000;

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

const TENANT_WINDOW_S = 4;

/**
 * Counts the requests of each tenant, so that a tenant cannot have more of them with more keys. The limit of a tenant may be
 * changed at any time, so each number that is a limit has a counter of its own.
 * @returns a function that throws ServiceError limit_reached
 */
export function createTenantRateLimiter(): (caller: Pick<Caller, 'tenantId' | 'limits'>) => Promise<void> {
  const limiters = new LRUCache<number, RateLimiterMemory>({ max: MAX_TENANT_LIMITERS });
  return async (caller) => {
    const limit = limitFor(caller, 'requests_per_second');
    const known = limiters.get(limit);
    const limiter = known ?? new RateLimiterMemory({ points: limit * TENANT_WINDOW_S, duration: TENANT_WINDOW_S });
    if (known === undefined) limiters.set(limit, limiter);
    try {
      await limiter.consume(caller.tenantId);
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      const used = Math.round(state.consumedPoints / TENANT_WINDOW_S);
      throw limitRefusal({ name: 'requests_per_second', used, limit, more: 1 }, Math.ceil(state.msBeforeNext));
    }
  };
}

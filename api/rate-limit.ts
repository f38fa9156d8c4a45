import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ServiceError } from '../service/service-error.ts';

export interface RateLimit {
  readonly perSecond: number;
  /** Requests at once, while none came before. */
  readonly burst: number;
}

const DEFAULT: RateLimit = { perSecond: 500, burst: 2_000 };
const BURST_OF_A_SECOND = DEFAULT.burst / DEFAULT.perSecond;
const POLICY = 'key';

/**
 * `500` or `500/2000`: requests a second, and at once; the second is four times the first unless it is given.
 * @returns undefined for `0`, no limit
 * @throws Error for anything else
 */
export function parseRateLimit(text: string | undefined): RateLimit | undefined {
  if (text === undefined || text === '') return DEFAULT;
  const match = /^(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text.trim());
  const perSecond = Number(match?.[1]);
  const burst = match?.[2] === undefined ? perSecond * BURST_OF_A_SECOND : Number(match[2]);
  if (match === null || (perSecond > 0 && burst < perSecond)) {
    throw new Error('AGENT_RUNS_RATE_LIMIT must be like "500" or "500/2000" (a second / at once), or "0" for none.');
  }
  return perSecond === 0 ? undefined : { perSecond, burst };
}

export interface RateLimitVerdict {
  /** For the answer, whichever it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: ServiceError | undefined;
}

/**
 * Counts the requests of each API key in windows that are as long as a burst lasts at the steady rate: 2,000 in 4 s
 * are 500 a second. In the memory of this process, since it keeps a runaway client from starving the others, which
 * needs no exact figure: n processes let n times as much through.
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
        recovery: { action: 'Send fewer; wait before the next one.', wait_ms: Math.ceil(state.msBeforeNext) },
      });
      return { headers: headersOf(state), refusal };
    }
  };
}

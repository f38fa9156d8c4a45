import type { MiddlewareHandler } from 'hono';
import { createFairShares } from '../processes/fair-shares.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import type { ApiEnv } from './route.ts';

const LARGE_BYTES = 64 * 1024;
/** Every tenant finds as many places, whatever the others do. */
const FLOOR = 4;

/**
 * Bounds how many large bodies this process holds at the same time, from their first byte to the answer. A client may send the end
 * of a body late, and the body of a request that waits is kept. Whatever has no place is not read, and waits in order, tenants in
 * turn. A body whose length is not declared counts as large.
 * @throws ServiceError limit_reached, tenant_suspended
 */
export function createLargeBodies(options: {
  readonly places: number;
  readonly waitMs: number;
  readonly weightOf?: ((tenantId: string) => number) | undefined;
}): MiddlewareHandler<ApiEnv> {
  const { places, waitMs, weightOf } = options;
  const shares = createFairShares({ capacity: places, floor: FLOOR, weightOf });
  return async (c, next) => {
    if (!isLarge(c.req.raw.headers)) return next();
    const { tenantId, keyId } = c.get('caller');
    const suspended = c.get('suspended');
    const late = AbortSignal.timeout(waitMs);
    const signal = suspended === undefined ? late : AbortSignal.any([late, suspended]);
    const release = await shares.take({ tenantId, part: keyId }, { signal }).catch(() => {
      suspended?.throwIfAborted();
      throw new ServiceError('limit_reached', 'Too many requests with large bodies are under way.', {
        recovery: { action: 'Send fewer of them at once.' },
      });
    });
    try {
      await next();
    } finally {
      release();
    }
  };
}

function isLarge(headers: Headers): boolean {
  if (headers.has('transfer-encoding')) return true;
  return Number(headers.get('content-length') ?? 0) > LARGE_BYTES;
}

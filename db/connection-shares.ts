import { createFairShares, type Release } from '../processes/fair-shares.ts';

/** Each tenant finds as many connections, whatever the others do. Service transactions count as a tenant of their own, with parts. */
const FLOOR = 2;

/** All connections that the caller may use are in use. Its code is the SQLSTATE for too many connections, so it passes (passing-error.ts). */
export class NoConnectionFree extends Error {
  readonly code = '53300';
  constructor(waitMs: number) {
    super(`No connection to Postgres became free within ${waitMs} ms.`);
    this.name = 'NoConnectionFree';
  }
}

/**
 * Shares the connections of a pool between tenants: one whose transactions are slow, or many, takes no more than three quarters
 * of them, and those who wait are served in turn, by their weight.
 */
export function createConnectionShares(options: {
  readonly connections: number;
  readonly waitMs: number;
  readonly weightOf?: ((tenantId: string) => number) | undefined;
}): {
  take(tenantId: string, part?: string): Promise<Release>;
} {
  const { connections, waitMs, weightOf } = options;
  const shares = createFairShares({ capacity: connections, floor: FLOOR, weightOf });
  return {
    async take(tenantId, part) {
      const free = shares.tryTake({ tenantId, part });
      if (free !== undefined) return free;
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new NoConnectionFree(waitMs)), waitMs);
      try {
        return await shares.take({ tenantId, part }, { signal: late.signal });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

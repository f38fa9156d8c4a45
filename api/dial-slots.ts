import { createFairShares, type Release } from '../processes/fair-shares.ts';
import { limitFor, limitRefusal } from '../service/tenants/require-room.ts';
import type { Caller } from '../service/verb/context.ts';

export interface DialSlots {
  /**
   * Waits until one more request of the tenant may wait for a server of others.
   * @param signal gives up the wait
   * @returns the function that ends the request
   * @throws ServiceError limit_reached, or the reason of the signal
   */
  take(caller: Pick<Caller, 'tenantId' | 'keyId' | 'limits'>, signal?: AbortSignal): Promise<Release>;
}

/** Every tenant can have as many such requests, whatever the others do. */
const FLOOR = 4;

/**
 * Shares the requests of this process that wait for servers of others: for discoveries, direct calls and tests. A server that
 * hangs makes them wait for as long as its time limit allows. Those over the share of a tenant wait in order, keys in turn.
 */
export function createDialSlots(options: {
  readonly places: number;
  readonly waitMs: number;
  readonly weightOf?: ((tenantId: string) => number) | undefined;
}): DialSlots {
  const { places, waitMs, weightOf } = options;
  const shares = createFairShares({ capacity: places, floor: FLOOR, weightOf });
  return {
    async take(caller, signal) {
      const { tenantId, keyId } = caller;
      const limit = limitFor(caller, 'dialling_requests');
      const refusal = () => limitRefusal({ name: 'dialling_requests', used: shares.held(tenantId), limit, more: 1 });
      if (shares.held(tenantId) + shares.waiting(tenantId) >= limit) throw refusal();
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), waitMs);
      const given = () => late.abort();
      signal?.addEventListener('abort', given, { once: true });
      try {
        signal?.throwIfAborted();
        return await shares.take({ tenantId, part: keyId }, { signal: late.signal });
      } catch {
        signal?.throwIfAborted();
        throw refusal();
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', given);
      }
    },
  };
}

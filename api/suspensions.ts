import { suspendedRefusal } from '../service/tenants/refuse-suspended.ts';

/** A request that is being served, as far as the suspension of its tenant concerns it. */
export interface ServedRequest {
  /** Aborts when the tenant is suspended. Its reason is the refusal of the request. */
  readonly suspended: AbortSignal;
  end(): void;
}

/** Tells the requests under way in this process that their tenants were suspended. */
export interface Suspensions {
  /** The number of looks at the tenants that were made. It is taken before a request is authenticated. */
  looks(): number;
  /** @param since the looks before the request was authenticated */
  begin(tenantId: string, since: number): ServedRequest;
  /** Says which tenants are suspended, after each look at them. */
  found(tenantIds: readonly string[]): void;
}

/**
 * A request is authenticated, and may then wait for its body or a place before it is registered here. A look in between that found
 * its tenant suspended is not missed: the number of that look is kept. A look before that one says nothing, because the tenant may
 * have been resumed since.
 */
export function createSuspensions(): Suspensions {
  const underWay = new Map<string, Set<AbortController>>();
  let looks = 0;
  /** The suspended tenants of the last look, and the number of the look that found each of them last. */
  let suspendedAt = new Map<string, number>();
  return {
    looks: () => looks,
    begin(tenantId, since) {
      const request = new AbortController();
      if ((suspendedAt.get(tenantId) ?? 0) > since) request.abort(suspendedRefusal());
      const requests = underWay.get(tenantId) ?? new Set<AbortController>();
      requests.add(request);
      underWay.set(tenantId, requests);
      return {
        suspended: request.signal,
        end() {
          requests.delete(request);
          if (requests.size === 0 && underWay.get(tenantId) === requests) underWay.delete(tenantId);
        },
      };
    },
    found(tenantIds) {
      looks += 1;
      suspendedAt = new Map(tenantIds.map((id) => [id, looks]));
      for (const id of tenantIds) {
        for (const request of underWay.get(id) ?? []) if (!request.signal.aborted) request.abort(suspendedRefusal());
      }
    },
  };
}

/** A piece of work of a tenant that is under way, as far as the suspension of that tenant concerns it. */
export interface SuspendableWork {
  /** Aborts when the tenant is suspended. */
  readonly suspended: AbortSignal;
  end(): void;
}

/** Tells the work under way in this process that its tenant was suspended. */
export interface Suspensions {
  /** The number of looks at the tenants that were made. */
  looks(): number;
  /** @param since the looks that had been made when the tenant was last seen not to be suspended. Default: all looks so far */
  begin(tenantId: string, since?: number): SuspendableWork;
  /** Says which tenants are suspended, after each look at them. */
  found(tenantIds: readonly string[]): void;
}

/**
 * A request is authenticated, and may then wait for its body or a place before it is registered here. A look in between that found
 * its tenant suspended is not missed: the number of that look is kept. A look before that one says nothing, because the tenant may
 * have been resumed since.
 * @param reason makes the reason of the signals that abort
 */
export function createSuspensions(reason: () => Error): Suspensions {
  const underWay = new Map<string, Set<AbortController>>();
  let looks = 0;
  /** The suspended tenants of the last look, and the number of that look. */
  let suspendedAt = new Map<string, number>();
  return {
    looks: () => looks,
    begin(tenantId, since = looks) {
      const work = new AbortController();
      if ((suspendedAt.get(tenantId) ?? 0) > since) work.abort(reason());
      const ofTenant = underWay.get(tenantId) ?? new Set<AbortController>();
      ofTenant.add(work);
      underWay.set(tenantId, ofTenant);
      return {
        suspended: work.signal,
        end() {
          ofTenant.delete(work);
          if (ofTenant.size === 0 && underWay.get(tenantId) === ofTenant) underWay.delete(tenantId);
        },
      };
    },
    found(tenantIds) {
      looks += 1;
      suspendedAt = new Map(tenantIds.map((id) => [id, looks]));
      for (const id of tenantIds) {
        for (const work of underWay.get(id) ?? []) if (!work.signal.aborted) work.abort(reason());
      }
    },
  };
}

/** The one for whom a place is taken. */
export interface Claimant {
  readonly tenantId: string;
  /** The part of the tenant: an agent, a server. Parts share the places of their tenant fairly. Default: the tenant is one part. */
  readonly part?: string | undefined;
}

/** Gives a place back. Further calls do nothing. */
export type Release = () => void;

export interface FairShares {
  /**
   * Takes a place if there is one for this claimant now.
   * @param most the most places that the tenant may hold for that. Default: what the option `most` answers
   */
  tryTake(claimant: Claimant, most?: number): Release | undefined;
  /**
   * Waits for a place.
   * @param options.sinceMs when the claimant began to wait, if it has waited elsewhere before
   * @throws the reason of the signal, when that is aborted first
   */
  take(claimant: Claimant, options?: { readonly signal?: AbortSignal; readonly sinceMs?: number }): Promise<Release>;
  /** Gives free places to those who wait and may have one: the option `most` may answer something else than before. */
  offer(): void;
  held(tenantId: string): number;
  waiting(tenantId: string): number;
}

export interface FairSharesOptions {
  readonly capacity: number;
  /** A tenant that holds fewer places than this may take one of the reserve. The same goes for a part of a tenant. */
  readonly floor: number;
  /** The most places that a tenant may hold now. It is asked when a place is given and at each `offer`. Default: all places. */
  readonly most?: ((tenantId: string) => number) | undefined;
  /** The weight of a tenant now, from 1 on. It is asked whenever a place becomes free. Default: all have 1. */
  readonly weightOf?: ((tenantId: string) => number) | undefined;
}

/** This share of the places is a reserve: only those who hold less than their floor may take one of it. */
const RESERVED = 1 / 4;
/** The reserve that a tenant keeps for its parts is at most the floors of so many parts. */
const RESERVED_PARTS = 2;

interface Waiter {
  readonly sinceMs: number;
  readonly granted: (release: Release) => void;
}

interface Part {
  held: number;
  /** Those who have waited longest come first. */
  readonly waiters: Waiter[];
  servedAt: number;
}

interface Tenant {
  held: number;
  readonly parts: Map<string, Part>;
  servedAt: number;
}

/**
 * Shares the places of one process between tenants, and those of a tenant between its parts. A tenant alone may hold all places
 * except the reserve, so one that comes later finds a place at once. A place that becomes free goes to the waiting tenant that
 * holds the fewest for its weight, there to the part that holds the fewest, and there to the one that has waited longest. Equals
 * take turns.
 * Everything is in memory, so a process that dies leaves nothing held (docs/adr/0031-fair-shares.md).
 */
export function createFairShares(options: FairSharesOptions): FairShares {
  const { capacity, floor, most = () => capacity, weightOf = () => 1 } = options;
  const tenants = new Map<string, Tenant>();
  const reserve = Math.floor(capacity * RESERVED);
  /** The most places that a tenant can hold. Its parts share them. */
  const ofTenant = Math.max(capacity - reserve, floor);
  const reserveOfTenant = Math.min(RESERVED_PARTS * floor, Math.floor(ofTenant * RESERVED));
  let total = 0;
  let waitingInAll = 0;
  let turn = 0;

  function tenantOf(id: string): Tenant {
    const known = tenants.get(id) ?? { held: 0, parts: new Map<string, Part>(), servedAt: 0 };
    tenants.set(id, known);
    return known;
  }

  function partOf(tenant: Tenant, name: string): Part {
    const known = tenant.parts.get(name) ?? { held: 0, waiters: [], servedAt: 0 };
    tenant.parts.set(name, known);
    return known;
  }

  function mayTake(tenant: Tenant, part: Part, mostOfTenant: number): boolean {
    return (
      tenant.held < mostOfTenant &&
      total < (tenant.held < floor ? capacity : capacity - reserve) &&
      tenant.held < (part.held < floor ? ofTenant : ofTenant - reserveOfTenant)
    );
  }

  function grant({ tenantId, part: name = '' }: Claimant): Release {
    const tenant = tenantOf(tenantId);
    const part = partOf(tenant, name);
    turn += 1;
    total += 1;
    tenant.held += 1;
    part.held += 1;
    tenant.servedAt = turn;
    part.servedAt = turn;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      total -= 1;
      tenant.held -= 1;
      part.held -= 1;
      forget(tenantId, name);
      grantNext();
    };
  }

  /** Gives free places to those who wait and may have one. */
  function grantNext(): void {
    for (;;) {
      const next = nextClaimant();
      if (next === undefined) return;
      const waiter = partOf(tenantOf(next.tenantId), next.part).waiters.shift();
      waitingInAll -= 1;
      waiter?.granted(grant(next));
    }
  }

  function nextClaimant(): Required<Claimant> | undefined {
    if (waitingInAll === 0 || total >= capacity) return undefined;
    let best: { tenant: Tenant; weight: number; part: Part; claimant: Required<Claimant> } | undefined;
    for (const [tenantId, tenant] of tenants) {
      const weight = weightOf(tenantId);
      for (const [name, part] of tenant.parts) {
        if (part.waiters.length === 0 || !mayTake(tenant, part, most(tenantId))) continue;
        const isBetter =
          best === undefined ||
          (best.tenant === tenant
            ? precedes(part, best.part)
            : precedes(tenant, best.tenant, { weight, otherWeight: best.weight }));
        if (isBetter) best = { tenant, weight, part, claimant: { tenantId, part: name } };
      }
    }
    return best?.claimant;
  }

  /** Only those who hold a place or wait for one are remembered. */
  function forget(tenantId: string, name: string): void {
    const tenant = tenants.get(tenantId);
    const part = tenant?.parts.get(name);
    if (tenant === undefined || part === undefined) return;
    if (part.held === 0 && part.waiters.length === 0) tenant.parts.delete(name);
    if (tenant.parts.size === 0) tenants.delete(tenantId);
  }

  function tryTake(claimant: Claimant, mostOfTenant = most(claimant.tenantId)): Release | undefined {
    const { tenantId, part = '' } = claimant;
    const tenant = tenantOf(tenantId);
    // Nobody who may have a place waits while one is free, so nobody is overtaken.
    if (mayTake(tenant, partOf(tenant, part), mostOfTenant)) return grant(claimant);
    forget(tenantId, part);
    return undefined;
  }

  return {
    tryTake,
    take(claimant, { signal, sinceMs = Date.now() } = {}) {
      const { tenantId, part: name = '' } = claimant;
      return new Promise<Release>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const taken = tryTake(claimant);
        if (taken !== undefined) return resolve(taken);
        const { waiters } = partOf(tenantOf(tenantId), name);
        const waiter: Waiter = {
          sinceMs,
          granted(release) {
            signal?.removeEventListener('abort', onAbort);
            resolve(release);
          },
        };
        function onAbort(): void {
          waiters.splice(waiters.indexOf(waiter), 1);
          waitingInAll -= 1;
          forget(tenantId, name);
          reject(signal?.reason);
        }
        const later = waiters.findIndex((each) => each.sinceMs > sinceMs);
        waiters.splice(later === -1 ? waiters.length : later, 0, waiter);
        waitingInAll += 1;
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    offer: grantNext,
    held: (tenantId) => tenants.get(tenantId)?.held ?? 0,
    waiting(tenantId) {
      const parts = tenants.get(tenantId)?.parts.values() ?? [];
      return [...parts].reduce((sum, { waiters }) => sum + waiters.length, 0);
    },
  };
}

function precedes(
  one: Pick<Part, 'held' | 'servedAt'>,
  other: Pick<Part, 'held' | 'servedAt'>,
  { weight, otherWeight } = { weight: 1, otherWeight: 1 },
): boolean {
  // Products are exact where quotients are not.
  const [held, otherHeld] = [one.held * otherWeight, other.held * weight];
  return held === otherHeld ? one.servedAt < other.servedAt : held < otherHeld;
}

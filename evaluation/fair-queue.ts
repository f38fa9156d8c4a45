/** Gives back the place. @param cpuMs the CPU time that was used in it */
export type Release = (cpuMs: number) => void;

export interface FairQueue {
  /**
   * Resolves with a place, or with undefined when the tenant has too much waiting, has waited for `patienceMs`, or the signal
   * aborts.
   */
  enter(tenantId: string, patienceMs: number, signal?: AbortSignal): Promise<Release | undefined>;
  close(): void;
}

interface Waiting {
  readonly tenantId: string;
  readonly settle: (release: Release | undefined) => void;
}

interface TenantUse {
  running: number;
  waiting: number;
  /** CPU time of the last while: it halves in HALF_LIFE_MS. */
  cpuMs: number;
  atMs: number;
}

const HALF_LIFE_MS = 10_000;
/** A tenant that used so much of late is slow. An honest one uses a few ms a second. */
const SLOW_CPU_MS = 400;
/** An honest tenant has no more waiting than it has sessions that work at the same moment. */
const MOST_WAITING = 1_000;

/**
 * Shares places between tenants. One tenant has all places but one at most, and so have all slow tenants together: there is
 * always a place that only tenants with quick work get. The tenant that used the least of late comes first.
 */
export function createFairQueue({ places, nowMs }: { places: number; nowMs: () => number }): FairQueue {
  const share = Math.max(1, places - 1);
  const tenants = new Map<string, TenantUse>();
  const queue: Waiting[] = [];
  let running = 0;
  /** Places of tenants that were slow when they got them. */
  let slowRunning = 0;
  let closed = false;

  function useOf(tenantId: string): TenantUse {
    const now = nowMs();
    const use = tenants.get(tenantId) ?? { running: 0, waiting: 0, cpuMs: 0, atMs: now };
    use.cpuMs *= 0.5 ** ((now - use.atMs) / HALF_LIFE_MS);
    use.atMs = now;
    tenants.set(tenantId, use);
    return use;
  }

  function forgetIdle(tenantId: string): void {
    const use = useOf(tenantId);
    if (use.running === 0 && use.waiting === 0 && use.cpuMs < 1) tenants.delete(tenantId);
  }

  function mayRun(use: TenantUse): boolean {
    return use.running < share && (use.cpuMs < SLOW_CPU_MS || slowRunning < share);
  }

  /** The first of the tenant that used the least, among those that may run. */
  function nextWaiting(): Waiting | undefined {
    const seen = new Set<string>();
    let next: { waiting: Waiting; cpuMs: number } | undefined;
    for (const waiting of queue) {
      if (seen.has(waiting.tenantId)) continue;
      seen.add(waiting.tenantId);
      const use = useOf(waiting.tenantId);
      if (mayRun(use) && (next === undefined || use.cpuMs < next.cpuMs)) next = { waiting, cpuMs: use.cpuMs };
    }
    return next?.waiting;
  }

  function serve(): void {
    while (running < places) {
      const next = nextWaiting();
      if (next === undefined) return;
      queue.splice(queue.indexOf(next), 1);
      next.settle(begin(next.tenantId));
    }
  }

  function begin(tenantId: string): Release {
    const use = useOf(tenantId);
    const slow = use.cpuMs >= SLOW_CPU_MS;
    use.running += 1;
    running += 1;
    if (slow) slowRunning += 1;
    return (cpuMs) => {
      const after = useOf(tenantId);
      after.running -= 1;
      after.cpuMs += cpuMs;
      running -= 1;
      if (slow) slowRunning -= 1;
      serve();
      forgetIdle(tenantId);
    };
  }

  return {
    enter(tenantId, patienceMs, signal) {
      const use = useOf(tenantId);
      if (closed || signal?.aborted || use.waiting >= MOST_WAITING) return Promise.resolve(undefined);
      if (running < places && use.waiting === 0 && mayRun(use)) return Promise.resolve(begin(tenantId));
      return new Promise((resolve) => {
        const settle = (release: Release | undefined) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          use.waiting -= 1;
          resolve(release);
        };
        const waiting: Waiting = { tenantId, settle };
        const giveUp = () => {
          queue.splice(queue.indexOf(waiting), 1);
          settle(undefined);
        };
        const timer = setTimeout(giveUp, patienceMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        use.waiting += 1;
        queue.push(waiting);
      });
    },
    close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.settle(undefined);
    },
  };
}

import { createFairShares, type Release } from '../../processes/fair-shares.ts';
import type { SessionOfStage } from '../stage-results.ts';

/**
 * The sessions that go on with a turn in this process, between two waits for a model or a tool. Each turn needs the event loop,
 * Postgres and Temporal. If all sessions of a tenant went on at once, a turn of another tenant would take seconds.
 */
export interface TurnsAtOnce {
  /**
   * Waits until the session may go on. A session that goes on already does not wait.
   * @param impatient once it is aborted, the session goes on without a place
   */
  enter(session: SessionOfStage, impatient?: AbortSignal): Promise<void>;
  /** The session works here: its place is not given to another session yet. */
  touch(sessionId: string): void;
  /** The session waits for somebody else from now on. */
  leave(sessionId: string): void;
}

/** A session that nothing was heard of for so long has gone on in another process, or has ended. */
const FORGOTTEN_MS = 3_000;

interface Place {
  readonly release: Release;
  forget: NodeJS.Timeout;
}

/** A tenant shares the process with those that were here within this time. */
const BESIDE_MS = 10_000;

/**
 * @param options.places how many sessions go on at once
 * @param options.besideOthers how many sessions of one tenant go on at once while other tenants use this process, too
 */
export function createTurnsAtOnce(options: {
  readonly places: number;
  readonly besideOthers: number;
  readonly nowMs: () => number;
}): TurnsAtOnce {
  const { places: capacity, besideOthers, nowMs } = options;
  const seenAtMs = new Map<string, number>();
  const most = () => {
    for (const [tenantId, atMs] of seenAtMs) if (nowMs() - atMs > BESIDE_MS) seenAtMs.delete(tenantId);
    return seenAtMs.size > 1 ? besideOthers : capacity;
  };
  const shares = createFairShares({ capacity, floor: besideOthers, most });
  const places = new Map<string, Place>();

  function leave(sessionId: string): void {
    const place = places.get(sessionId);
    if (place === undefined) return;
    places.delete(sessionId);
    clearTimeout(place.forget);
    place.release();
  }

  function touch(sessionId: string): void {
    places.get(sessionId)?.forget.refresh();
  }

  return {
    async enter({ tenantId, agentId, sessionId }, impatient) {
      seenAtMs.set(tenantId, nowMs());
      if (places.has(sessionId)) return touch(sessionId);
      const claimant = { tenantId, part: agentId };
      const release = await shares.take(claimant, { signal: impatient }).catch(() => undefined);
      if (release === undefined) return;
      // Another call of the session came first.
      if (places.has(sessionId)) return release();
      places.set(sessionId, { release, forget: setTimeout(leave, FORGOTTEN_MS, sessionId).unref() });
    },
    touch,
    leave,
  };
}

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
  /** How many sessions of a tenant wait until they may go on. */
  waiting(tenantId: string): number;
  /** Whether several tenants were here lately. */
  isShared(): boolean;
}

/** A session that nothing was heard of for so long has gone on in another process, or has ended. */
const FORGOTTEN_MS = 3_000;

interface Place {
  readonly release: Release;
  readonly forget: NodeJS.Timeout;
}

/** A tenant shares the process with those that were here within this time. */
const BESIDE_MS = 10_000;
const TIDY_EVERY_MS = 1_000;

/**
 * @param options.places how many sessions go on at once
 * @param options.besideOthers how many sessions of one tenant go on at once when another tenant was here lately
 * @param options.besideTurns the same while a session of another tenant goes on, or waits for it
 */
export function createTurnsAtOnce(options: {
  readonly places: number;
  readonly besideOthers: number;
  readonly besideTurns: number;
  readonly weightOf?: ((tenantId: string) => number) | undefined;
  /** Told whenever a session waits no more. */
  readonly waitEnded?: (() => void) | undefined;
  readonly nowMs: () => number;
}): TurnsAtOnce {
  const { places: capacity, besideOthers, besideTurns, weightOf, waitEnded, nowMs } = options;
  const seenAtMs = new Map<string, number>();
  /** The number of sessions of each tenant that go on or wait for it. */
  const present = new Map<string, number>();
  let tidiedAtMs = 0;
  const isShared = () => seenAtMs.size > 1;
  const most = () => {
    if (present.size > 1) return besideTurns;
    return isShared() ? besideOthers : capacity;
  };
  const shares = createFairShares({ capacity, floor: besideOthers, most, weightOf });
  const places = new Map<string, Place>();

  function see(tenantId: string): void {
    const now = nowMs();
    seenAtMs.set(tenantId, now);
    if (now - tidiedAtMs < TIDY_EVERY_MS) return;
    tidiedAtMs = now;
    for (const [each, atMs] of seenAtMs) if (now - atMs > BESIDE_MS) seenAtMs.delete(each);
  }

  function count(tenantId: string, more: 1 | -1): void {
    const sessions = (present.get(tenantId) ?? 0) + more;
    if (sessions === 0) present.delete(tenantId);
    else present.set(tenantId, sessions);
  }

  async function placeOf({ tenantId, agentId }: SessionOfStage, signal: AbortSignal | undefined): Promise<Release> {
    count(tenantId, 1);
    try {
      const release = await shares.take({ tenantId, part: agentId }, { signal });
      return () => {
        count(tenantId, -1);
        release();
      };
    } catch (error) {
      count(tenantId, -1);
      throw error;
    } finally {
      waitEnded?.();
    }
  }

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
    async enter(session, impatient) {
      const { tenantId, sessionId } = session;
      see(tenantId);
      if (places.has(sessionId)) return touch(sessionId);
      const release = await placeOf(session, impatient).catch(() => undefined);
      if (release === undefined) return;
      // Another call of the session came first.
      if (places.has(sessionId)) return release();
      places.set(sessionId, { release, forget: setTimeout(leave, FORGOTTEN_MS, sessionId).unref() });
    },
    touch,
    leave,
    waiting: shares.waiting,
    isShared,
  };
}

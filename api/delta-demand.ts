import type { Database } from '../db/database.ts';
import { markDeltasWanted } from '../db/queries/text-delta.ts';

/** Tells the workers in which sessions an answer is followed while it is written. For others they write no deltas. */
export interface DeltaDemand {
  /** Asks for the text deltas of a session, until `forget`. */
  add(session: { readonly tenantId: string; readonly sessionId: string }): void;
  forget(sessionId: string): void;
  close(): Promise<void>;
}

interface Wanted {
  readonly tenantId: string;
  dueAtMs: number;
}

/** A mark stays valid while two renewals are late, and for half a minute at most after its reader left. */
const MARK_MS = 30_000;
const RENEW_MS = 10_000;
/** Until the next try after a row was locked, and after Postgres failed. */
const RETRY_MS = 50;
const RETRY_FAILED_MS = 1_000;

export function createDeltaDemand(deps: {
  readonly db: Database;
  readonly notifier: { deltasWanted(sessionId: string): void };
  readonly warn: (message: string, error?: unknown) => void;
}): DeltaDemand {
  const sessions = new Map<string, Wanted>();
  let timer: NodeJS.Timeout | undefined;
  let marking: Promise<void> | undefined;
  let closed = false;

  function schedule(): void {
    clearTimeout(timer);
    if (closed || marking !== undefined || sessions.size === 0) return;
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const { dueAtMs } of sessions.values()) nextAtMs = Math.min(nextAtMs, dueAtMs);
    timer = setTimeout(
      () => {
        marking = mark().finally(() => {
          marking = undefined;
          schedule();
        });
      },
      Math.max(0, nextAtMs - Date.now()),
    );
  }

  async function mark(): Promise<void> {
    const nowMs = Date.now();
    const byTenant = new Map<string, string[]>();
    for (const [sessionId, wanted] of sessions) {
      if (wanted.dueAtMs > nowMs) continue;
      wanted.dueAtMs = nowMs + RETRY_MS;
      byTenant.set(wanted.tenantId, [...(byTenant.get(wanted.tenantId) ?? []), sessionId]);
    }
    for (const [tenantId, ids] of byTenant) {
      try {
        const marked = await deps.db.transaction(tenantId, (tx) => markDeltasWanted(tx, ids, MARK_MS));
        for (const { id, fresh } of marked) {
          const wanted = sessions.get(id);
          if (wanted !== undefined) wanted.dueAtMs = nowMs + RENEW_MS;
          if (fresh) deps.notifier.deltasWanted(id);
        }
      } catch (error) {
        deps.warn('Text deltas could not be asked for; trying again.', error);
        for (const id of ids) {
          const wanted = sessions.get(id);
          if (wanted !== undefined) wanted.dueAtMs = Date.now() + RETRY_FAILED_MS;
        }
      }
    }
  }

  return {
    add({ tenantId, sessionId }) {
      if (sessions.has(sessionId)) return;
      sessions.set(sessionId, { tenantId, dueAtMs: 0 });
      schedule();
    },
    forget(sessionId) {
      sessions.delete(sessionId);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await marking;
    },
  };
}

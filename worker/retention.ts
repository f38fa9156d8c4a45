import type { Database } from '../db/database.ts';
import { insertAuditEntry } from '../db/queries/audit.ts';
import { deleteSession } from '../db/queries/session-settings.ts';
import { claimEndedSession, type EndedSession, endedBefore } from '../db/queries/sessions-to-erase.ts';
import { newId } from '../processes/ids.ts';
import { repeating } from './repeating.ts';

export interface RetentionDeps {
  readonly db: Database;
  /** How long a session is kept after its end. */
  readonly retentionMs: number;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 1 min. */
  readonly everyMs?: number;
  /** Sessions read at once; default 100. */
  readonly batch?: number;
}

const ACTOR = 'retention';

/**
 * Erases sessions that ended long enough ago, as `DELETE …/sessions/{sid}` does: what they spent stays in usage and budgets.
 * Each session has a transaction of its own, because erasing a long log takes a while. Workers share the work by skipping
 * the sessions that another has claimed.
 */
export function createRetention(deps: RetentionDeps): { close(): Promise<void> } {
  const { db, batch = 100 } = deps;
  const closing = new AbortController();
  const sweep = repeating({
    everyMs: deps.everyMs ?? 60_000,
    onError: (error) => deps.warn('Sessions past their retention could not be read; they are tried again.', error),
    async work() {
      for (;;) {
        const endedBy = new Date(deps.nowMs() - deps.retentionMs);
        const due = await db.serviceTransaction((tx) => endedBefore(tx, endedBy, batch));
        let erased = 0;
        for (const session of due) {
          if (closing.signal.aborted) return;
          if (await erase(session)) erased++;
        }
        // Sessions that another worker erases, or that cannot be erased, are left to the next sweep.
        if (due.length < batch || erased === 0) return;
      }
    },
  });

  async function erase({ id, tenantId }: EndedSession): Promise<boolean> {
    try {
      return await db.transaction(tenantId, async (tx) => {
        if (!(await claimEndedSession(tx, id))) return false;
        await deleteSession(tx, id);
        const entry = {
          id: newId('aud', deps.nowMs()),
          actor: ACTOR,
          action: 'session.delete',
          target: id,
          detail: {},
        };
        await insertAuditEntry(tx, entry);
        return true;
      });
    } catch (error) {
      deps.warn('A session past its retention could not be erased; it is tried again.', error);
      return false;
    }
  }

  return {
    close() {
      closing.abort();
      return sweep.stop();
    },
  };
}

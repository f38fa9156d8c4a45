import { endAbandonedCall } from '../audit/end-abandoned-call.ts';
import type { Database } from '../db/database.ts';
import { eraseDirectArguments, expireDirectApprovals } from '../db/queries/direct-approval.ts';
import {
  abandonedDirectCalls,
  deleteDirectCall,
  directCallsEndedBefore,
  lockDirectCall,
} from '../db/queries/direct-tool-call.ts';
import { tenantIds } from '../db/queries/tenant.ts';
import { repeating } from './repeating.ts';

export interface DirectCallsDeps {
  readonly db: Database;
  /** The time for which a call is kept after its end. Undefined: for ever. */
  readonly retentionMs: number | undefined;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 30 s. */
  readonly everyMs?: number;
  /** Default 5 min. */
  readonly approvalsEveryMs?: number;
}

/** No call may take so long (contract/direct-calls.ts), so its process has died. */
const ABANDONED_MS = 120_000;
const BATCH = 100;

/**
 * Gives an outcome to direct calls whose API process has died and whose client does not ask again, and erases old calls. Any
 * number of workers may do it: those who meet at one call wait for each other, and the second finds nothing to do.
 */
export function createDirectCalls(deps: DirectCallsDeps): { close(): Promise<void> } {
  const { db, retentionMs } = deps;
  const sweep = repeating({
    everyMs: deps.everyMs ?? 30_000,
    onError: (error) => deps.warn('Direct calls could not be looked through; they are looked through again.', error),
    async work() {
      const sentBefore = new Date(deps.nowMs() - ABANDONED_MS);
      for (const { tenantId, id } of await db.serviceTransaction((tx) => abandonedDirectCalls(tx, sentBefore, BATCH))) {
        await db.transaction(tenantId, async (tx) => {
          const call = await lockDirectCall(tx, id);
          if (call !== undefined && call.end === undefined) await endAbandonedCall(tx, call);
        });
      }
      if (retentionMs === undefined) return;
      const endedBefore = new Date(deps.nowMs() - retentionMs);
      for (const { tenantId, id } of await db.serviceTransaction((tx) =>
        directCallsEndedBefore(tx, endedBefore, BATCH),
      )) {
        await db.transaction(tenantId, async (tx) => deleteDirectCall(tx, id));
      }
    },
  });
  const approvals = repeating({
    everyMs: deps.approvalsEveryMs ?? 300_000,
    onError: (error) => deps.warn('Approvals of direct calls could not be looked through; it is tried again.', error),
    async work() {
      for (const tenantId of await db.serviceTransaction(tenantIds)) {
        await db.transaction(tenantId, async (tx) => {
          expireDirectApprovals(tx);
          if (retentionMs !== undefined) eraseDirectArguments(tx, new Date(deps.nowMs() - retentionMs));
        });
      }
    },
  });
  return {
    async close() {
      await Promise.all([sweep.stop(), approvals.stop()]);
    },
  };
}

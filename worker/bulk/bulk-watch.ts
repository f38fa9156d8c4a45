import type { Database } from '../../db/database.ts';
import { insertAuditEntry } from '../../db/queries/audit.ts';
import { leavePendingItems } from '../../db/queries/bulk-item.ts';
import { claimBulkJobs, endBulkJob, lockBulkJob } from '../../db/queries/bulk-job.ts';
import { newId } from '../../processes/ids.ts';
import type { SessionWorkflows } from '../../temporal/session-workflows.ts';
import { repeating } from '../repeating.ts';

export interface BulkWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'describe' | 'startBulkJob'>;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 5 s. */
  readonly everyMs?: number;
}

const LOOK_EVERY_MS = 5_000;
/** A job is compared with Temporal this often while it lives. */
const CLAIM_MS = 30_000;
const OPERATOR = 'operator';

/**
 * Keeps the rows and the workflows of bulk jobs in agreement. A live job without a workflow gets one: the process that made it has
 * died, or Temporal was away, or has lost it. A job whose workflow an operator stopped in Temporal is cancelled.
 */
export function createBulkWatch({ db, sessions, warn, everyMs = LOOK_EVERY_MS }: BulkWatchDeps): {
  close(): Promise<void>;
} {
  const sweep = repeating({
    everyMs,
    onError: (error) => warn('Bulk jobs could not be looked after; the next look comes.', error),
    async work() {
      const due = await db.serviceTransaction((tx) => claimBulkJobs(tx, CLAIM_MS));
      for (const job of due) {
        await lookAt(job).catch((error: unknown) => warn('A bulk job could not be looked after.', error));
      }
    },
  });

  async function lookAt({ id: jobId, tenantId }: { readonly id: string; readonly tenantId: string }): Promise<void> {
    const state = await sessions.describe(jobId);
    switch (state) {
      case 'running':
        return;
      case 'terminated':
      case 'cancelled':
        return cancel(tenantId, jobId, state);
      case 'completed':
      case 'failed':
      case 'timed_out':
      case 'not_found':
        return sessions.startBulkJob({ tenantId, jobId });
    }
  }

  async function cancel(tenantId: string, jobId: string, how: 'terminated' | 'cancelled'): Promise<void> {
    await db.transaction(tenantId, async (tx) => {
      const job = await lockBulkJob(tx, jobId);
      if (job === undefined || job.endReason !== null) return;
      await leavePendingItems(tx, jobId);
      const message = `An operator ${how} the workflow of this job in Temporal.`;
      await endBulkJob(tx, jobId, { reason: 'cancelled', error: { code: `workflow_${how}`, message } });
      const entry = { id: newId('aud'), actor: OPERATOR, action: `workflow.${how}`, target: jobId, detail: {} };
      await insertAuditEntry(tx, entry);
    });
  }

  return { close: () => sweep.stop() };
}

import type { Database, Tx } from '../../db/database.ts';
import { type BulkItemRow, dueBulkItems, leavePendingItems, nextBulkItemMs } from '../../db/queries/bulk-item.ts';
import { type BulkJobRow, endBulkJob, lockBulkJob, takePace } from '../../db/queries/bulk-job.ts';
import { callerOfKey } from '../../service/tenants/authenticate.ts';
import type { Caller } from '../../service/verb/context.ts';
import type { BulkJobInput } from '../../temporal/bulk-job-workflow.ts';

/** The sessions of a job that are acted on next. */
export interface BulkPart {
  readonly kind: 'part';
  readonly job: BulkJobRow;
  readonly caller: Caller;
  readonly items: readonly Pick<BulkItemRow, 'place' | 'sessionId'>[];
  /** The first may begin after this time, and each further one 1 / rate later. */
  readonly waitMs: number;
}

export type NextPart = BulkPart | { readonly kind: 'wait'; readonly waitMs: number } | { readonly kind: 'done' };

/** A part takes about a second, and has as many sessions as the rate allows in that time. */
const MOST_ITEMS = 50;
/** The rate may be given away for so long already. Beyond that the job is taken on later. */
const PACE_WITHIN_MS = 1_000;
/** Sessions that were put off may be due late by this. */
const LONGEST_WAIT_MS = 10_000;
/** A suspended tenant is looked at this often. */
const SUSPENDED_LOOK_MS = 10_000;

const NOBODY_ANSWERS = {
  code: 'key_not_valid',
  message: 'The API key that made the job was revoked, or has expired. Make the job again with another key.',
};

/**
 * Takes the next part of a job, and the time for it, or ends the job. The lock of the job decides: a worker that is only slow
 * may work on a part that another has taken again, but the time of a part is given away once for each time it is taken.
 */
export function takeBulkPart(db: Database, { tenantId, jobId }: BulkJobInput, nowMs: number): Promise<NextPart> {
  return db.transaction(tenantId, async (tx): Promise<NextPart> => {
    const job = await lockBulkJob(tx, jobId);
    if (job === undefined || job.endReason !== null) return { kind: 'done' };
    const waitMs = await nextBulkItemMs(tx, jobId);
    if (waitMs === undefined) return end(tx, jobId);
    if (waitMs > 0) return { kind: 'wait', waitMs: Math.min(waitMs, LONGEST_WAIT_MS) };
    const caller = await callerOfKey(tx, { keyId: job.apiKeyId, requestId: job.requestId }, nowMs);
    if (caller === undefined) return end(tx, jobId, NOBODY_ANSWERS);
    if (caller.suspended) return { kind: 'wait', waitMs: SUSPENDED_LOOK_MS };
    const items = await dueBulkItems(tx, jobId, Math.min(Math.max(Math.floor(job.rate), 1), MOST_ITEMS));
    const paceMs = await takePace(tx, jobId, items.length, PACE_WITHIN_MS);
    if (paceMs === null) return { kind: 'wait', waitMs: PACE_WITHIN_MS };
    return { kind: 'part', job, caller, items, waitMs: paceMs };
  });
}

async function end(tx: Tx, jobId: string, error?: typeof NOBODY_ANSWERS): Promise<NextPart> {
  if (error !== undefined) await leavePendingItems(tx, jobId);
  await endBulkJob(tx, jobId, { reason: error === undefined ? 'completed' : 'failed', error });
  return { kind: 'done' };
}

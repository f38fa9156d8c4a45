import { type BulkItemResource, type BulkJobResource, bulkItemQuerySchema } from '../../contract/bulk.ts';
import { type Page, pageQuerySchema } from '../../contract/fields.ts';
import { type BulkItemRow, leavePendingItems, listBulkItems } from '../../db/queries/bulk-item.ts';
import { type BulkJobView, endBulkJob, listBulkJobs, lockBulkJob, readBulkJob } from '../../db/queries/bulk-job.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, decodePlaceCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { bulkItemResource, bulkJobResource, orNoSuchJob } from './bulk-resource.ts';

interface JobRef {
  readonly jobId: string;
}

/** Lists jobs, newest first. @throws ServiceError invalid_cursor */
export const listJobs: Verb<{ query: unknown }, Page<BulkJobResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const page = { limit: limit + 1, cursor: decodeCursor(cursor) };
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listBulkJobs(tx, page));
  return pageOf(rows, limit, bulkJobResource, (row: BulkJobView) =>
    encodeCursor({ createdAt: row.createdAtText, id: row.id }),
  );
};

/** Reads a job. @throws ServiceError bulk_job_not_found */
export const getJob: Verb<JobRef, BulkJobResource> = async ({ ctx, input: { jobId } }) => {
  requireScope(ctx, 'read');
  const job = await ctx.db.transaction(ctx.tenantId, (tx) => readBulkJob(tx, jobId));
  return bulkJobResource(orNoSuchJob(job, jobId));
};

/** Lists what became of the sessions of a job, in their order. @throws ServiceError bulk_job_not_found, invalid_cursor */
export const listJobItems: Verb<JobRef & { query: unknown }, Page<BulkItemResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor, outcome = null } = parseInput(bulkItemQuerySchema, input.query);
  const after = decodePlaceCursor(cursor);
  const rows = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    orNoSuchJob(await readBulkJob(tx, input.jobId), input.jobId);
    return listBulkItems(tx, input.jobId, { limit: limit + 1, after, outcome });
  });
  return pageOf(rows, limit, bulkItemResource, ({ place }: BulkItemRow) => String(place));
};

/**
 * Ends a job in this transaction: behind it no further session is begun, and no worker has to be there. What was done stays done.
 * @throws ServiceError bulk_job_not_found, bulk_job_ended
 */
export const cancelJob: Verb<JobRef, BulkJobResource> = async ({ ctx, input: { jobId } }) => {
  requireScope(ctx, 'admin');
  const job = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { endReason } = orNoSuchJob(await lockBulkJob(tx, jobId), jobId);
    if (endReason !== null) throw new ServiceError('bulk_job_ended', `The bulk job has ended (${endReason}).`);
    await leavePendingItems(tx, jobId);
    await endBulkJob(tx, jobId, { reason: 'cancelled' });
    await audit(tx, ctx, 'bulk_job.cancel', jobId);
    return orNoSuchJob(await readBulkJob(tx, jobId), jobId);
  });
  return bulkJobResource(job);
};

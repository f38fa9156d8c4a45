import type { BulkItemResource, BulkJobResource } from '../../contract/bulk.ts';
import { retryRequestSchema } from '../../contract/runs.ts';
import type { BulkItemRow } from '../../db/queries/bulk-item.ts';
import type { BulkJobView } from '../../db/queries/bulk-job.ts';
import { ServiceError } from '../verb/service-error.ts';

/** @throws ServiceError bulk_job_not_found, also for a job of another tenant (I8) */
export function orNoSuchJob<Row>(row: Row | undefined, jobId: string): Row {
  if (row === undefined) throw new ServiceError('bulk_job_not_found', `No bulk job "${jobId}".`);
  return row;
}

export function bulkJobResource(job: BulkJobView): BulkJobResource {
  const { pending } = job.counts;
  return {
    id: job.id,
    action: job.action,
    filter: job.filter,
    // It was parsed when the job was made, and a later version may know more fields.
    retry: job.action === 'retry' ? retryRequestSchema.parse(job.options) : undefined,
    rate: job.rate,
    status: job.endReason ?? 'running',
    sessions: job.sessions,
    progress: job.counts,
    waiting: job.putOff ?? undefined,
    estimate: job.estimate,
    seconds_left: job.endReason === null ? pending / job.rate : undefined,
    created_by: job.apiKeyId,
    created_at: job.createdAt.toISOString(),
    ended_at: job.endedAt?.toISOString(),
    error: job.error ?? undefined,
  };
}

export function bulkItemResource(item: BulkItemRow): BulkItemResource {
  return {
    place: item.place,
    session_id: item.sessionId,
    outcome: item.outcome ?? 'pending',
    code: item.code ?? undefined,
    message: item.message ?? undefined,
    attempts: item.attempts,
    settled_at: item.settledAt?.toISOString(),
  };
}

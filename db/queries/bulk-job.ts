import type { BulkAction, BulkEstimate, BulkProgress } from '../../contract/bulk.ts';
import type { Tx } from '../database.ts';

export type BulkEnd = 'completed' | 'cancelled' | 'failed';

export interface BulkJobRow {
  readonly id: string;
  readonly action: BulkAction;
  readonly filter: Record<string, unknown>;
  /** The body of each retry. */
  readonly options: Record<string, unknown>;
  /** Sessions per second. */
  readonly rate: number;
  readonly sessions: number;
  readonly estimate: BulkEstimate;
  readonly endReason: BulkEnd | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly apiKeyId: string;
  readonly requestId: string;
  readonly createdAt: Date;
  /** With microseconds, because cursors compare it. */
  readonly createdAtText: string;
  readonly endedAt: Date | null;
}

/** A job as clients see it. */
export interface BulkJobView extends BulkJobRow {
  readonly counts: BulkProgress;
  /** Sessions that were put off, and why the last of them was. */
  readonly putOff: { readonly sessions: number; readonly code: string; readonly message: string } | null;
}

const columns = `j.id, j.action, j.filter, j.options, j.rate, j.sessions, j.estimate, j.end_reason AS "endReason", j.error,
  j.api_key_id AS "apiKeyId", j.request_id AS "requestId", j.created_at AS "createdAt", j.created_at::text AS "createdAtText",
  j.ended_at AS "endedAt"`;

/** An expression for what became of the items of a job so far. */
const countsOf = (jobId: string) =>
  `(SELECT jsonb_build_object(
      'pending', count(*) FILTER (WHERE outcome IS NULL), 'done', count(*) FILTER (WHERE outcome = 'done'),
      'refused', count(*) FILTER (WHERE outcome = 'refused'), 'failed', count(*) FILTER (WHERE outcome = 'failed'),
      'not_done', count(*) FILTER (WHERE outcome = 'not_done'))
      FROM bulk_item WHERE job_id = ${jobId})`;

const view = `SELECT ${columns}, coalesce(j.counts, ${countsOf('j.id')}) AS counts,
         CASE WHEN j.end_reason IS NULL THEN
           (SELECT jsonb_build_object('sessions', count(*), 'code', (array_agg(code ORDER BY due_at DESC))[1],
                                     'message', (array_agg(message ORDER BY due_at DESC))[1])
              FROM bulk_item WHERE job_id = j.id AND outcome IS NULL AND code IS NOT NULL HAVING count(*) > 0)
         END AS "putOff"
    FROM bulk_job j`;

export async function readBulkJob(tx: Tx, jobId: string): Promise<BulkJobView | undefined> {
  const rows = await tx.query<BulkJobView>('read-bulk-job', `${view} WHERE j.id = $1 AND j.tenant_id = $2`, [
    jobId,
    tx.tenantId,
  ]);
  return rows[0];
}

/** Lists jobs after `cursor`, newest first. */
export async function listBulkJobs(
  tx: Tx,
  page: { limit: number; cursor: { createdAt: string; id: string } | null },
): Promise<BulkJobView[]> {
  return tx.query<BulkJobView>(
    'list-bulk-jobs',
    `${view} WHERE j.tenant_id = $1 AND ($2::timestamptz IS NULL OR (j.created_at, j.id) < ($2, $3))
      ORDER BY j.created_at DESC, j.id DESC LIMIT $4`,
    [tx.tenantId, page.cursor?.createdAt ?? null, page.cursor?.id ?? null, page.limit],
  );
}

/** Takes the lock under which a job is taken on, paced and ended. */
export async function lockBulkJob(tx: Tx, jobId: string): Promise<BulkJobRow | undefined> {
  const rows = await tx.query<BulkJobRow>(
    'lock-bulk-job',
    `SELECT ${columns} FROM bulk_job j WHERE j.id = $1 AND j.tenant_id = $2 FOR UPDATE`,
    [jobId, tx.tenantId],
  );
  return rows[0];
}

export async function insertBulkJob(
  tx: Tx,
  job: Pick<
    BulkJobRow,
    'id' | 'action' | 'filter' | 'options' | 'rate' | 'sessions' | 'estimate' | 'apiKeyId' | 'requestId'
  >,
): Promise<void> {
  await tx.query(
    'insert-bulk-job',
    `INSERT INTO bulk_job (id, tenant_id, action, filter, options, rate, sessions, estimate, api_key_id, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      job.id,
      tx.tenantId,
      job.action,
      JSON.stringify(job.filter),
      JSON.stringify(job.options),
      job.rate,
      job.sessions,
      JSON.stringify(job.estimate),
      job.apiKeyId,
      job.requestId,
    ],
  );
}

/** Counts the jobs of the tenant that have not ended. */
export async function countLiveBulkJobs(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ live: number }>(
    'count-live-bulk-jobs',
    'SELECT count(*)::int AS live FROM bulk_job WHERE tenant_id = $1 AND end_reason IS NULL',
    [tx.tenantId],
  );
  return row?.live ?? 0;
}

/** Forgets the oldest ended jobs, so that the newest `kept` stay. */
export function forgetBulkJobs(tx: Tx, kept: number): void {
  tx.send(
    'forget-bulk-jobs',
    `DELETE FROM bulk_job WHERE tenant_id = $1 AND end_reason IS NOT NULL AND id IN (
       SELECT id FROM bulk_job WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2)`,
    [tx.tenantId, kept],
  );
}

/**
 * Gives away the rate for the next `sessions` of a locked job. @returns how long it is until the first of them may begin, at
 * most `withinMs`; null: it is longer, and nothing was given away
 */
export async function takePace(tx: Tx, jobId: string, sessions: number, withinMs: number): Promise<number | null> {
  const rows = await tx.query<{ waitMs: number }>(
    'take-pace',
    `UPDATE bulk_job SET paced_until = greatest(paced_until, now()) + make_interval(secs => $2::float8 / rate)
      WHERE id = $1 AND paced_until <= now() + make_interval(secs => $3::float8 / 1000)
     RETURNING (extract(epoch FROM paced_until - make_interval(secs => $2::float8 / rate) - now()) * 1000)::float8 AS "waitMs"`,
    [jobId, sessions, withinMs],
  );
  return rows[0] === undefined ? null : Math.max(0, rows[0].waitMs);
}

/** Ends a locked job whose items all have an outcome. */
export async function endBulkJob(
  tx: Tx,
  jobId: string,
  end: { readonly reason: BulkEnd; readonly error?: { readonly code: string; readonly message: string } | undefined },
): Promise<void> {
  await tx.query(
    'end-bulk-job',
    `UPDATE bulk_job SET end_reason = $2, error = $3, ended_at = now(), counts = ${countsOf('$1')} WHERE id = $1`,
    [jobId, end.reason, end.error === undefined ? null : JSON.stringify(end.error)],
  );
}

/** Claims live jobs that are due to be compared with Temporal, for `claimMs`, in a service transaction. */
export async function claimBulkJobs(tx: Tx, claimMs: number): Promise<{ id: string; tenantId: string }[]> {
  return tx.query(
    'claim-bulk-jobs',
    `UPDATE bulk_job SET look_at = now() + make_interval(secs => $1::float8 / 1000)
      WHERE id IN (SELECT id FROM bulk_job WHERE end_reason IS NULL AND look_at <= now() FOR UPDATE SKIP LOCKED)
     RETURNING id, tenant_id AS "tenantId"`,
    [claimMs],
  );
}

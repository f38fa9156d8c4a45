import type { BulkOutcome } from '../../contract/bulk.ts';
import type { Tx } from '../database.ts';
import { FILTER_PARAMETERS, filterValues, type SessionFilter, searchOf } from './session-filter.ts';

export type SettledOutcome = Exclude<BulkOutcome, 'pending'>;

export interface BulkItemRow {
  readonly place: number;
  readonly sessionId: string;
  readonly outcome: SettledOutcome | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly settledAt: Date | null;
}

/** Makes an item of each session that matches now, the oldest first. */
export async function insertBulkItems(tx: Tx, jobId: string, filter: SessionFilter): Promise<void> {
  const { key, rows } = searchOf(filter);
  await tx.query(
    `insert-bulk-items:${key}`,
    `INSERT INTO bulk_item (job_id, place, tenant_id, session_id)
     SELECT $${FILTER_PARAMETERS + 1}, row_number() OVER (ORDER BY s.created_at, s.id) - 1, s.tenant_id, s.id FROM ${rows} s`,
    [...filterValues(tx, filter), jobId],
  );
}

/** Lists items of a job that are due: first those that were never tried, in their order. */
export async function dueBulkItems(
  tx: Tx,
  jobId: string,
  limit: number,
): Promise<Pick<BulkItemRow, 'place' | 'sessionId'>[]> {
  return tx.query(
    'due-bulk-items',
    `SELECT place, session_id AS "sessionId" FROM bulk_item
      WHERE job_id = $1 AND tenant_id = $2 AND outcome IS NULL AND due_at <= now() ORDER BY due_at, place LIMIT $3`,
    [jobId, tx.tenantId, limit],
  );
}

/** The time until the next item of a job is due. Undefined: every item has an outcome. */
export async function nextBulkItemMs(tx: Tx, jobId: string): Promise<number | undefined> {
  const rows = await tx.query<{ waitMs: number }>(
    'next-bulk-item',
    `SELECT (extract(epoch FROM due_at - now()) * 1000)::float8 AS "waitMs" FROM bulk_item
      WHERE job_id = $1 AND tenant_id = $2 AND outcome IS NULL ORDER BY due_at LIMIT 1`,
    [jobId, tx.tenantId],
  );
  return rows[0]?.waitMs;
}

/** Locks an item that has no outcome. @returns false when it has one, or when somebody else works on it */
export async function lockPendingItem(tx: Tx, jobId: string, place: number): Promise<boolean> {
  const rows = await tx.query(
    'lock-pending-item',
    `SELECT 1 FROM bulk_item WHERE job_id = $1 AND place = $2 AND tenant_id = $3 AND outcome IS NULL
        FOR UPDATE SKIP LOCKED`,
    [jobId, place, tx.tenantId],
  );
  return rows.length > 0;
}

/** Writes what became of an item, unless it has an outcome. */
export function settleItem(
  tx: Tx,
  jobId: string,
  place: number,
  settled: {
    readonly outcome: SettledOutcome;
    readonly code?: string | undefined;
    readonly message?: string | undefined;
  },
): void {
  tx.send(
    'settle-bulk-item',
    `UPDATE bulk_item SET outcome = $4, code = $5, message = $6, settled_at = now()
      WHERE job_id = $1 AND place = $2 AND tenant_id = $3 AND outcome IS NULL`,
    [jobId, place, tx.tenantId, settled.outcome, settled.code ?? null, settled.message ?? null],
  );
}

/** Puts an item off, each time for twice as long, up to half a minute. @returns how often it was tried by now; undefined when it has an outcome */
export async function putItemOff(
  tx: Tx,
  jobId: string,
  place: number,
  why: { readonly code: string; readonly message: string },
): Promise<number | undefined> {
  const rows = await tx.query<{ attempts: number }>(
    'put-bulk-item-off',
    `UPDATE bulk_item SET attempts = attempts + 1, code = $4, message = $5,
            due_at = now() + make_interval(secs => least(2 ^ attempts, 30))
      WHERE job_id = $1 AND place = $2 AND tenant_id = $3 AND outcome IS NULL RETURNING attempts`,
    [jobId, place, tx.tenantId, why.code, why.message],
  );
  return rows[0]?.attempts;
}

/** Leaves all that is pending. Waits for items under way, so that nothing of the job happens behind this transaction. */
export async function leavePendingItems(tx: Tx, jobId: string): Promise<void> {
  await tx.query(
    'leave-pending-items',
    `UPDATE bulk_item SET outcome = 'not_done', code = NULL, message = NULL, settled_at = now()
      WHERE job_id = $1 AND tenant_id = $2 AND outcome IS NULL`,
    [jobId, tx.tenantId],
  );
}

/** Lists items of a job behind `after`, in their order. */
export async function listBulkItems(
  tx: Tx,
  jobId: string,
  page: { readonly limit: number; readonly after: number; readonly outcome: BulkOutcome | null },
): Promise<BulkItemRow[]> {
  return tx.query<BulkItemRow>(
    'list-bulk-items',
    `SELECT place, session_id AS "sessionId", outcome, code, message, attempts, settled_at AS "settledAt" FROM bulk_item
      WHERE job_id = $1 AND tenant_id = $2 AND place > $3
        AND ($4::text IS NULL OR coalesce(outcome, 'pending') = $4)
      ORDER BY place LIMIT $5`,
    [jobId, tx.tenantId, page.after, page.outcome, page.limit],
  );
}

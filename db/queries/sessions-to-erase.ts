import type { Tx } from '../database.ts';

export interface EndedSession {
  readonly id: string;
  readonly tenantId: string;
}

/** Lists sessions of any tenant that ended before `endedBy`, the oldest first. */
export async function endedBefore(tx: Tx, endedBy: Date, limit: number): Promise<EndedSession[]> {
  return tx.query<EndedSession>(
    'ended-before',
    `SELECT id, tenant_id AS "tenantId" FROM session
      WHERE status = 'ended' AND ended_at < $1 ORDER BY ended_at LIMIT $2`,
    [endedBy, limit],
  );
}

/** Locks the row of an ended session. @returns false when it is gone, or another transaction has locked it. */
export async function claimEndedSession(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query(
    'claim-ended-session',
    `SELECT 1 FROM session WHERE id = $1 AND tenant_id = $2 AND status = 'ended' FOR UPDATE SKIP LOCKED`,
    [sessionId, tx.tenantId],
  );
  return rows.length > 0;
}

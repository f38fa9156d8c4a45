import type { Tx } from '../database.ts';
import { SUMMARY_SELECTION } from './model-attempt.ts';

export interface LiveSession {
  readonly id: string;
  readonly tenantId: string;
  readonly agentId: string;
  readonly requestId: string | null;
  readonly started: boolean;
  /** How often it was retried. */
  readonly retries: number;
  /** True when the run that is to be started does not begin at the first turn. */
  readonly goesOn: boolean;
  /** The newest row of its inbox, if that was read before any signal told the workflow of it. Otherwise null. */
  readonly readUnsignalled: number | null;
  /** For a running session: the time since the last event of its log, in milliseconds. Otherwise null. */
  readonly stillMs: number | null;
}

/**
 * Claims live sessions that are due to be compared with Temporal, for `claimMs`. A session that still has no workflow
 * `startGraceMs` after it was made is due, and is due again after as long: the process that made it died, or Temporal is
 * away.
 */
export async function claimForReconciliation(
  tx: Tx,
  claimMs: number,
  startGraceMs: number,
  limit: number,
): Promise<LiveSession[]> {
  return tx.query<LiveSession>(
    'claim-for-reconciliation',
    `UPDATE session
        SET reconcile_at = now() + make_interval(secs => CASE WHEN workflow_started_at IS NULL THEN $2 ELSE $1 END::float8 / 1000)
      WHERE id IN (SELECT id FROM session
                    WHERE status <> 'ended' AND reconcile_at <= now()
                      AND created_at < now() - make_interval(secs => $2::float8 / 1000)
                    ORDER BY reconcile_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, tenant_id AS "tenantId", agent_id AS "agentId", request_id AS "requestId",
               workflow_started_at IS NOT NULL AS started, retries, retries > 0 OR first_turn > 0 AS "goesOn",
               CASE WHEN status = 'running' AND inbox_seq = consumed_inbox_seq AND inbox_seq > signalled_seq
                    THEN inbox_seq::int END AS "readUnsignalled",
               CASE WHEN status = 'running' THEN (extract(epoch FROM now() - updated_at) * 1000)::float8 END AS "stillMs"`,
    [claimMs, startGraceMs, limit],
  );
}

/** Whether a call of a turn of the session, to a model or a tool, is under way. Its activity wakes the workflow when it ends. */
export async function callIsUnderWay(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query<{ underWay: boolean }>(
    'call-is-under-way',
    `SELECT EXISTS (SELECT 1 FROM model_attempt a WHERE a.session_id = s.id AND a.state = 'dispatched' AND a.selection <> $3)
         OR EXISTS (SELECT 1 FROM tool_call c WHERE c.session_id = s.id AND c.turn >= s.turns AND c.state = 'dispatched')
            AS "underWay"
       FROM session s WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId, SUMMARY_SELECTION],
  );
  return rows[0]?.underWay === true;
}

/**
 * Notes that the workflow of a session was started, or was there already.
 * @param retries the run that was started. If a later one has begun, nothing is noted
 */
export async function markWorkflowStarted(tx: Tx, sessionId: string, retries: number): Promise<void> {
  await tx.query(
    'mark-workflow-started',
    'UPDATE session SET workflow_started_at = coalesce(workflow_started_at, now()) WHERE id = $1 AND retries = $2',
    [sessionId, retries],
  );
}

/** Makes a session due for reconciliation before all others. */
export async function expediteReconciliation(tx: Tx, sessionId: string): Promise<void> {
  await tx.query('expedite-reconciliation', "UPDATE session SET reconcile_at = '-infinity' WHERE id = $1", [sessionId]);
}

import type { Tx } from '../database.ts';

/** A session whose inbox holds something its workflow may not have been told of. */
export interface UnsignalledSession {
  readonly id: string;
  readonly tenantId: string;
  readonly inboxSeq: number;
}

/**
 * Claims sessions that are due for a signal, for `claimMs`: a bridge that dies before it signals leaves them to the next
 * scan. `ids` null: any session.
 */
export async function claimUnsignalled(
  tx: Tx,
  ids: readonly string[] | null,
  claimMs: number,
  limit: number,
): Promise<UnsignalledSession[]> {
  return tx.query<UnsignalledSession>(
    'claim-unsignalled',
    `UPDATE session SET next_signal_at = now() + make_interval(secs => $2::float8 / 1000)
      WHERE id IN (SELECT id FROM session
                    WHERE status <> 'ended' AND inbox_seq > consumed_inbox_seq AND next_signal_at <= now()
                      AND workflow_started_at IS NOT NULL AND ($1::text[] IS NULL OR id = ANY ($1))
                    ORDER BY next_signal_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, tenant_id AS "tenantId", inbox_seq::int AS "inboxSeq"`,
    [ids, claimMs, limit],
  );
}

/**
 * The signal for everything up to `inboxSeq` was accepted. What is still unconsumed then is signalled again after 30 s,
 * doubling to 10 min; a message that came meanwhile is due at once.
 */
export async function markSignalled(tx: Tx, sessionId: string, inboxSeq: number): Promise<void> {
  await tx.query(
    'mark-signalled',
    `UPDATE session
        SET signalled_seq = greatest(signalled_seq, $2), signal_attempts = signal_attempts + 1,
            next_signal_at = CASE WHEN inbox_seq > $2 THEN now()
                                  ELSE now() + least(interval '30 seconds' * 2 ^ least(signal_attempts, 10), interval '10 minutes') END
      WHERE id = $1`,
    [sessionId, inboxSeq],
  );
}

/** What a model call under way should know of its session. */
export interface CallNews {
  readonly id: string;
  readonly interrupted: boolean;
  readonly deltasWanted: boolean;
}

/** Of these sessions, those with an interrupt in the inbox or with streams that ask for text deltas. */
export async function callNewsOf(tx: Tx, ids: readonly string[]): Promise<CallNews[]> {
  return tx.query<CallNews>(
    'call-news-of',
    `SELECT * FROM (
       SELECT s.id, coalesce(s.deltas_wanted_until > now(), false) AS "deltasWanted",
              EXISTS (SELECT 1 FROM session_inbox i WHERE i.session_id = s.id AND i.seq > s.consumed_inbox_seq
                         AND i.type = 'user.interrupt' AND i.state = 'queued') AS interrupted
         FROM session s WHERE s.id = ANY ($1)) n
      WHERE interrupted OR "deltasWanted"`,
    [ids],
  );
}

/** Running sessions, of an agent or one by its id, whose turn waits for a model or for money: no attempt is open. */
export async function sessionsWaiting(tx: Tx, of: { agentId: string } | { sessionId: string }): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'sessions-waiting',
    `SELECT s.id FROM session s JOIN turn t ON t.session_id = s.id AND t.turn = s.turns
      WHERE s.tenant_id = $1 AND s.status = 'running' AND ($2::text IS NULL OR s.agent_id = $2) AND ($3::text IS NULL OR s.id = $3)
        AND t.answer IS NULL
        AND NOT EXISTS (SELECT 1 FROM model_attempt a WHERE a.session_id = s.id AND a.state IN ('reserved', 'dispatched'))`,
    [tx.tenantId, 'agentId' in of ? of.agentId : null, 'sessionId' in of ? of.sessionId : null],
  );
  return rows.map((row) => row.id);
}

export interface LiveSession {
  readonly id: string;
  readonly tenantId: string;
  readonly agentId: string;
  readonly started: boolean;
}

/**
 * Claims live sessions that are due to be compared with Temporal, for `claimMs`. One that has no workflow
 * `startGraceMs` after it was made is due, and due again after as long: its maker died, or Temporal is away.
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
     RETURNING id, tenant_id AS "tenantId", agent_id AS "agentId", workflow_started_at IS NOT NULL AS started`,
    [claimMs, startGraceMs, limit],
  );
}

/** The workflow of a session was started (or was there). */
export async function markWorkflowStarted(tx: Tx, sessionId: string): Promise<void> {
  await tx.query(
    'mark-workflow-started',
    'UPDATE session SET workflow_started_at = coalesce(workflow_started_at, now()) WHERE id = $1',
    [sessionId],
  );
}

/** Due for reconciliation before all others. */
export async function expediteReconciliation(tx: Tx, sessionId: string): Promise<void> {
  await tx.query('expedite-reconciliation', "UPDATE session SET reconcile_at = '-infinity' WHERE id = $1", [sessionId]);
}

export interface EndedSession {
  readonly id: string;
  readonly tenantId: string;
}

/** Sessions of any tenant that ended before `endedBy`, the oldest first. */
export async function endedBefore(tx: Tx, endedBy: Date, limit: number): Promise<EndedSession[]> {
  return tx.query<EndedSession>(
    'ended-before',
    `SELECT id, tenant_id AS "tenantId" FROM session
      WHERE status = 'ended' AND ended_at < $1 ORDER BY ended_at LIMIT $2`,
    [endedBy, limit],
  );
}

/** Locks an ended session's row. @returns false when it is gone, or another transaction has it. */
export async function claimEndedSession(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query(
    'claim-ended-session',
    `SELECT 1 FROM session WHERE id = $1 AND tenant_id = $2 AND status = 'ended' FOR UPDATE SKIP LOCKED`,
    [sessionId, tx.tenantId],
  );
  return rows.length > 0;
}

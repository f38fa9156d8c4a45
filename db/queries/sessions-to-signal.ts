import type { Tx } from '../database.ts';
import { answerWaiting, interruptWaiting } from './inbox.ts';

/** A session whose workflow may not have been told of the newest rows of its inbox. */
export interface UnsignalledSession {
  readonly id: string;
  readonly tenantId: string;
  readonly inboxSeq: number;
  readonly isIdle: boolean;
}

/**
 * Claims sessions that are due for a signal, for `claimMs`: when a bridge dies before it signals, the next scan finds them
 * again. A session that is paused, or idle for money or for a person, reads no message, so only what it waits for and an interrupt are worth
 * a signal. `ids` null: any session.
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
      WHERE id IN (SELECT id FROM session s
                    WHERE status <> 'ended' AND inbox_seq > consumed_inbox_seq AND next_signal_at <= now()
                      AND workflow_started_at IS NOT NULL AND ($1::text[] IS NULL OR id = ANY ($1))
                      AND CASE WHEN idle_cause IN ('budget', 'paused') THEN ${interruptWaiting('s.id')}
                                          WHEN idle_cause = 'requires_action' THEN ${answerWaiting('s.id')} ELSE true END
                    ORDER BY next_signal_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, tenant_id AS "tenantId", inbox_seq::int AS "inboxSeq", status = 'idle' AS "isIdle"`,
    [ids, claimMs, limit],
  );
}

/**
 * Notes that the signal for everything up to `inboxSeq` was accepted. What stays unread is signalled again after 30 s,
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

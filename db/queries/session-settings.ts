import type { Tx } from '../database.ts';
import { leaveTurns } from './inherited-turns.ts';
import type { SessionRow } from './session.ts';

/** Changes the fields that are not null, of a session whose row this transaction has locked. */
export async function updateSessionSettings(
  tx: Tx,
  sessionId: string,
  change: { maxTurns: number | null; metadata: Record<string, unknown> | null },
): Promise<void> {
  await tx.query(
    'update-session-settings',
    `UPDATE session SET max_turns = coalesce($3, max_turns), metadata = coalesce($4::jsonb, metadata), updated_at = now()
      WHERE id = $1 AND tenant_id = $2`,
    [sessionId, tx.tenantId, change.maxTurns, change.metadata === null ? null : JSON.stringify(change.metadata)],
  );
}

/** The agent whose tools a session has, those of them that the session may use (null: all), and the policy that a replay tries. */
export type SessionTools = Pick<SessionRow, 'agentId' | 'tools' | 'replay'>;

export async function toolsOfSession(tx: Tx, sessionId: string): Promise<SessionTools | undefined> {
  const rows = await tx.query<SessionTools>(
    'tools-of-session',
    'SELECT agent_id AS "agentId", tools, replay FROM session WHERE id = $1 AND tenant_id = $2',
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

/**
 * Erases a session whose row this transaction has locked, with its log, inbox, transcript and tool results. Its model attempts
 * and its account stay, because the money stays spent, and the two must still agree (I3). Turns that forks of it have are left to
 * them.
 */
export async function deleteSession(tx: Tx, sessionId: string): Promise<void> {
  await leaveTurns(tx, sessionId);
  await tx.query(
    'delete-session',
    `WITH effects AS (DELETE FROM bundled_effect WHERE session_id = $1),
          deltas AS (DELETE FROM text_delta WHERE session_id = $1)
     DELETE FROM session WHERE id = $1 AND tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
}

import type { Tx } from '../database.ts';

/**
 * Lists the sessions that are idle for money, and the running ones whose turn waits for a model or for money, so that no
 * attempt is open: all of the tenant, those of an agent, or one by its id.
 */
export async function sessionsWaiting(
  tx: Tx,
  of: { agentId: string } | { sessionId: string } | 'ofTenant',
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'sessions-waiting',
    `SELECT s.id FROM session s JOIN turn t ON t.session_id = s.id AND t.turn = s.turns
      WHERE s.tenant_id = $1 AND s.status <> 'ended' AND ($2::text IS NULL OR s.agent_id = $2) AND ($3::text IS NULL OR s.id = $3)
        AND (s.idle_cause = 'budget' OR s.status = 'running' AND t.answer IS NULL
               AND NOT EXISTS (SELECT 1 FROM model_attempt a
                                WHERE a.session_id = s.id AND a.state IN ('reserved', 'dispatched')))`,
    [
      tx.tenantId,
      of !== 'ofTenant' && 'agentId' in of ? of.agentId : null,
      of !== 'ofTenant' && 'sessionId' in of ? of.sessionId : null,
    ],
  );
  return rows.map((row) => row.id);
}

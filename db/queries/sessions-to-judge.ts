import type { Tx } from '../database.ts';
import { toolSourcesText } from './tool-source.ts';

/** Lists the tenants that have sessions which are idle until somebody decides about a call. */
export async function tenantsAwaitingAction(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-awaiting-action',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session WHERE idle_cause = 'requires_action'`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/**
 * Lists sessions of the tenant that are idle until somebody decides about a call, and that have not compared it with the tools
 * and policies as they are now: these may allow or forbid it.
 */
export async function sessionsToJudgeAgain(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'sessions-to-judge-again',
    `SELECT DISTINCT s.id FROM session s JOIN required_action w ON w.session_id = s.id
      WHERE s.tenant_id = $1 AND s.idle_cause = 'requires_action' AND s.workflow_started_at IS NOT NULL
        AND w.status = 'pending' AND w.kind = 'approval' AND w.judged_by IS DISTINCT FROM md5(${toolSourcesText('$1', 's.id')})
      ORDER BY s.id LIMIT $2`,
    [tx.tenantId, limit],
  );
  return rows.map(({ id }) => id);
}

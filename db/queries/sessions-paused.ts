import type { Tx } from '../database.ts';
import { pauseOrdered } from './pause-order.ts';
import { isSuspended } from './tenant.ts';

/** Lists the tenants that are not suspended and have paused sessions which nobody wants to pause by themselves any more. */
export async function tenantsToGoOn(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-to-go-on',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session s
      WHERE idle_cause = 'paused' AND NOT ${isSuspended('s.tenant_id')} AND paused_at IS NULL`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** Lists paused sessions of the tenant which nobody wants to pause any more, the oldest first. */
export async function pausedSessions(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'paused-sessions',
    `SELECT id FROM session s WHERE tenant_id = $1 AND idle_cause = 'paused' AND workflow_started_at IS NOT NULL
        AND NOT ${pauseOrdered('s')}
      ORDER BY id LIMIT $2`,
    [tx.tenantId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Does the same for the sessions of an agent. */
export async function pausedSessionsOfAgent(tx: Tx, agentId: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'paused-sessions-of-agent',
    `SELECT id FROM session s WHERE tenant_id = $1 AND agent_id = $2 AND idle_cause = 'paused'
        AND workflow_started_at IS NOT NULL AND NOT ${pauseOrdered('s')}
      ORDER BY id LIMIT $3`,
    [tx.tenantId, agentId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Lists sessions of the tenant that have not ended, the oldest first. */
export async function liveSessions(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'live-sessions',
    `SELECT id FROM session WHERE tenant_id = $1 AND status <> 'ended' ORDER BY id LIMIT $2`,
    [tx.tenantId, limit],
  );
  return rows.map(({ id }) => id);
}

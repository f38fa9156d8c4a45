import type { Tx } from '../database.ts';
import { pauseOrdered } from './pause-order.ts';

/** Lists the tenants that are neither suspended nor paused and have sessions that are not paused by themselves any more. */
export async function tenantsToGoOn(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-to-go-on',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session s
      WHERE idle_cause = 'paused' AND paused_at IS NULL
        AND NOT EXISTS (SELECT FROM tenant t WHERE t.id = s.tenant_id AND (t.suspended_at IS NOT NULL OR t.paused_at IS NOT NULL))`,
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

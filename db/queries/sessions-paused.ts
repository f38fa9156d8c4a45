import type { Tx } from '../database.ts';
import { isSuspended } from './tenant.ts';

/** Lists the tenants that have paused sessions and are not suspended any more. */
export async function tenantsToGoOn(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-to-go-on',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session s WHERE idle_cause = 'paused' AND NOT ${isSuspended('s.tenant_id')}`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** Lists paused sessions of the tenant, the oldest first. */
export async function pausedSessions(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'paused-sessions',
    `SELECT id FROM session WHERE tenant_id = $1 AND idle_cause = 'paused' AND workflow_started_at IS NOT NULL
      ORDER BY id LIMIT $2`,
    [tx.tenantId, limit],
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

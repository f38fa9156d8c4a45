import type { Tx } from '../database.ts';

/** An expression that is true while somebody wants a session, or all sessions of its agent or tenant, to pause. @param s the session's alias */
export const pauseOrdered = (s: string): string =>
  `(${s}.paused_at IS NOT NULL OR EXISTS (SELECT FROM agent p
     WHERE p.tenant_id = ${s}.tenant_id AND p.agent_id = ${s}.agent_id AND p.paused_at IS NOT NULL)
   OR EXISTS (SELECT FROM tenant p WHERE p.id = ${s}.tenant_id AND p.paused_at IS NOT NULL))`;

/** Orders a session to pause, or lets it go on. This transaction has locked its row. @param by who orders it. Null: it goes on */
export function setPauseOfSession(tx: Tx, sessionId: string, by: string | null): void {
  tx.send(
    'set-pause-of-session',
    `UPDATE session SET paused_by = $2, paused_at = CASE WHEN $2::text IS NOT NULL THEN now() END, updated_at = now()
      WHERE id = $1`,
    [sessionId, by],
  );
}

/** Does the same for all sessions of an agent, also those to come. */
export function setPauseOfAgent(tx: Tx, agentId: string, by: string | null): void {
  tx.send(
    'set-pause-of-agent',
    `UPDATE agent SET paused_by = $3, paused_at = CASE WHEN $3::text IS NOT NULL THEN now() END, updated_at = now()
      WHERE tenant_id = $1 AND agent_id = $2`,
    [tx.tenantId, agentId, by],
  );
}

/**
 * Lists the tenants that have an idle session which is to pause by itself. An idle session of a paused agent or tenant does
 * nothing either, and pauses as soon as anything wakes it.
 */
export async function tenantsToPause(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-to-pause',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session
      WHERE paused_at IS NOT NULL AND status = 'idle' AND idle_cause <> 'paused'`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/**
 * Lists idle sessions of the tenant that are to pause and have not been told. A session in which a server's form waits has a call
 * under way: it pauses behind the call.
 * @param of one session, the sessions of an agent, or all
 */
export async function sessionsToPause(
  tx: Tx,
  of: { readonly sessionId: string } | { readonly agentId: string } | 'ofTenant',
  limit: number,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'sessions-to-pause',
    `SELECT s.id FROM session s
      WHERE s.tenant_id = $1 AND s.status = 'idle' AND s.idle_cause <> 'paused' AND s.workflow_started_at IS NOT NULL
        AND ($2::text IS NULL OR s.id = $2) AND ($3::text IS NULL OR s.agent_id = $3) AND ${pauseOrdered('s')}
        AND NOT EXISTS (SELECT FROM required_action f
                         WHERE f.session_id = s.id AND f.kind = 'form' AND f.applied_at IS NULL AND s.idle_cause = 'requires_action')
      ORDER BY s.id LIMIT $4`,
    [
      tx.tenantId,
      of !== 'ofTenant' && 'sessionId' in of ? of.sessionId : null,
      of !== 'ofTenant' && 'agentId' in of ? of.agentId : null,
      limit,
    ],
  );
  return rows.map(({ id }) => id);
}

export async function isAgentPaused(tx: Tx, agentId: string): Promise<boolean> {
  const rows = await tx.query(
    'is-agent-paused',
    'SELECT 1 FROM agent WHERE tenant_id = $1 AND agent_id = $2 AND paused_at IS NOT NULL',
    [tx.tenantId, agentId],
  );
  return rows.length > 0;
}

/** The order to all sessions of a tenant. Null: there is none. */
export interface PauseOfTenant {
  readonly pausedAt: Date | null;
  readonly pausedBy: string | null;
}

const ORDER = 'paused_at AS "pausedAt", paused_by AS "pausedBy"';

/** Reads the order to all sessions of the tenant, and has another change of it wait. Sessions go on meanwhile. */
export async function lockPauseOfTenant(tx: Tx): Promise<PauseOfTenant> {
  const rows = await tx.query<PauseOfTenant>(
    'lock-pause-of-tenant',
    `SELECT ${ORDER} FROM tenant WHERE id = $1 FOR NO KEY UPDATE`,
    [tx.tenantId],
  );
  return theOrder(rows, tx);
}

/** Orders all sessions of the tenant to pause, also those to come, or lets them go on. @param by who orders it. Null: they go on */
export async function setPauseOfTenant(tx: Tx, by: string | null): Promise<PauseOfTenant> {
  const rows = await tx.query<PauseOfTenant>(
    'set-pause-of-tenant',
    `UPDATE tenant SET paused_by = $2, paused_at = CASE WHEN $2::text IS NOT NULL THEN now() END WHERE id = $1
     RETURNING ${ORDER}`,
    [tx.tenantId, by],
  );
  return theOrder(rows, tx);
}

function theOrder([order]: readonly PauseOfTenant[], tx: Tx): PauseOfTenant {
  if (order === undefined) throw new TypeError(`There is no tenant ${tx.tenantId}.`);
  return order;
}

export async function isTenantPaused(tx: Tx): Promise<boolean> {
  const rows = await tx.query('is-tenant-paused', 'SELECT 1 FROM tenant WHERE id = $1 AND paused_at IS NOT NULL', [
    tx.tenantId,
  ]);
  return rows.length > 0;
}

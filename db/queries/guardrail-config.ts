import type { GuardrailLayers, StoredGuardrails } from '../../domain/guardrails/effective-rules.ts';
import type { Tx } from '../database.ts';
import { agentOfSession } from './session.ts';

/** The columns of GuardrailLayers, of a row `t` of a tenant and a row `a` of an agent. */
export const guardrailLayers = `jsonb_build_object('tenant', t.guardrails, 'agent', a.guardrails)`;

/** @param agentId absent: what the tenant has for all agents */
export async function readGuardrails(tx: Tx, agentId?: string): Promise<GuardrailLayers | undefined> {
  if (agentId === undefined) {
    const rows = await tx.query<{ tenant: StoredGuardrails }>(
      'read-guardrails-of-tenant',
      'SELECT guardrails AS tenant FROM tenant WHERE id = $1',
      [tx.tenantId],
    );
    return rows[0];
  }
  const rows = await tx.query<{ guardrails: GuardrailLayers }>(
    'read-guardrails-of-agent',
    `SELECT ${guardrailLayers} AS guardrails FROM agent a JOIN tenant t ON t.id = a.tenant_id
      WHERE a.tenant_id = $1 AND a.agent_id = $2`,
    [tx.tenantId, agentId],
  );
  return rows[0]?.guardrails;
}

/** The guardrails of a session's agent. They are empty for a session that is gone. */
export async function guardrailsOfSession(tx: Tx, sessionId: string): Promise<GuardrailLayers> {
  const rows = await tx.query<{ guardrails: GuardrailLayers }>(
    'read-guardrails-of-session',
    `SELECT ${guardrailLayers} AS guardrails FROM agent a JOIN tenant t ON t.id = a.tenant_id
      WHERE a.tenant_id = $1 AND a.agent_id = ${agentOfSession('$2', '$1')}`,
    [tx.tenantId, sessionId],
  );
  return rows[0]?.guardrails ?? { tenant: {} };
}

/** Does the same for several sessions of the tenant, by session. */
export async function guardrailsOfSessions(
  tx: Tx,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, GuardrailLayers>> {
  const rows = await tx.query<{ sessionId: string; guardrails: GuardrailLayers }>(
    'read-guardrails-of-sessions',
    `SELECT s.id AS "sessionId", ${guardrailLayers} AS guardrails
       FROM session s JOIN agent a USING (tenant_id, agent_id) JOIN tenant t ON t.id = a.tenant_id
      WHERE s.tenant_id = $1 AND s.id = ANY ($2)`,
    [tx.tenantId, sessionIds],
  );
  return new Map(rows.map(({ sessionId, guardrails }) => [sessionId, guardrails]));
}

/** Changes the given fields and keeps the others. @returns undefined when there is no such agent */
export async function mergeGuardrails(
  tx: Tx,
  change: StoredGuardrails,
  agentId?: string,
): Promise<GuardrailLayers | undefined> {
  const values = [tx.tenantId, JSON.stringify(change)];
  if (agentId === undefined) {
    tx.send(
      'merge-guardrails-of-tenant',
      'UPDATE tenant SET guardrails = guardrails || $2::jsonb WHERE id = $1',
      values,
    );
  } else {
    tx.send(
      'merge-guardrails-of-agent',
      'UPDATE agent SET guardrails = guardrails || $2::jsonb WHERE tenant_id = $1 AND agent_id = $3',
      [...values, agentId],
    );
  }
  return readGuardrails(tx, agentId);
}

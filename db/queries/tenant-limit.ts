import { type CountedLimit, type LimitName, type LimitUse, tenantLimits } from '../../domain/tenant-limits.ts';
import type { Tx } from '../database.ts';

/** Rows of which a tenant may keep millions are counted when they are stored (db/migrations/0056_what_a_tenant_keeps.sql). */
const kept = (id: string, name: CountedLimit) =>
  `SELECT coalesce(sum(amount), 0) FROM tenant_kept WHERE tenant_id = ${id} AND name = '${name}'`;

/** How the use of each limit is counted, for the tenant $1. */
const useOf: Readonly<Record<CountedLimit, string>> = {
  agents: 'SELECT count(*) FROM agent WHERE tenant_id = $1',
  api_keys: `SELECT count(*) FROM api_key
              WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
  sessions: `SELECT count(*) FROM session WHERE tenant_id = $1 AND status <> 'ended'`,
  providers: 'SELECT count(*) FROM provider WHERE tenant_id = $1',
  guardrail_providers: 'SELECT count(*) FROM guardrail_provider WHERE tenant_id = $1',
  mcp_servers: 'SELECT count(*) FROM mcp_server WHERE tenant_id = $1',
  tools: `SELECT coalesce(sum(jsonb_array_length(tools)), 0) FROM mcp_server WHERE tenant_id = $1 AND tools IS NOT NULL`,
  tool_definition_bytes: `SELECT coalesce(sum(octet_length(tools::text)), 0) FROM mcp_server WHERE tenant_id = $1`,
  tool_policies: 'SELECT count(*) FROM tool_policy WHERE tenant_id = $1',
  documents: 'SELECT count(*) FROM context_document WHERE tenant_id = $1',
  document_bytes: `SELECT coalesce((SELECT sum(octet_length(content)) FROM context_document WHERE tenant_id = $1), 0)
              + coalesce((SELECT sum(octet_length(content)) FROM context_document_version WHERE tenant_id = $1), 0)`,
  memory_entries: 'SELECT count(*) FROM memory_entry WHERE tenant_id = $1',
  ended_sessions: kept('$1', 'ended_sessions'),
  file_bytes: kept('$1', 'file_bytes'),
  idempotency_keys: kept('$1', 'idempotency_keys'),
  idempotency_bytes: kept('$1', 'idempotency_bytes'),
};

/**
 * Reads how much of a limit the tenant uses, with what this transaction wrote. Requests that are under way at the same time
 * do not see each other's rows, so the use may pass the limit by as many as they are. Waiting for each other would cost
 * every request more than these few rows do.
 */
export async function limitUse(tx: Tx, name: CountedLimit): Promise<LimitUse> {
  const [row] = await tx.query<{ used: number; limit: number }>(
    `use-of-${name}`,
    `SELECT (${useOf[name]})::float8 AS used,
            coalesce((SELECT value FROM tenant_limit WHERE tenant_id = $1 AND name = $2), $3)::float8 AS limit`,
    [tx.tenantId, name, tenantLimits[name].default],
  );
  if (row === undefined) throw new Error('An aggregate returned no row.');
  return { name, used: row.used, limit: row.limit };
}

/** An expression for the limits that the operator set for the tenant with this id, by their names. */
export const limitsSetFor = (id: string): string =>
  `coalesce((SELECT jsonb_object_agg(l.name, l.value) FROM tenant_limit l WHERE l.tenant_id = ${id}), '{}')`;

/** Reads the limits that the operator set for the tenant. */
export async function limitsSet(tx: Tx): Promise<Readonly<Record<string, number>>> {
  const [row] = await tx.query<{ limits: Readonly<Record<string, number>> }>(
    'limits-set',
    `SELECT ${limitsSetFor('$1')} AS limits`,
    [tx.tenantId],
  );
  if (row === undefined) throw new Error('An expression gave no row.');
  return row.limits;
}

/** Sets a limit of any tenant, in a service transaction. Null: the default holds again. */
export function setLimit(tx: Tx, tenantId: string, name: LimitName, value: number | null): void {
  if (value === null) {
    tx.send('unset-limit', 'DELETE FROM tenant_limit WHERE tenant_id = $1 AND name = $2', [tenantId, name]);
    return;
  }
  tx.send(
    'set-limit',
    `INSERT INTO tenant_limit (tenant_id, name, value) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [tenantId, name, value],
  );
}

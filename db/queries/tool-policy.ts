import type { ToolEffect } from '../../contract/mcp.ts';
import type { Tx } from '../database.ts';

export interface ToolPolicyRow {
  /** A glob. */
  readonly toolName: string;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  readonly updatedAt: Date;
}

const columns = `tool_name AS "toolName", allowed, requires_approval AS "requiresApproval", effect, idempotent,
  updated_at AS "updatedAt"`;

export async function listToolPolicies(tx: Tx): Promise<ToolPolicyRow[]> {
  return tx.query<ToolPolicyRow>(
    'list-tool-policies',
    `SELECT ${columns} FROM tool_policy WHERE tenant_id = $1 ORDER BY tool_name`,
    [tx.tenantId],
  );
}

/** Writes a policy. A field that is null stays as it was, or takes its default in a new policy. */
export async function putToolPolicy(
  tx: Tx,
  policy: {
    toolName: string;
    allowed: boolean;
    requiresApproval: boolean;
    effect: ToolEffect | null;
    idempotent: boolean | null;
  },
): Promise<ToolPolicyRow> {
  const rows = await tx.query<ToolPolicyRow>(
    'put-tool-policy',
    `INSERT INTO tool_policy AS p (tenant_id, tool_name, allowed, requires_approval, effect, idempotent)
     VALUES ($1, $2, $3, $4, coalesce($5, 'write'), coalesce($6, false))
     ON CONFLICT (tenant_id, tool_name) DO UPDATE
       SET allowed = $3, requires_approval = $4, effect = coalesce($5, p.effect),
           idempotent = coalesce($6, p.idempotent), updated_at = now()
     RETURNING ${columns}`,
    [tx.tenantId, policy.toolName, policy.allowed, policy.requiresApproval, policy.effect, policy.idempotent],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('An upsert of tool_policy returned no row.');
  return row;
}

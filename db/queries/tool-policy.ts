import type { ArgumentRule } from '../../contract/argument-rules.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import type { PolicyRateLimit } from '../../contract/tool-policy.ts';
import type { ToolSettings } from '../../domain/tool-policy/policies-of-tool.ts';
import type { ToolPolicy } from '../../domain/tool-policy/tool-policy.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';

/** The tools that a policy is for, and the sessions in which it holds. */
export interface PolicyPlace {
  readonly glob: string;
  readonly agentId: string | null;
  readonly department: string | null;
}

const columns = `id, coalesce(glob, tool_name) AS glob, matched_names AS "matchedNames", agent_id AS "agentId", department,
  allowed, requires_approval AS "requiresApproval", CASE WHEN effect_stated THEN effect END AS effect,
  CASE WHEN idempotent_stated THEN idempotent END AS idempotent, argument_rules AS "argumentRules", rate_limit AS "rateLimit",
  allow_tainted AS "allowTainted", updated_at AS "updatedAt"`;

/** Lists policies of the tenant, newest first. */
export async function listToolPolicies(
  tx: Tx,
  limit: number,
  beforeId: string | null,
): Promise<(ToolPolicy & PageRow)[]> {
  return tx.query<ToolPolicy & PageRow>(
    'list-tool-policies',
    withinPageBytes(
      `SELECT ${columns} FROM tool_policy WHERE tenant_id = $1 AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $2`,
      'coalesce(octet_length("argumentRules"::text), 0)',
      'id DESC',
    ),
    [tx.tenantId, limit, beforeId],
  );
}

/** Reads what all policies of the tenant name. */
export async function policyGlobs(tx: Tx): Promise<Pick<ToolPolicy, 'glob' | 'matchedNames'>[]> {
  return tx.query<Pick<ToolPolicy, 'glob' | 'matchedNames'>>(
    'policy-globs',
    `SELECT coalesce(glob, tool_name) AS glob, matched_names AS "matchedNames" FROM tool_policy WHERE tenant_id = $1`,
    [tx.tenantId],
  );
}

/**
 * Lists the policies that concern an agent: its own, those of its department, and those of the tenant. Without an agent, lists
 * those of the tenant.
 */
export async function toolPoliciesOfAgent(tx: Tx, agentId: string | null): Promise<ToolPolicy[]> {
  return tx.query<ToolPolicy>(
    'tool-policies-of-agent',
    `SELECT ${columns} FROM tool_policy
      WHERE tenant_id = $1 AND (agent_id IS NULL OR agent_id = $2)
        AND (department IS NULL
             OR department = (SELECT a.department FROM agent a WHERE a.tenant_id = $1 AND a.agent_id = $2))
      ORDER BY tool_name`,
    [tx.tenantId, agentId],
  );
}

export async function toolPolicyById(tx: Tx, id: string): Promise<ToolPolicy | undefined> {
  const rows = await tx.query<ToolPolicy>(
    'tool-policy-by-id',
    `SELECT ${columns} FROM tool_policy WHERE tenant_id = $1 AND id = $2`,
    [tx.tenantId, id],
  );
  return rows[0];
}

/**
 * The fields that a policy is to have. A field that is undefined stays as it was, or is not stated in a new policy. A field that
 * is null is no longer stated.
 */
export interface ToolPolicyChange extends PolicyPlace {
  /** The id that a new policy gets. */
  readonly newId: string;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
  readonly effect?: ToolEffect | null | undefined;
  readonly idempotent?: boolean | null | undefined;
  readonly argumentRules?: readonly ArgumentRule[] | null | undefined;
  readonly rateLimit?: PolicyRateLimit | null | undefined;
  readonly allowTainted?: boolean | null | undefined;
}

/** Writes the policy of a place, which has at most one. */
export async function putToolPolicy(tx: Tx, policy: ToolPolicyChange): Promise<ToolPolicy> {
  const { newId, glob, agentId, department, allowed, requiresApproval, effect, idempotent, argumentRules } = policy;
  const { rateLimit, allowTainted } = policy;
  const rows = await tx.query<ToolPolicy>(
    'put-tool-policy',
    `INSERT INTO tool_policy AS p (tenant_id, tool_name, id, glob, agent_id, department, matched_names, allowed,
                                   requires_approval, effect, effect_stated, idempotent, idempotent_stated,
                                   argument_rules, rate_limit, allow_tainted)
     VALUES ($1, $2, $3, $4, $5, $6, 'any', $7, $8, coalesce($9, 'write'), $9::text IS NOT NULL, coalesce($10, false),
             $10::boolean IS NOT NULL, $13, $15, $17)
     ON CONFLICT (tenant_id, tool_name) DO UPDATE
       SET glob = $4, matched_names = 'any', allowed = $7, requires_approval = $8, updated_at = now(),
           effect = CASE WHEN $11 THEN EXCLUDED.effect ELSE p.effect END,
           effect_stated = CASE WHEN $11 THEN EXCLUDED.effect_stated ELSE p.effect_stated END,
           idempotent = CASE WHEN $12 THEN EXCLUDED.idempotent ELSE p.idempotent END,
           idempotent_stated = CASE WHEN $12 THEN EXCLUDED.idempotent_stated ELSE p.idempotent_stated END,
           argument_rules = CASE WHEN $14 THEN EXCLUDED.argument_rules ELSE p.argument_rules END,
           rate_limit = CASE WHEN $16 THEN EXCLUDED.rate_limit ELSE p.rate_limit END,
           allow_tainted = CASE WHEN $18 THEN EXCLUDED.allow_tainted ELSE p.allow_tainted END
     RETURNING ${columns}`,
    [
      tx.tenantId,
      keyOf(policy),
      newId,
      glob,
      agentId,
      department,
      allowed,
      requiresApproval,
      effect ?? null,
      idempotent ?? null,
      effect !== undefined,
      idempotent !== undefined,
      jsonOf(argumentRules),
      argumentRules !== undefined,
      jsonOf(rateLimit),
      rateLimit !== undefined,
      allowTainted ?? null,
      allowTainted !== undefined,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('An upsert of tool_policy returned no row.');
  return row;
}

function jsonOf(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** @returns the policy that is gone; undefined if there was none */
export async function deleteToolPolicy(tx: Tx, id: string): Promise<ToolPolicy | undefined> {
  const rows = await tx.query<ToolPolicy>(
    'delete-tool-policy',
    `WITH counted AS (DELETE FROM tool_rate WHERE tenant_id = $1 AND policy_id = $2)
     DELETE FROM tool_policy WHERE tenant_id = $1 AND id = $2 RETURNING ${columns}`,
    [tx.tenantId, id],
  );
  return rows[0];
}

/** The key of a scope can be no glob of a tenant-wide policy: a line break is in no glob. */
function keyOf({ glob, agentId, department }: PolicyPlace): string {
  if (agentId !== null) return `agent ${agentId}\n${glob}`;
  return department === null ? glob : `department ${department}\n${glob}`;
}

/** The settings of the tenant for all tools, or their defaults. */
export async function toolSettingsOfTenant(tx: Tx): Promise<ToolSettings> {
  const rows = await tx.query<ToolSettings>(
    'tool-settings-of-tenant',
    `SELECT coalesce(unknown_tools, 'ask') AS "unknownTools", coalesce(taint, 'ask') AS taint FROM tenant WHERE id = $1`,
    [tx.tenantId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('A transaction runs for a tenant that does not exist.');
  return row;
}

/** Sets what is given; the rest stays as it was. */
export async function setToolSettings(
  tx: Tx,
  settings: { readonly [Name in keyof ToolSettings]: ToolSettings[Name] | undefined },
): Promise<void> {
  await tx.query(
    'set-tool-settings',
    'UPDATE tenant SET unknown_tools = coalesce($2, unknown_tools), taint = coalesce($3, taint) WHERE id = $1',
    [tx.tenantId, settings.unknownTools ?? null, settings.taint ?? null],
  );
}

/** The next step when nobody knows whether a call took effect: a person is asked, or the model is told. */
export type UnknownEffects = 'ask' | 'tell';

export async function unknownEffectsOfTenant(tx: Tx): Promise<UnknownEffects> {
  const rows = await tx.query<{ unknownEffects: UnknownEffects }>(
    'unknown-effects-of-tenant',
    `SELECT coalesce(unknown_effects, 'ask') AS "unknownEffects" FROM tenant WHERE id = $1`,
    [tx.tenantId],
  );
  return rows[0]?.unknownEffects ?? 'ask';
}

export async function setUnknownEffects(tx: Tx, unknownEffects: UnknownEffects): Promise<void> {
  await tx.query('set-unknown-effects', 'UPDATE tenant SET unknown_effects = $2 WHERE id = $1', [
    tx.tenantId,
    unknownEffects,
  ]);
}

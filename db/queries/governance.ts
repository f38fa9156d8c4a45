import type { LifecycleState } from '../../contract/agents.ts';
import type { AuditKind } from '../../contract/audit.ts';
import type { MemoryBlock } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';

export interface GovernanceCounts {
  readonly agents: readonly { readonly state: LifecycleState; readonly agents: number }[];
  readonly pinned: number;
  readonly pendingApprovals: number;
  readonly guardrailProviders: number;
  readonly sessionsPausedAt: Date | null;
  readonly servers: number;
  readonly policies: number;
  /** Tools whose server defines them otherwise than they were pinned. */
  readonly quarantined: number;
}

/** Counts what a person who watches over agents asks for first. */
export async function governanceCounts(tx: Tx): Promise<GovernanceCounts> {
  const [row] = await tx.query<GovernanceCounts>(
    'governance-counts',
    `SELECT coalesce((SELECT jsonb_agg(jsonb_build_object('state', lifecycle_state, 'agents', n))
                        FROM (SELECT lifecycle_state, count(*)::int AS n FROM agent WHERE tenant_id = $1 GROUP BY 1) a),
                     '[]') AS agents,
            (SELECT count(*)::int FROM memory_entry WHERE tenant_id = $1 AND pinned) AS pinned,
            (SELECT count(*)::int FROM required_action WHERE tenant_id = $1 AND status = 'pending') AS "pendingApprovals",
            (SELECT count(*)::int FROM guardrail_provider WHERE tenant_id = $1) AS "guardrailProviders",
            (SELECT paused_at FROM tenant WHERE id = $1) AS "sessionsPausedAt",
            (SELECT count(*)::int FROM mcp_server WHERE tenant_id = $1) AS servers,
            (SELECT count(*)::int FROM tool_policy WHERE tenant_id = $1) AS policies,
            (SELECT coalesce(sum(jsonb_array_length(jsonb_path_query_array(tools, '$[*] ? (exists (@.drift))'))), 0)::int
               FROM mcp_server WHERE tenant_id = $1) AS quarantined`,
    [tx.tenantId],
  );
  if (row === undefined) throw new Error('A query of counts gave no row.');
  return row;
}

/** The entries of the audit that have the same kind, action, block and verdict. */
export interface AuditFigure {
  readonly kind: AuditKind;
  readonly action: string;
  readonly block: MemoryBlock | null;
  readonly denied: boolean;
  readonly entries: number;
}

/** Counts the entries of the audit since a time. */
export async function auditFigures(tx: Tx, since: Date): Promise<AuditFigure[]> {
  return tx.query<AuditFigure>(
    'audit-figures',
    `SELECT kind, action, detail->>'block' AS block, coalesce(kind = 'decision' AND verdict = 'deny', false) AS denied,
            count(*)::int AS entries
       FROM audit_entry WHERE tenant_id = $1 AND created_at > $2 GROUP BY 1, 2, 3, 4`,
    [tx.tenantId, since],
  );
}

import type { Tx } from '../database.ts';

export interface TurnSource {
  readonly agent: {
    readonly agentId: string;
    readonly displayName: string;
    readonly department: string | null;
    readonly role: string;
  };
  readonly guardrails: { readonly blocked_phrases?: readonly string[]; readonly redact_secrets?: boolean };
  /** Arms that are down now. */
  readonly down: readonly { readonly provider: string; readonly model: string; readonly type: string }[];
}

/** Who the agent is, what guards it, and what is degraded: one round trip. */
export async function readTurnSource(tx: Tx, agentId: string): Promise<TurnSource> {
  const rows = await tx.query<TurnSource>(
    'read-turn-source',
    `SELECT jsonb_build_object('agentId', a.agent_id, 'displayName', a.display_name, 'department', a.department, 'role', a.role) AS agent,
            t.guardrails,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'model', model, 'type', last_type)), '[]')
               FROM circuit WHERE tenant_id = $1 AND open_until > now()) AS down
       FROM agent a JOIN tenant t ON t.id = a.tenant_id WHERE a.tenant_id = $1 AND a.agent_id = $2`,
    [tx.tenantId, agentId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`Agent ${agentId} is gone.`);
  return row;
}

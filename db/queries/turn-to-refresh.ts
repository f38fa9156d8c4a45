import type { AgentRecord } from '../../domain/context-inputs.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { DownServer } from '../../domain/heartbeat.ts';
import type { Tx } from '../database.ts';
import { type ContextExtent, contextExtent } from './context-sources.ts';
import { guardrailLayers } from './guardrail-config.ts';
import { runAccount } from './ledger.ts';
import { agentOfSession, isSession } from './session.ts';
import { turnBefore, turnsOf } from './transcript-turns.ts';

export interface TurnSource {
  readonly agent: AgentRecord;
  /** The sources of a context that the agent has. */
  readonly extent: ContextExtent;
  readonly guardrails: GuardrailLayers;
  /** The arms that are down now. */
  readonly down: readonly {
    readonly provider: string;
    readonly model: string;
    readonly type: string;
    /** The address and key that failed. Null in rows of a version that kept none. */
    readonly connection: string | null;
  }[];
  /** The MCP servers that could not be reached last time. */
  readonly downServers: readonly DownServer[];
}

/** @param tenantId an expression of SQL */
const columns = (tenantId: string) => `${contextExtent(tenantId, 'a.agent_id')} AS extent,
  jsonb_build_object('agentId', a.agent_id, 'displayName', a.display_name, 'department', a.department, 'role', a.role) AS agent,
  ${guardrailLayers} AS guardrails,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'model', model, 'type', last_type,
                                                          'connection', connection)), '[]')
     FROM circuit WHERE tenant_id = ${tenantId} AND open_until > now()) AS down,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'why', health->>'why') ORDER BY name), '[]')
     FROM mcp_server WHERE tenant_id = ${tenantId} AND health->>'state' = 'down') AS "downServers"`;

/** Reads in one round trip who the agent is, its guardrails, and which arms are down. */
export async function readTurnSource(tx: Tx, agentId: string): Promise<TurnSource> {
  const rows = await tx.query<TurnSource>(
    'read-turn-source',
    `SELECT ${columns('$1')} FROM agent a JOIN tenant t ON t.id = a.tenant_id WHERE a.tenant_id = $1 AND a.agent_id = $2`,
    [tx.tenantId, agentId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`Agent ${agentId} is gone.`);
  return row;
}

export interface TurnToRefresh extends TurnSource {
  /** The cap of the run. Null means no cap. */
  readonly capNano: bigint | null;
  /** True if the answer of the turn before was cut off for want of money, or by an interrupt after which the session was retried. */
  readonly cutBefore: boolean;
  /** The time when the session began. */
  readonly startedAt: Date;
  /** The reason why a guardrail withheld the answer of the turn before. Null: none did. */
  readonly withheldBefore: string | null;
}

/**
 * Does the same as `readTurnSource` for the agent of a session, and reads the cap of its run and how the turn before ended.
 * Undefined: there is no such session.
 */
export async function readTurnToRefresh(tx: Tx, sessionId: string, turn: number): Promise<TurnToRefresh | undefined> {
  const rows = await tx.query<TurnToRefresh>(
    'read-turn-to-refresh',
    `SELECT ${columns('$1')},
            (SELECT cap_nano FROM budget_account WHERE tenant_id = $1 AND account = $3) AS "capNano",
            EXISTS (SELECT 1 FROM ${turnsOf('$2', (b) => `${b}.turn = ${turnBefore('$2', '$4::int')}`)} b
                     WHERE (answer @> '{"cutForBudget": true}'
                           OR answer @> '{"partial": true}' AND answer->>'text' <> '')) AS "cutBefore",
            (SELECT answer->>'withheldBecause' FROM ${turnsOf('$2', (b) => `${b}.turn = ${turnBefore('$2', '$4::int')}`)} b) AS "withheldBefore",
            (SELECT created_at FROM session WHERE ${isSession('$2', '$1')}) AS "startedAt"
       FROM agent a JOIN tenant t ON t.id = a.tenant_id WHERE a.tenant_id = $1 AND a.agent_id = ${agentOfSession('$2', '$1')}`,
    [tx.tenantId, sessionId, runAccount(sessionId), turn],
  );
  return rows[0];
}

import type { LifecycleState } from '../../contract/agents.ts';
import type { OnBudget } from '../../contract/fields.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';

export interface AgentRow {
  readonly agentId: string;
  readonly displayName: string;
  readonly department: string | null;
  readonly role: string;
  readonly lifecycleState: LifecycleState;
  /** Null means no daily cap. */
  readonly budgetDailyNano: bigint | null;
  /** For runs that do not say it themselves. Null means as many as the model allows. */
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** For runs that do not say it themselves. Null means that they stop. */
  readonly onBudget: OnBudget | null;
  /** For runs that do not say it themselves. Null means as long as they may be idle. */
  readonly approvalTimeoutMs: number | null;
  readonly metadata: Record<string, unknown>;
  /** Since when all its sessions are to pause. Null: they are not. */
  readonly pausedAt: Date | null;
  readonly createdAt: Date;
  /** With microseconds, because cursors compare it. */
  readonly createdAtText: string;
  readonly updatedAt: Date;
}

const columns = `agent_id AS "agentId", display_name AS "displayName", department, role,
  lifecycle_state AS "lifecycleState", budget_daily_nano AS "budgetDailyNano", context_tokens AS "contextTokens",
  max_output_tokens AS "maxOutputTokens", on_budget AS "onBudget",
  approval_timeout_ms::float8 AS "approvalTimeoutMs", metadata, paused_at AS "pausedAt", created_at AS "createdAt",
  created_at::text AS "createdAtText", updated_at AS "updatedAt"`;

export async function agentById(tx: Tx, agentId: string): Promise<AgentRow | undefined> {
  const rows = await tx.query<AgentRow>(
    'agent-by-id',
    `SELECT ${columns} FROM agent WHERE tenant_id = $1 AND agent_id = $2`,
    [tx.tenantId, agentId],
  );
  return rows[0];
}

/** Tells whether there is such an agent, and names some that there are. */
export async function agentNames(
  tx: Tx,
  agentId: string,
): Promise<{ readonly known: boolean; readonly some: string[] }> {
  const rows = await tx.query<{ agentId: string }>(
    'agent-names',
    `(SELECT agent_id AS "agentId" FROM agent WHERE tenant_id = $1 AND agent_id = $2)
      UNION (SELECT agent_id FROM agent WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 20)`,
    [tx.tenantId, agentId],
  );
  const some = rows.map((row) => row.agentId);
  return { known: some.includes(agentId), some };
}

/** Names some departments that agents are in. */
export async function departmentNames(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ department: string }>(
    'department-names',
    'SELECT DISTINCT department FROM agent WHERE tenant_id = $1 AND department IS NOT NULL ORDER BY department LIMIT 100',
    [tx.tenantId],
  );
  return rows.map(({ department }) => department);
}

/** Locks the row of an agent for a change, so that no concurrent change is lost. */
export async function lockAgent(tx: Tx, agentId: string): Promise<AgentRow | undefined> {
  const rows = await tx.query<AgentRow>(
    'lock-agent',
    `SELECT ${columns} FROM agent WHERE tenant_id = $1 AND agent_id = $2 FOR NO KEY UPDATE`,
    [tx.tenantId, agentId],
  );
  return rows[0];
}

export type NewAgent = Pick<
  AgentRow,
  | 'agentId'
  | 'displayName'
  | 'department'
  | 'budgetDailyNano'
  | 'contextTokens'
  | 'maxOutputTokens'
  | 'onBudget'
  | 'approvalTimeoutMs'
  | 'metadata'
>;

/** @returns undefined when the tenant already has an agent with that id */
export async function insertAgent(tx: Tx, agent: NewAgent): Promise<AgentRow | undefined> {
  const rows = await tx.query<AgentRow>(
    'insert-agent',
    `INSERT INTO agent (tenant_id, agent_id, display_name, department, budget_daily_nano, metadata, context_tokens,
                        max_output_tokens, on_budget, approval_timeout_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [
      tx.tenantId,
      agent.agentId,
      agent.displayName,
      agent.department,
      agent.budgetDailyNano,
      JSON.stringify(agent.metadata),
      agent.contextTokens,
      agent.maxOutputTokens,
      agent.onBudget,
      agent.approvalTimeoutMs,
    ],
  );
  return rows[0];
}

/** Lists the agents of the tenant after `cursor`, newest first. */
export async function listAgents(
  tx: Tx,
  page: { limit: number; cursor: { createdAt: string; id: string } | null },
): Promise<(AgentRow & PageRow)[]> {
  return tx.query<AgentRow & PageRow>(
    'list-agents',
    withinPageBytes(
      `SELECT ${columns} FROM agent
        WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, agent_id) < ($2, $3))
        ORDER BY created_at DESC, agent_id DESC LIMIT $4`,
      'octet_length(metadata::text)',
      '"createdAt" DESC, "agentId" DESC',
    ),
    [tx.tenantId, page.cursor?.createdAt ?? null, page.cursor?.id ?? null, page.limit],
  );
}

/** Changes the given fields of an agent whose row this transaction has locked. */
export async function updateAgent(
  tx: Tx,
  agent: Omit<AgentRow, 'createdAt' | 'createdAtText' | 'updatedAt' | 'role' | 'pausedAt'>,
): Promise<AgentRow> {
  const rows = await tx.query<AgentRow>(
    'update-agent',
    `UPDATE agent SET display_name = $3, department = $4, lifecycle_state = $5, budget_daily_nano = $6, metadata = $7,
                      context_tokens = $8, max_output_tokens = $9, on_budget = $10, approval_timeout_ms = $11, updated_at = now()
      WHERE tenant_id = $1 AND agent_id = $2 RETURNING ${columns}`,
    [
      tx.tenantId,
      agent.agentId,
      agent.displayName,
      agent.department,
      agent.lifecycleState,
      agent.budgetDailyNano,
      JSON.stringify(agent.metadata),
      agent.contextTokens,
      agent.maxOutputTokens,
      agent.onBudget,
      agent.approvalTimeoutMs,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`Agent ${agent.agentId} vanished under its lock.`);
  return row;
}

/**
 * Counts the live sessions of an agent, including those that this transaction made. Counts of one agent wait for each other:
 * until this transaction ends, no other count of the agent can miss its sessions. To be called last, because all starts of
 * sessions of the agent queue here.
 */
export async function countLiveSessions(tx: Tx, agentId: string): Promise<number> {
  await tx.query('lock-live-sessions', `SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 7203116))`, [
    tx.tenantId,
    agentId,
  ]);
  const rows = await tx.query<{ live: number }>(
    'count-live-sessions',
    `SELECT count(*)::int AS live FROM session WHERE tenant_id = $1 AND agent_id = $2 AND status <> 'ended'`,
    [tx.tenantId, agentId],
  );
  return rows[0]?.live ?? 0;
}

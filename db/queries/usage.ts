import type { Tx } from '../database.ts';
import { planFreely } from '../planning.ts';

export interface DailyBudgetRow {
  readonly agentId: string;
  readonly capNano: bigint | null;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
}

/**
 * Reads the account of each agent for a day. An agent that has no account yet is shown with the cap of its profile. For the
 * subquery see session-read.ts.
 */
export async function dailyBudgets(tx: Tx, day: string): Promise<DailyBudgetRow[]> {
  return tx.query<DailyBudgetRow>(
    'daily-budgets',
    `SELECT a.agent_id AS "agentId",
            CASE WHEN b.account IS NULL THEN a.budget_daily_nano ELSE b.cap_nano END AS "capNano",
            coalesce(b.spent_nano + b.excess_nano, 0) AS "spentNano", coalesce(b.reserved_nano, 0) AS "reservedNano"
       FROM agent a
      CROSS JOIN LATERAL (SELECT 'day:' || a.agent_id || ':' || $2 AS account OFFSET 0) day
       LEFT JOIN budget_account b ON b.tenant_id = a.tenant_id AND b.account = day.account
      WHERE a.tenant_id = $1 ORDER BY a.agent_id`,
    [tx.tenantId, day],
  );
}

export interface ModelUsageRow {
  readonly provider: string;
  readonly model: string;
  readonly costNano: bigint;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Sums up what each model cost since a time. Null means all time. */
export async function usageByModel(tx: Tx, since: Date | null): Promise<ModelUsageRow[]> {
  planFreely(tx);
  return tx.query<ModelUsageRow>(
    'usage-by-model',
    `SELECT provider, model, sum(charged_nano + excess_nano)::bigint AS "costNano", count(*)::int AS requests,
            coalesce(sum((usage ->> 'inputTokens')::bigint), 0)::float8 AS "inputTokens",
            coalesce(sum((usage ->> 'outputTokens')::bigint), 0)::float8 AS "outputTokens"
       FROM model_attempt
      WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR created_at >= $2) AND state IN ('settled', 'unknown') AND NOT recorded
      GROUP BY provider, model ORDER BY 3 DESC, provider, model`,
    [tx.tenantId, since],
  );
}

export interface AgentUsageRow {
  readonly agentId: string;
  readonly displayName: string;
  readonly department: string | null;
  readonly costNano: bigint;
  readonly requests: number;
}

/** Sums up what each agent cost since a time. Null means all time. */
export async function usageByAgent(tx: Tx, since: Date | null): Promise<AgentUsageRow[]> {
  planFreely(tx);
  return tx.query<AgentUsageRow>(
    'usage-by-agent',
    `SELECT m.agent_id AS "agentId", a.display_name AS "displayName", a.department,
            sum(m.charged_nano + m.excess_nano)::bigint AS "costNano", count(*)::int AS requests
       FROM model_attempt m JOIN agent a ON a.tenant_id = m.tenant_id AND a.agent_id = m.agent_id
      WHERE m.tenant_id = $1 AND ($2::timestamptz IS NULL OR m.created_at >= $2) AND m.state IN ('settled', 'unknown') AND NOT m.recorded
      GROUP BY m.agent_id, a.display_name, a.department ORDER BY 4 DESC, m.agent_id`,
    [tx.tenantId, since],
  );
}

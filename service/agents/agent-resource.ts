import type { AgentBudget, AgentProfile } from '../../contract/agents.ts';
import type { Tx } from '../../db/database.ts';
import type { AgentRow } from '../../db/queries/agent.ts';
import { dayAccount, readAccounts } from '../../db/queries/ledger.ts';
import { budgetDay, paidNano } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';
import { ServiceError } from '../verb/service-error.ts';

export function usdOrNull(nano: bigint | null): number | null {
  return nano === null ? null : usdFromNano(nano);
}

/** Whole milliseconds, as they are stored. */
export function msOf(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1_000));
}

/** Makes the profile that clients see of an agent. */
export function profileOf(agent: AgentRow): AgentProfile {
  return {
    agentId: agent.agentId,
    displayName: agent.displayName,
    department: agent.department,
    role: agent.role,
    lifecycleState: agent.lifecycleState,
    budgetDailyUsd: usdOrNull(agent.budgetDailyNano),
    contextTokens: agent.contextTokens,
    maxOutputTokens: agent.maxOutputTokens,
    onBudget: agent.onBudget,
    approvalTimeoutS: agent.approvalTimeoutMs === null ? null : agent.approvalTimeoutMs / 1_000,
    metadata: agent.metadata,
    pausedAt: agent.pausedAt?.toISOString(),
    createdAt: agent.createdAt.toISOString(),
    updatedAt: agent.updatedAt.toISOString(),
  };
}

/** Reads the daily budget of an agent and what it has spent today (UTC), in US dollars. */
export async function budgetOf(tx: Tx, agent: AgentRow, nowMs: number): Promise<AgentBudget> {
  const [today] = await readAccounts(tx, [dayAccount(agent.agentId, budgetDay(nowMs))]);
  return {
    profile_daily_usd: usdOrNull(agent.budgetDailyNano),
    enforced_daily_usd: usdOrNull(today === undefined ? agent.budgetDailyNano : today.capNano),
    spent_today_usd: today === undefined ? 0 : usdFromNano(paidNano(today)),
  };
}

/** @throws ServiceError agent_not_found */
export function orNotFound(agent: AgentRow | undefined, agentId: string): AgentRow {
  if (agent !== undefined) return agent;
  throw new ServiceError('agent_not_found', `No agent "${agentId}".`);
}

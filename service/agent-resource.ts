import type { AgentBudget, AgentProfile } from '../contract/agents.ts';
import type { Tx } from '../db/database.ts';
import type { AgentRow } from '../db/queries/agent.ts';
import { dayAccount, readAccounts } from '../db/queries/ledger.ts';
import { usdFromNano } from '../domain/money.ts';

export function usdOrNull(nano: bigint | null): number | null {
  return nano === null ? null : usdFromNano(nano);
}

/** An agent row → the profile of the wire. */
export function profileOf(agent: AgentRow): AgentProfile {
  return {
    agentId: agent.agentId,
    displayName: agent.displayName,
    department: agent.department,
    role: agent.role,
    lifecycleState: agent.lifecycleState,
    budgetDailyUsd: usdOrNull(agent.budgetDailyNano),
    metadata: agent.metadata,
    createdAt: agent.createdAt.toISOString(),
    updatedAt: agent.updatedAt.toISOString(),
  };
}

/** UTC, yyyy-mm-dd: the day an agent's daily account is named by. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

export async function budgetOf(tx: Tx, agent: AgentRow, nowMs: number): Promise<AgentBudget> {
  const [today] = await readAccounts(tx, [dayAccount(agent.agentId, dayOf(nowMs))]);
  return {
    profile_daily_usd: usdOrNull(agent.budgetDailyNano),
    enforced_daily_usd: usdOrNull(today === undefined ? agent.budgetDailyNano : today.capNano),
    spent_today_usd: usdFromNano((today?.spentNano ?? 0n) + (today?.excessNano ?? 0n)),
  };
}

import type { z } from 'zod';
import type { AgentBudget } from '../../contract/agents.ts';
import { type budgetStatusSchema, putBudgetLimitSchema } from '../../contract/budget.ts';
import { lockAgent, updateAgent } from '../../db/queries/agent.ts';
import { dailyBudgets } from '../../db/queries/usage.ts';
import { budgetDay } from '../../domain/budget.ts';
import { nanoFromUsd, usdFromNano } from '../../domain/money.ts';
import { enforceDailyCap } from '../agents/agent-profiles.ts';
import { budgetOf, usdOrNull } from '../agents/agent-resource.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';

/** Says what every agent has spent today (UTC) and may still spend, in US dollars. */
export const budgetStatus: VerbWithoutInput<z.infer<typeof budgetStatusSchema>> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  const day = budgetDay(ctx.nowMs());
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => dailyBudgets(tx, day));
  return {
    day,
    spent_today_usd: usdFromNano(rows.reduce((sum, row) => sum + row.spentNano, 0n)),
    reserved_usd: usdFromNano(rows.reduce((sum, row) => sum + row.reservedNano, 0n)),
    agents: rows.map((row) => ({
      agent_id: row.agentId,
      daily_cap_usd: usdOrNull(row.capNano),
      spent_today_usd: usdFromNano(row.spentNano),
      reserved_usd: usdFromNano(row.reservedNano),
      remaining_usd: row.capNano === null ? null : usdFromNano(atLeastZero(row.capNano - row.spentNano)),
    })),
  };
};

/** Sets the daily budget of an agent. It holds today, too. @throws ServiceError agent_not_found */
export const putBudgetLimit: Verb<{ body: unknown }, AgentBudget & { agent_id: string }> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(putBudgetLimitSchema, input.body);
  const { limit, waiting } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = await lockAgent(tx, request.agent_id);
    if (agent === undefined) throw new ServiceError('agent_not_found', `No agent "${request.agent_id}".`);
    const budgetDailyNano = request.daily_usd === null ? null : nanoFromUsd(request.daily_usd);
    const changed = await updateAgent(tx, { ...agent, budgetDailyNano });
    const waiting = await enforceDailyCap(tx, changed, ctx.nowMs());
    await audit(tx, ctx, 'budget.put', agent.agentId, request);
    return { limit: { agent_id: agent.agentId, ...(await budgetOf(tx, changed, ctx.nowMs())) }, waiting };
  });
  wakeWaiting(ctx, waiting);
  return limit;
};

function atLeastZero(nano: bigint): bigint {
  return nano < 0n ? 0n : nano;
}

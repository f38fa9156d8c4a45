import type { z } from 'zod';
import {
  type usageByCostCenterSchema,
  type usageByOwnerSchema,
  usageListQuerySchema,
  usageQuerySchema,
  type usageSummarySchema,
} from '../../contract/budget.ts';
import { usageByAgent, usageByModel } from '../../db/queries/usage.ts';
import { usdFromNano } from '../../domain/money.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

type Period = z.infer<typeof usageQuerySchema>['period'];
interface UsageInput {
  readonly query: unknown;
}

const DAY_MS = 24 * 3600 * 1000;
const lengthMs: Readonly<Record<Exclude<Period, 'all'>, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};

/** Sums up cost (US dollars) and tokens of a period, by model. */
export const usageSummary: Verb<UsageInput, z.infer<typeof usageSummarySchema>> = async ({ ctx, input }) => {
  const { period, since } = periodOf(ctx, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => usageByModel(tx, since));
  return {
    period,
    from: since?.toISOString() ?? null,
    total_cost_usd: usdFromNano(rows.reduce((sum, row) => sum + row.costNano, 0n)),
    requests: rows.reduce((sum, row) => sum + row.requests, 0),
    input_tokens: rows.reduce((sum, row) => sum + row.inputTokens, 0),
    output_tokens: rows.reduce((sum, row) => sum + row.outputTokens, 0),
    models: rows.map((row) => ({
      provider: row.provider,
      model: row.model,
      cost_usd: usdFromNano(row.costNano),
      requests: row.requests,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
    })),
  };
};

/** Sums up the cost of a period (US dollars) by department. @throws ServiceError invalid_cursor */
export const usageByCostCenter: Verb<UsageInput, z.infer<typeof usageByCostCenterSchema>> = async ({ ctx, input }) => {
  const { period, since } = periodOf(ctx, input.query);
  const page = parseInput(usageListQuerySchema, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => usageByAgent(tx, since));
  const centers = new Map<string | null, { costNano: bigint; requests: number }>();
  for (const row of rows) {
    const sum = centers.get(row.department) ?? { costNano: 0n, requests: 0 };
    centers.set(row.department, { costNano: sum.costNano + row.costNano, requests: sum.requests + row.requests });
  }
  const data = [...centers].map(([department, sum]) => ({
    cost_center: department,
    cost_usd: usdFromNano(sum.costNano),
    requests: sum.requests,
  }));
  return { period, ...pageOfWhole(data, page, (row) => row.cost_center ?? '') };
};

/** Sums up the cost of a period (US dollars) by agent. @throws ServiceError invalid_cursor */
export const usageByOwner: Verb<UsageInput, z.infer<typeof usageByOwnerSchema>> = async ({ ctx, input }) => {
  const { period, since } = periodOf(ctx, input.query);
  const page = parseInput(usageListQuerySchema, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => usageByAgent(tx, since));
  const data = rows.map((row) => ({
    agent_id: row.agentId,
    display_name: row.displayName,
    cost_usd: usdFromNano(row.costNano),
    requests: row.requests,
  }));
  return { period, ...pageOfWhole(data, page, (row) => row.agent_id) };
};

function periodOf(ctx: ServiceContext, query: unknown): { period: Period; since: Date | null } {
  requireScope(ctx, 'read');
  const { period } = parseInput(usageQuerySchema, query);
  return { period, since: period === 'all' ? null : new Date(ctx.nowMs() - lengthMs[period]) };
}

import { z } from 'zod';
import { pageQuerySchema, pageSchema, usdSchema } from './fields.ts';
import { agentIdSchema } from './ids.ts';

export const budgetStatusSchema = z.object({
  day: z.string().describe('UTC, yyyy-mm-dd.'),
  spent_today_usd: z.number(),
  reserved_usd: z.number(),
  agents: z.array(
    z.object({
      agent_id: z.string(),
      daily_cap_usd: z.number().nullable(),
      spent_today_usd: z.number(),
      reserved_usd: z.number(),
      remaining_usd: z.number().nullable(),
    }),
  ),
});

export const putBudgetLimitSchema = z.strictObject({
  agent_id: agentIdSchema,
  daily_usd: usdSchema.nullable().describe('Null: no daily cap.'),
});

export const usageQuerySchema = z.object({ period: z.enum(['day', 'week', 'month', 'year', 'all']).default('month') });

/** The query of the lists of usage. */
export const usageListQuerySchema = pageQuerySchema.extend(usageQuerySchema.shape);

export const usageSummarySchema = z.object({
  period: z.string(),
  from: z.string().nullable(),
  total_cost_usd: z.number(),
  requests: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  models: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      cost_usd: z.number(),
      requests: z.int(),
      input_tokens: z.int(),
      output_tokens: z.int(),
    }),
  ),
});

const share = { cost_usd: z.number(), requests: z.int() };
export const usageByCostCenterSchema = pageSchema(z.object({ cost_center: z.string().nullable(), ...share })).extend({
  period: z.string(),
});
export const usageByOwnerSchema = pageSchema(
  z.object({ agent_id: z.string(), display_name: z.string(), ...share }),
).extend({ period: z.string() });

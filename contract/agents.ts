import { z } from 'zod';
import { metadataSchema, pageSchema, usdSchema } from './fields.ts';
import { agentIdSchema } from './ids.ts';

const displayNameSchema = z.string().min(1).max(200);
const departmentSchema = z.string().min(1).max(200);

export const lifecycleStateSchema = z.enum(['active', 'suspended', 'terminated']);

/** The body of `POST /v1/agent/bootstrap`. */
export const bootstrapRequestSchema = z.strictObject({
  agent_id: agentIdSchema,
  display_name: displayNameSchema.optional(),
  budget_daily_usd: usdSchema.optional().describe('The most the agent may spend a day (UTC). Absent: no cap.'),
  department: departmentSchema.optional(),
  metadata: metadataSchema.optional(),
});

/** The body of `POST /v1/agent/profiles`, in the camelCase of the published client. */
export const createProfileSchema = z.object({
  agentId: agentIdSchema,
  displayName: displayNameSchema.optional(),
  department: departmentSchema.optional(),
  budgetDailyUsd: usdSchema.nullish(),
  metadata: metadataSchema.optional(),
});

export const patchProfileSchema = createProfileSchema.omit({ agentId: true }).extend({
  department: departmentSchema.nullish(),
});

export const lifecycleRequestSchema = z.object({ state: lifecycleStateSchema });

export const profileSchema = z
  .object({
    agentId: z.string(),
    displayName: z.string(),
    department: z.string().nullable(),
    role: z.string(),
    lifecycleState: lifecycleStateSchema,
    budgetDailyUsd: z.number().nullable(),
    metadata: metadataSchema,
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'AgentProfile' });
export type AgentProfile = z.infer<typeof profileSchema>;

export const profilePageSchema = pageSchema(profileSchema);

export const agentBudgetSchema = z.object({
  profile_daily_usd: z.number().nullable().describe('Null: no daily cap.'),
  enforced_daily_usd: z.number().nullable().describe('What reservations of today are held against.'),
  spent_today_usd: z.number(),
});
export type AgentBudget = z.infer<typeof agentBudgetSchema>;

export const bootstrapResponseSchema = z
  .object({
    profile: profileSchema,
    budget: agentBudgetSchema,
    next_steps: z.record(z.string(), z.string()),
  })
  .meta({ id: 'AgentBootstrap' });

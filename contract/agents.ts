import { z } from 'zod';
import {
  approvalTimeoutSchema,
  contextTokensSchema,
  maxOutputTokensSchema,
  metadataSchema,
  onBudgetSchema,
  pageSchema,
  usdSchema,
} from './fields.ts';
import { agentIdSchema } from './ids.ts';

const displayNameSchema = z.string().min(1).max(200);
export const departmentSchema = z.string().min(1).max(200);

export const lifecycleStateSchema = z.enum(['active', 'suspended', 'terminated']);
export type LifecycleState = z.infer<typeof lifecycleStateSchema>;

/** The body of `POST /v1/agent/bootstrap`. */
export const bootstrapRequestSchema = z.strictObject({
  agent_id: agentIdSchema,
  display_name: displayNameSchema.optional(),
  budget_daily_usd: usdSchema.optional().describe('The most that the agent may spend on a day (UTC). Absent: no cap.'),
  department: departmentSchema.optional(),
  context_tokens: contextTokensSchema.optional().describe('The most tokens of a prompt, for runs that do not say.'),
  max_output_tokens: maxOutputTokensSchema
    .optional()
    .describe('The most tokens of an answer, for runs that do not say.'),
  on_budget: onBudgetSchema
    .optional()
    .describe('What follows at the end of the money, for runs that do not say. Absent: `stop`.'),
  approval_timeout_s: approvalTimeoutSchema
    .optional()
    .describe('How long a call waits for an approval, for runs that do not say. Absent: their `idle_timeout_s`.'),
  metadata: metadataSchema.optional(),
});

/**
 * The fields of a profile that can be changed, in the camelCase of the published client and in the spelling of
 * bootstrap.
 */
const profileFieldsSchema = z.strictObject({
  displayName: displayNameSchema.optional(),
  display_name: displayNameSchema.optional(),
  department: departmentSchema.nullish(),
  budgetDailyUsd: usdSchema.nullish().describe('The most that the agent may spend on a day (UTC). Null: no cap.'),
  budget_daily_usd: usdSchema.nullish(),
  contextTokens: contextTokensSchema.nullish().describe('The most tokens of a prompt, for runs that do not say.'),
  context_tokens: contextTokensSchema.nullish(),
  maxOutputTokens: maxOutputTokensSchema.nullish().describe('The most tokens of an answer, for runs that do not say.'),
  max_output_tokens: maxOutputTokensSchema.nullish(),
  onBudget: onBudgetSchema
    .nullish()
    .describe('What follows at the end of the money, for runs that do not say. Null: `stop`.'),
  on_budget: onBudgetSchema.nullish(),
  approvalTimeoutS: approvalTimeoutSchema
    .nullish()
    .describe('How long a call waits for an approval, for runs that do not say. Null: their `idle_timeout_s`.'),
  approval_timeout_s: approvalTimeoutSchema.nullish(),
  metadata: metadataSchema.optional(),
});

/** The body of `PATCH /v1/agent/profiles/{id}`. */
export const patchProfileSchema = profileFieldsSchema.superRefine(refuseBothSpellings).transform(inOneSpelling);

/** The body of `POST /v1/agent/profiles`. */
export const createProfileSchema = profileFieldsSchema
  .extend({ agentId: agentIdSchema.optional(), agent_id: agentIdSchema.optional() })
  .superRefine(refuseBothSpellings)
  .transform(({ agentId, agent_id = agentId, ...fields }, context) => {
    if (agent_id !== undefined) return { agentId: agent_id, ...inOneSpelling(fields) };
    context.addIssue({ code: 'custom', path: ['agentId'], message: 'is required' });
    return z.NEVER;
  });

function inOneSpelling({
  display_name,
  budget_daily_usd,
  context_tokens,
  max_output_tokens,
  on_budget,
  approval_timeout_s,
  ...fields
}: z.infer<typeof profileFieldsSchema>) {
  return {
    ...fields,
    displayName: fields.displayName ?? display_name,
    budgetDailyUsd: fields.budgetDailyUsd === undefined ? budget_daily_usd : fields.budgetDailyUsd,
    contextTokens: fields.contextTokens === undefined ? context_tokens : fields.contextTokens,
    maxOutputTokens: fields.maxOutputTokens === undefined ? max_output_tokens : fields.maxOutputTokens,
    onBudget: fields.onBudget === undefined ? on_budget : fields.onBudget,
    approvalTimeoutS: fields.approvalTimeoutS === undefined ? approval_timeout_s : fields.approvalTimeoutS,
  };
}

function refuseBothSpellings(body: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const [one, other] of [
    ['agentId', 'agent_id'],
    ['displayName', 'display_name'],
    ['budgetDailyUsd', 'budget_daily_usd'],
    ['contextTokens', 'context_tokens'],
    ['maxOutputTokens', 'max_output_tokens'],
    ['onBudget', 'on_budget'],
    ['approvalTimeoutS', 'approval_timeout_s'],
  ] as const) {
    if (body[one] === undefined || body[other] === undefined) continue;
    context.addIssue({ code: 'custom', path: [other], message: `is also given as "${one}"` });
  }
}

export const lifecycleRequestSchema = z.strictObject({ state: lifecycleStateSchema });

export const profileSchema = z
  .object({
    agentId: z.string(),
    displayName: z.string(),
    department: z.string().nullable(),
    role: z.string(),
    lifecycleState: lifecycleStateSchema,
    budgetDailyUsd: z.number().nullable(),
    contextTokens: z.int().nullable(),
    maxOutputTokens: z.int().nullable(),
    onBudget: onBudgetSchema.nullable().describe('Null: `stop`.'),
    approvalTimeoutS: z.number().nullable().describe('Null: the `idle_timeout_s` of the run.'),
    metadata: metadataSchema,
    pausedAt: z.string().optional().describe('Since when all its sessions are to pause. Absent: they are not.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'AgentProfile' });
export type AgentProfile = z.infer<typeof profileSchema>;

/** The answer to `POST /v1/agents/{id}/sessions/terminate`. */
export const terminatedSessionsSchema = z
  .object({
    agent_id: z.string(),
    terminated: z.int().describe('How many sessions this request has ended.'),
    more: z.boolean().describe('True when others still live: one request ends at most 500.'),
  })
  .meta({ id: 'TerminatedSessions' });
export type TerminatedSessions = z.infer<typeof terminatedSessionsSchema>;

export const profilePageSchema = pageSchema(profileSchema);

export const agentBudgetSchema = z.object({
  profile_daily_usd: z.number().nullable().describe('Null: no daily cap.'),
  enforced_daily_usd: z.number().nullable().describe('The cap that holds today. Null: none.'),
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

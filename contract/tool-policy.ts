import { z } from 'zod';
import { departmentSchema } from './agents.ts';
import { argumentRulesSchema } from './argument-rules.ts';
import { toolVerdictSchema } from './events.ts';
import { agentIdSchema } from './ids.ts';
import { toolEffectSchema } from './mcp.ts';

const NAMES = '`server/tool`, the name that its server gives it, or the name that models see';

/** The limit on how often the tools of a policy may be called. `none` states that there is no limit. */
const rateLimitSchema = z
  .union([
    z.strictObject({
      calls: z.int().min(1).max(1_000),
      per_s: z.number().min(0.001).max(86_400).describe('Seconds for which a call counts.'),
    }),
    z.literal('none'),
  ])
  .meta({ id: 'ToolRateLimit' });
export type PolicyRateLimit = z.infer<typeof rateLimitSchema>;

export const toolPolicyRequestSchema = z
  .strictObject({
    tool_name: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[ -~\u0080-\uffff]+$/, 'must be one line without control characters')
      .describe(`A glob over the names of tools. A tool is known by ${NAMES}.`),
    agent_id: agentIdSchema.optional().describe('The policy is for this agent alone.'),
    department: departmentSchema.optional().describe('The policy is for the agents of this department alone.'),
    // It has no default: a misspelt `allowed` would open the tool.
    allowed: z.boolean(),
    requires_approval: z.boolean().default(false),
    rate_limit: rateLimitSchema
      .nullish()
      .describe(
        'The most calls in a time, of all tools and all sessions that the policy concerns together. Left out and null: as in `effect`; "none" states that there is no limit.',
      ),
    allow_tainted: z
      .boolean()
      .nullish()
      .describe(
        'True: a tool that changes something or goes out needs no approval although output of an external tool is in the conversation. Left out and null: as in `effect`.',
      ),
    argument_rules: argumentRulesSchema
      .nullish()
      .describe(
        'What the arguments of a call must be like, beyond the schema of the tool. All of them hold. Left out and null: as in `effect`; an empty list states that there are none.',
      ),
    effect: toolEffectSchema
      .nullish()
      .describe(
        'What the tool does to the outside. It is not taken from the annotations of its server. Left out: stays as it was. Null: not stated, so that a less specific policy says it.',
      ),
    idempotent: z
      .boolean()
      .nullish()
      .describe('True: a call may be made twice without harm. Left out and null: as in `effect`.'),
  })
  .refine(({ agent_id, department }) => agent_id === undefined || department === undefined, {
    path: ['department'],
    message: 'cannot be given beside agent_id, because a policy has one scope',
  })
  .meta({ id: 'ToolPolicyRequest' });

export const toolPolicySchema = z
  .object({
    id: z.string(),
    tool_name: z.string(),
    agent_id: z.string().nullable(),
    department: z.string().nullable(),
    allowed: z.boolean(),
    requires_approval: z.boolean(),
    effect: toolEffectSchema.nullable().describe('Null: this policy does not say it.'),
    idempotent: z.boolean().nullable().describe('Null: this policy does not say it.'),
    argument_rules: argumentRulesSchema.nullable().describe('Null: this policy does not say it.'),
    rate_limit: rateLimitSchema.nullable().describe('Null: this policy does not say it.'),
    allow_tainted: z.boolean().nullable().describe('Null: this policy does not say it.'),
    matched_names: z
      .enum(['any', 'model'])
      .describe(
        '`model`: it was written before policies knew more than the names that models see. Put it again for `any`.',
      ),
    matches: z.array(z.string()).describe('The tools that it names now, as `server/tool`.'),
    warning: z.string().optional().describe('Why it has no effect now.'),
    updated_at: z.string(),
  })
  .meta({ id: 'ToolPolicy' });
export type ToolPolicyResource = z.infer<typeof toolPolicySchema>;

export const unknownToolsSchema = z
  .enum(['allow', 'ask', 'deny'])
  .describe('What a tool meets that no policy names. The bundled tools are known and are allowed.');

export const taintSchema = z
  .enum(['ask', 'off'])
  .describe(
    'What a tool meets that changes something or goes out, once output of an external tool is in the conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.',
  );

const unknownEffectsSchema = z
  .enum(['ask', 'tell'])
  .describe(
    'What follows when nobody knows whether a call took effect that may have changed something. `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run goes on.',
  );

export const governanceSettingsSchema = z.object({
  unknown_tools: unknownToolsSchema,
  taint: taintSchema,
  unknown_effects: unknownEffectsSchema,
});
export const governanceSchema = governanceSettingsSchema.extend({
  policies: z.array(toolPolicySchema).describe('A page of the policies, the newest first.'),
  next_cursor: z.string().nullable(),
});
export const governanceSettingsRequestSchema = z
  .strictObject({
    unknown_tools: unknownToolsSchema.optional(),
    taint: taintSchema.optional(),
    unknown_effects: unknownEffectsSchema.optional(),
  })
  .refine((settings) => Object.keys(settings).length > 0, 'must change at least one field');

export const toolCheckRequestSchema = z
  .strictObject({
    agent_id: agentIdSchema.optional().describe('Whose policies apply. Absent: those of the tenant.'),
    tool: z.string().min(1).max(300).describe(`The tool: ${NAMES}.`),
    arguments: z.record(z.string(), z.unknown()).default({}),
    tainted: z.boolean().default(false).describe('True: as if output of an external tool were in the conversation.'),
  })
  .meta({ id: 'ToolCheckRequest' });

export const toolCheckSchema = z.object({
  tool: z.string().describe('`server/tool`.'),
  model_name: z.string(),
  verdict: toolVerdictSchema,
  rule: z
    .string()
    .describe('What decides: the id of a policy, or the name of a rule that is not one, as `default` or `schema`.'),
  reason_code: z.string().optional().describe('Present where the call would not run at once.'),
  reason: z.string().describe('The same in words.'),
  effect: toolEffectSchema,
  idempotent: z.boolean(),
  policies: z.array(z.string()).describe('The policies that name the tool, the most specific first.'),
});

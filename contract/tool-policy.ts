import { z } from 'zod';
import { departmentSchema } from './agents.ts';
import { argumentRulesSchema } from './argument-rules.ts';
import { toolVerdictSchema } from './events.ts';
import type { RefinementParams } from './fields.ts';
import { agentIdSchema } from './ids.ts';
import { toolEffectSchema } from './mcp.ts';

const NAMES = '`server/tool`, the name that its server gives it, or the name that models see';

/** A rule that is not enforced yet is refused, since whoever set it would rely on it. */
const notEnforced: RefinementParams = { errorCode: 'not_enforced' };
const unenforcedRuleSchema = z
  .unknown()
  .refine((rule) => rule === undefined || rule === null, {
    message: 'is not enforced yet, so nothing was stored; leave it out',
    params: { ...notEnforced },
  })
  .optional()
  .describe('Not enforced yet: refused unless it is null.');

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
    rate_limit: unenforcedRuleSchema,
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

const unknownToolsSchema = z
  .enum(['allow', 'ask', 'deny'])
  .describe('What a tool meets that no policy names. The bundled tools are known and are allowed.');

export const governanceSchema = z.object({ unknown_tools: unknownToolsSchema, policies: z.array(toolPolicySchema) });
export const governanceSettingsSchema = z.object({ unknown_tools: unknownToolsSchema });
export const governanceSettingsRequestSchema = z
  .strictObject({ unknown_tools: unknownToolsSchema.optional() })
  .refine((settings) => Object.keys(settings).length > 0, 'must change at least one field');

export const toolCheckRequestSchema = z
  .strictObject({
    agent_id: agentIdSchema.optional().describe('Whose policies apply. Absent: those of the tenant.'),
    tool: z.string().min(1).max(300).describe(`The tool: ${NAMES}.`),
    arguments: z.record(z.string(), z.unknown()).default({}),
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

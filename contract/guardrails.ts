import { z } from 'zod';
import { pageSchema } from './fields.ts';
import { guardrailActionSchema, guardrailHookSchema, guardrailRuleSchema } from './guardrail-rules.ts';
import { agentIdSchema } from './ids.ts';

export const guardrailConfigSchema = z
  .object({
    blocked_phrases: z.array(z.string()).describe('An answer that contains one of them is withheld, and so is a call.'),
    redact_secrets: z
      .boolean()
      .describe(
        'Secrets in messages, answers and arguments of calls are replaced. In results of tools they always are.',
      ),
    rules: z.array(guardrailRuleSchema).describe('What is configured beside them.'),
    effective: z.array(guardrailRuleSchema).describe('All rules that hold, in the order in which they are applied.'),
  })
  .meta({ id: 'GuardrailConfig' });

/** Without `agent_id` it is about all agents of the tenant. */
export const guardrailConfigQuerySchema = z.object({ agent_id: agentIdSchema.optional() });

const MAX_RULES = 100;

/** The fields that are given are changed, the others stay. */
export const putGuardrailConfigSchema = z.strictObject({
  blocked_phrases: z.array(z.string().min(1).max(500)).max(1_000).optional(),
  redact_secrets: z
    .boolean()
    .nullable()
    .optional()
    .describe('Null takes the setting back: an agent then follows its tenant.'),
  rules: z.array(guardrailRuleSchema).max(MAX_RULES).optional().describe('Takes the place of all rules there are.'),
});

export const guardrailTemplateSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    rules: z.array(guardrailRuleSchema).describe('They can be sent as the `rules` of a configuration.'),
  })
  .meta({ id: 'GuardrailTemplate' });
export const guardrailTemplateListSchema = pageSchema(guardrailTemplateSchema);

export const testGuardrailsSchema = z.strictObject({
  text: z.string().min(1).max(262_144),
  agent_id: agentIdSchema.optional().describe('Absent: the rules for all agents of the tenant are tried.'),
  providers: z
    .array(z.string().min(1).max(100))
    .max(10)
    .optional()
    .describe('Names or ids of guardrail providers that are asked besides, as rules that block.'),
  hook: guardrailHookSchema.optional().describe('Absent: all four hooks are tried.'),
});

const interventionSchema = z.object({
  rule_id: z.string(),
  kind: z.string(),
  action: guardrailActionSchema,
  reason_code: z.string(),
  message: z.string(),
  confidence: z.number(),
  found: z.array(z.string()),
  spans: z.array(z.object({ start: z.int(), end: z.int() })),
});

export const guardrailTestSchema = z.object({
  verdict: z.enum(['pass', ...guardrailActionSchema.options]).describe('The strongest verdict of all hooks.'),
  results: z.array(
    z.object({
      hook: guardrailHookSchema,
      verdict: z.enum(['pass', ...guardrailActionSchema.options]),
      text: z.string().nullable().describe('What is left of the text. Null when it is withheld.'),
      interventions: z.array(interventionSchema),
    }),
  ),
  redacted_text: z.string().describe('The text as an agent would read it. Empty when it is withheld.'),
  secrets: z.int(),
  blocked_phrase: z.string().nullable(),
  blocked: z.boolean().describe('True when an answer with this text would be withheld.'),
});

import { z } from 'zod';

/** The kind of a guarded text: a message of a user, an answer of a model, the arguments of a call, the result of a call. */
export const guardrailHookSchema = z.enum(['input', 'output', 'tool_args', 'tool_result']);
export type GuardrailHook = z.infer<typeof guardrailHookSchema>;

export const guardrailActionSchema = z
  .enum(['warn', 'redact', 'block'])
  .describe(
    '`warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.',
  );
export type GuardrailAction = z.infer<typeof guardrailActionSchema>;

export const personalDataSchema = z.enum(['email', 'phone', 'iban', 'card', 'ip']);
export type PersonalData = z.infer<typeof personalDataSchema>;

const MAX_PHRASES = 1_000;
const phrases = z.array(z.string().min(1).max(500)).min(1).max(MAX_PHRASES);

const common = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be 1 to 64 characters of a-z, 0-9, dot, dash and underscore')
    .describe('Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.'),
  hooks: z.array(guardrailHookSchema).min(1).max(4),
  action: guardrailActionSchema,
  enabled: z.boolean().default(true),
};
const confidence = z.number().min(0).max(1).default(0.5).describe('What is found with less confidence does not count.');
/** Such a rule judges a whole text, so there is no part of it to replace. */
const wholeAction = z.enum(['warn', 'block']);

/** One rule. Rules are applied in their order; a rule that blocks is the last one that is applied. */
export const guardrailRuleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...common, kind: z.literal('secrets') }),
    z.strictObject({
      ...common,
      kind: z.literal('personal_data'),
      min_confidence: confidence,
      entities: z
        .array(personalDataSchema)
        .min(1)
        .default([...personalDataSchema.options]),
      phone_region: z
        .string()
        .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters')
        .default('US')
        .describe('The country of phone numbers that are written without a country code.'),
    }),
    z.strictObject({ ...common, kind: z.literal('prompt_injection'), min_confidence: confidence }),
    z.strictObject({
      ...common,
      kind: z.literal('phrases'),
      phrases,
      whole_words: z.boolean().default(true).describe('False: a phrase is also found inside a longer word.'),
      min_confidence: confidence,
    }),
    z.strictObject({
      ...common,
      kind: z.literal('topic'),
      topic: z.string().min(1).max(100),
      terms: phrases,
      min_terms: z.int().min(1).max(20).default(2).describe('How many different terms make a text be about the topic.'),
    }),
    z.strictObject({
      ...common,
      kind: z.literal('answer_schema'),
      hooks: z.tuple([z.literal('output')]),
      action: wholeAction,
      schema: z.record(z.string(), z.unknown()).describe('JSON Schema of answers that call no tool.'),
    }),
    z.strictObject({
      ...common,
      kind: z.literal('size'),
      action: wholeAction,
      max_characters: z.int().min(1).max(10_000_000),
    }),
    z.strictObject({
      ...common,
      kind: z.literal('provider'),
      provider: z.string().min(1).max(100).describe('The name or the id of a connected guardrail provider.'),
    }),
  ])
  .meta({ id: 'GuardrailRule' });
export type GuardrailRule = z.infer<typeof guardrailRuleSchema>;

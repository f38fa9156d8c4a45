import { z } from 'zod';
import { httpUrlSchema, pageSchema } from './fields.ts';
import { guardrailActionSchema } from './guardrail-rules.ts';

/** The treatment of a text whose provider does not answer. */
export const onFailureSchema = z
  .enum(['open', 'closed'])
  .describe('`open`: the text passes, with a warning. `closed`: the rule does to the text what its action is.');
export type OnFailure = z.infer<typeof onFailureSchema>;

export const guardrailProviderRequestSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 characters of letters, digits, dash and underscore'),
    url: httpUrlSchema.describe(
      'Texts are sent to it with POST. Contains no credentials: they are given as `api_key`.',
    ),
    api_key: z.string().min(1).max(8_192).optional().describe('Sent as a bearer token. It is sealed at rest.'),
    timeout_ms: z.int().min(100).max(30_000).default(3_000),
    on_failure: onFailureSchema.default('closed'),
  })
  .meta({ id: 'GuardrailProviderRequest' });

export const guardrailProviderSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    api_key: z.string().nullable().describe('Masked.'),
    timeout_ms: z.int(),
    on_failure: onFailureSchema,
    created_at: z.string(),
  })
  .meta({ id: 'GuardrailProvider' });
export type GuardrailProviderResource = z.infer<typeof guardrailProviderSchema>;
export const guardrailProviderListSchema = pageSchema(guardrailProviderSchema);

/** The answer that a provider has to give. */
export const providerAnswerSchema = z.object({
  verdict: z.enum(['pass', ...guardrailActionSchema.options]),
  text: z.string().optional(),
  reason_code: z
    .string()
    .regex(/^[a-z0-9_.-]{1,64}$/)
    .optional(),
  confidence: z.number().min(0).max(1).optional(),
});

import { z } from 'zod';
import { httpUrlSchema, pageSchema } from './fields.ts';
import { healthSchema } from './provider-health.ts';
import { dialectSchema, extraBodySchema, providerOptionFields } from './provider-options.ts';
import { effectiveTimeLimitsSchema, patchTimeLimitsSchema, timeLimitsSchema } from './time-limits.ts';

const pricePerMtok = z.number().min(0).max(1_000_000);

/** A model that a provider offers, with the prices from which its worst-case cost is computed. */
export const registeredModelSchema = z
  .strictObject({
    id: z.string().min(1).max(200),
    input_usd_per_mtok: pricePerMtok.optional().describe('Required where the price table does not know the model.'),
    output_usd_per_mtok: pricePerMtok.optional(),
    cache_read_usd_per_mtok: pricePerMtok.optional(),
    cache_write_usd_per_mtok: pricePerMtok.optional(),
    audio_usd_per_mtok: pricePerMtok.optional().describe('For input tokens of sounds. Default: as other input.'),
    context_window: z.int().min(256).max(100_000_000).optional(),
    max_output_tokens: z.int().min(16).max(10_000_000).optional(),
    capabilities: z.array(z.string().max(50)).max(20).optional(),
    dialect: dialectSchema.optional().describe('Where this model differs from `dialect` of its provider.'),
    time_limits: timeLimitsSchema.optional().describe('Where this model differs from `time_limits` of its provider.'),
  })
  .refine((model) => model.input_usd_per_mtok === undefined || model.output_usd_per_mtok !== undefined, {
    path: ['output_usd_per_mtok'],
    message: 'is required beside input_usd_per_mtok',
  })
  .refine((model) => model.output_usd_per_mtok === undefined || model.input_usd_per_mtok !== undefined, {
    path: ['input_usd_per_mtok'],
    message: 'is required beside output_usd_per_mtok',
  });
export type RegisteredModel = z.infer<typeof registeredModelSchema>;

const registeredModelsSchema = z
  .array(registeredModelSchema)
  .min(1)
  .max(200)
  .superRefine((models, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of models.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: 'is given twice' });
      seen.add(id);
    }
  });

const apiKeySchema = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

const baseUrlSchema = httpUrlSchema
  // Paths are appended to it.
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment');

export const registerProviderSchema = z
  .strictObject({
    provider: z.string().min(1).max(100).describe('A kind of `GET /v1/providers/catalog`.'),
    api_key: apiKeySchema.optional(),
    base_url: baseUrlSchema.optional().describe('Contains no credentials: they are given as `api_key`.'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 characters of a-z, 0-9, dot, dash and underscore')
      .optional()
      .describe('The name of the provider in events and model filters. Default: its kind.'),
    models: registeredModelsSchema.optional(),
    ...providerOptionFields,
  })
  // A run that asks for `simulated/*` must get simulated models only.
  .refine(({ provider, name }) => name !== 'simulated' || provider === 'simulated', {
    path: ['name'],
    message: 'is reserved for the provider of that kind; choose another',
  })
  .meta({ id: 'RegisterProvider' });

export const testProviderSchema = registerProviderSchema;

/** The fields of a provider that may be changed. Its name may not, because it is part of what was logged and learned. */
export const patchProviderSchema = z
  .strictObject({
    api_key: apiKeySchema.optional(),
    base_url: baseUrlSchema.optional(),
    models: registeredModelsSchema.optional(),
    ...providerOptionFields,
    time_limits: patchTimeLimitsSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'PatchProvider' });

export const providerSchema = z
  .object({
    id: z.string(),
    provider: z.string(),
    name: z.string(),
    base_url: z.string().nullable(),
    api_key: z.string().nullable().describe('Masked.'),
    models: z.array(z.string()),
    headers: z.record(z.string(), z.string()).describe('Their values are masked.'),
    extra_body: extraBodySchema,
    dialect: dialectSchema,
    time_limits: effectiveTimeLimitsSchema,
    health: healthSchema,
    source: z.enum(['api', 'environment', 'embedded']),
    created_at: z.string().nullable(),
  })
  .meta({ id: 'Provider' });
export type ProviderResource = z.infer<typeof providerSchema>;

export const providerListSchema = pageSchema(providerSchema);

export const catalogSchema = z.object({
  data: z.array(
    z.object({
      provider: z.string(),
      display_name: z.string(),
      protocols: z.array(z.string()),
      public_base_url: z.string().nullable(),
      environment_variable: z.string().nullable(),
      needs_api_key: z.boolean(),
      needs_base_url: z.boolean(),
      needs_models: z.boolean(),
      default_models: z.array(z.string()),
      dialect_settings: z.array(z.string()).describe('The settings that `dialect` may have.'),
    }),
  ),
  next_cursor: z.null(),
});

export const providerTestSchema = z.object({
  ok: z.boolean(),
  model: z.string(),
  latency_ms: z.int(),
  error: z.object({ type: z.string(), message: z.string() }).optional(),
});

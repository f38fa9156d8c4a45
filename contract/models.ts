import { z } from 'zod';
import { pageSchema } from './fields.ts';
import { healthSchema } from './provider-health.ts';
import { effectiveTimeLimitsSchema } from './time-limits.ts';

export const modelSchema = z
  .object({
    id: z.string().describe('`provider/model`, as a run names it.'),
    provider: z.string(),
    model: z.string(),
    protocol: z.string(),
    context_window: z.int().describe('As it was registered, or as it is known of the model.'),
    learned_context: z
      .object({
        tokens: z.int().describe('How long prompt and answer together may be, in tokens by our own count.'),
        until: z.string().describe('When it is forgotten.'),
      })
      .optional()
      .describe(
        'Present where the model refused a request as too long. The smaller of this and `context_window` holds.',
      ),
    max_output_tokens: z.int(),
    capabilities: z.array(z.string()),
    input_usd_per_mtok: z.number(),
    output_usd_per_mtok: z.number(),
    time_limits: effectiveTimeLimitsSchema,
    health: healthSchema,
  })
  .meta({ id: 'Model' });

export const modelListSchema = pageSchema(modelSchema);

export const leaderboardQuerySchema = z.object({
  sort: z.string().max(50).default('reward').describe('`reward`, `samples` or `updated`; anything else is `reward`.'),
  provider: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

export const leaderboardSchema = z.object({
  data: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      task_class: z.string(),
      mean_reward: z.number(),
      samples: z.int(),
      updated_at: z.string(),
    }),
  ),
  next_cursor: z.null(),
});

import { z } from 'zod';

export const usd = z.number().describe('US dollars, rounded to 1e-9.');

/** The tokens that a model reported for one answer, or that the service counted. */
export const messageUsageSchema = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  estimated: z.boolean().optional().describe('True when the provider reported no usage and the service counted.'),
});

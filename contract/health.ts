import { z } from 'zod';

export const liveSchema = z.object({ status: z.literal('ok') });

export const readySchema = z.object({
  status: z.enum(['ok', 'unavailable']),
  dependencies: z.object({ postgres: z.boolean(), temporal: z.boolean() }),
});

import { z } from 'zod';

/** Whether a model, or a provider with all its models, is chosen now. */
export const healthSchema = z
  .object({
    state: z.enum(['up', 'degraded', 'down']).describe('`degraded`: some models of the provider are out.'),
    why: z.string().optional().describe('The failure that came last: its type, and a sentence about it.'),
    until: z.string().optional().describe('When the first model that is out is tried again.'),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;

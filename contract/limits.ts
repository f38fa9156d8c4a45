import { z } from 'zod';

export const limitSchema = z
  .object({
    name: z.string().describe('The name by which refusals name it and the operator sets it.'),
    what: z.string().describe('What is counted.'),
    kind: z
      .enum(['stored', 'at_once', 'rate', 'size', 'session'])
      .describe(
        '`stored`: what is kept. `at_once`: what is under way. `rate`: what is done in a second. `size`: how large one thing may be. `session`: how much one session may use up before it ends.',
      ),
    unit: z.string(),
    used: z
      .number()
      .nullable()
      .describe('How much is in use. Null where each thing, key or session is counted by itself.'),
    limit: z.number(),
    default: z.number().describe('What holds unless the operator sets another number.'),
  })
  .meta({ id: 'Limit' });
export type LimitResource = z.infer<typeof limitSchema>;

export const limitsSchema = z.object({ data: z.array(limitSchema), next_cursor: z.null() });

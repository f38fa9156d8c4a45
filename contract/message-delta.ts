import { z } from 'zod';

/**
 * A piece of an answer that a model is still writing. It is in no log and takes no `seq`. Only a stream that asks for it
 * gets it, with the id `<last seq>.<attempt>.<offset behind the text>`.
 */
export const messageDeltaSchema = z
  .object({
    type: z.literal('agent.message_delta'),
    data: z.object({
      turnIndex: z.int().min(0).describe('Counts from 0.'),
      attempt: z
        .int()
        .min(1)
        .describe(
          'Which request of the turn writes the text. A later request begins anew, and the text of an earlier one is void.',
        ),
      offset: z.int().min(0).describe('Where `text` begins in the message, in UTF-16 code units.'),
      text: z.string(),
      model: z.string(),
      provider: z.string(),
      restart: z
        .literal(true)
        .optional()
        .describe(
          'Present at offset 0 of a later attempt: drop the text that was shown of this turn. `text` may be empty.',
        ),
    }),
  })
  .meta({ id: 'MessageDelta' });

export type MessageDelta = z.infer<typeof messageDeltaSchema>;

import { z } from 'zod';
import { messageUsageSchema, usd } from './event-fields.ts';

/**
 * A model has summarized earlier turns of a session, and later prompts show the summary in their place. The event is in the log
 * of the session, but takes no `seq` and is shown only to clients that ask for it. It stands in front of the event that was
 * appended next, with the id `<seq of the event before>.0.<number of the summary>`.
 */
export const sessionCompactedSchema = z
  .object({
    type: z.literal('session.compacted'),
    data: z.object({
      fromTurn: z.int().min(0).describe('The first turn that the summary covers. Turns count from 0.'),
      toTurn: z.int().min(0).describe('The last turn that it covers.'),
      previousToTurn: z
        .int()
        .min(0)
        .optional()
        .describe('The summary takes in an earlier one, of the turns up to this one.'),
      text: z.string().describe('The summary as prompts show it. Secrets in it are replaced.'),
      bytes: z.int().describe('UTF-8 bytes of the text.'),
      model: z.string(),
      provider: z.string(),
      usage: messageUsageSchema,
      costUsd: usd.describe('What the request for the summary cost. It is part of the cost of the session.'),
      costIsUpperBound: z.boolean().optional().describe('True when the provider reported no usage.'),
      dropped: z
        .object({
          turns: z.int(),
          messages: z
            .int()
            .describe('Messages of the user. Prompts show them beside the summary as long as they have room.'),
          toolCalls: z.int(),
          bytes: z.int().describe('The most bytes that they take in a request.'),
        })
        .describe('What the covered turns hold. All of it stays in the transcript.'),
    }),
  })
  .meta({ id: 'SessionCompacted' });

export type SessionCompacted = z.infer<typeof sessionCompactedSchema>;

/** The event as the JSON list of `GET …/events` shows it. */
export const compactedResourceSchema = z
  .intersection(
    sessionCompactedSchema,
    z.object({
      id: z.string().describe('`<seq>.0.<number of the summary>`: the id of its frame, and a cursor.'),
      seq: z.int().min(1).describe('The `seq` of the event that it follows.'),
      created_at: z.string(),
    }),
  )
  .meta({ id: 'StoredCompaction' });

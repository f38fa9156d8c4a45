import { z } from 'zod';
import { messageDeltaSchema } from './message-delta.ts';
import { sessionCompactedSchema } from './session-compacted.ts';

const includedTypeSchema = z.enum([messageDeltaSchema.shape.type.value, sessionCompactedSchema.shape.type.value]);
export type IncludedType = z.infer<typeof includedTypeSchema>;

/** The parameter `?include=` of a stream and of the list of events. */
export const includeSchema = z
  .string()
  .transform((text) => text.split(',').filter((name) => name !== ''))
  .pipe(z.array(includedTypeSchema))
  .optional()
  .describe(
    'More types, separated by commas. `agent.message_delta`: a stream also carries the text of an answer while a model writes it. `session.compacted`: a stream and the list also show the summaries of earlier turns.',
  );

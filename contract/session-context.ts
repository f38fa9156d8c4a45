import { z } from 'zod';
import { putContextSchema } from './context.ts';

/** The kinds of documents that a session may have in place of those of its agent. */
export const sessionContextKinds = ['soul', 'skill', 'reference'] as const;
export type SessionContextKind = (typeof sessionContextKinds)[number];

/** Behind so many documents of a kind, no turn reads the text of another one. */
const MOST_DOCUMENTS = 24;

const documentsSchema = z
  .record(z.string(), putContextSchema.shape.content)
  .refine(
    (documents) => Object.keys(documents).length <= MOST_DOCUMENTS,
    `may name at most ${MOST_DOCUMENTS} documents`,
  )
  .nullish();

/** The documents that a session reads in place of those of its agent: names and contents, by kind. */
export const sessionContextSchema = z
  .strictObject({
    soul: documentsSchema.describe('SOUL: who the agent is. `{}`: the record of the agent alone.'),
    skill: documentsSchema.describe('SKILL: what it knows, with the patterns that it learned (`learned/…`).'),
    reference: documentsSchema.describe('REFERENCE: what it can look up.'),
  })
  .refine((context) => Object.keys(context).length > 0, 'must give the documents of a kind');
export type SessionContextRequest = z.infer<typeof sessionContextSchema>;

const documentOfSessionSchema = z.object({ name: z.string(), tokens: z.int() });

/** Which documents a session has of its own, as its resource shows it. */
export const contextOfSessionSchema = z.object({
  soul: z.array(documentOfSessionSchema).optional(),
  skill: z.array(documentOfSessionSchema).optional(),
  reference: z.array(documentOfSessionSchema).optional(),
});

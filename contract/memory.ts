import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './fields.ts';

export const memoryBlockSchema = z.enum(['human', 'project', 'system', 'general']);
export type MemoryBlock = z.infer<typeof memoryBlockSchema>;

/** The greatest length of a fact in characters, whether a client or a tool notes it. */
export const MAX_FACT_CHARACTERS = 8_192;

export const factSchema = z
  .string()
  .min(1)
  .max(MAX_FACT_CHARACTERS)
  .refine((fact) => /[^\s\p{Cc}\p{Cf}]/u.test(fact), 'must not be blank');

const agentOfEntrySchema = z
  .string()
  .min(1)
  .max(64)
  .nullish()
  .describe('The agent that reads it. Absent: all agents do.');

export const createMemoryEntrySchema = z.strictObject({
  agent_id: agentOfEntrySchema,
  fact: factSchema,
  block: memoryBlockSchema.default('general'),
  pinned: z.boolean().default(false),
});

export const patchMemoryEntrySchema = z.strictObject({
  fact: factSchema.optional(),
  block: memoryBlockSchema.optional(),
  pinned: z.boolean().optional(),
});

/** `?agent_id=` narrows a route to what one agent reads. */
export const memoryScopeQuerySchema = z.object({ agent_id: z.string().max(64).optional() });
export const memoryListQuerySchema = pageQuerySchema.extend(memoryScopeQuerySchema.shape);

export const memoryQuerySchema = z.strictObject({
  agent_id: agentOfEntrySchema,
  query: z.string().min(1).max(1_000),
  limit: z.int().min(1).max(100).default(10),
});

/** The published client sends these fields. They change nothing here. */
const sentByClient = 'The Python client sends it. It has no effect: documents are cut into facts without a model.';

export const memoryInitSchema = z.strictObject({
  agent_id: agentOfEntrySchema,
  documents: z
    .array(
      z.strictObject({
        content: z.string().max(65_536),
        block: memoryBlockSchema.optional(),
        source: z.string().max(2_000).optional().describe(sentByClient),
      }),
    )
    .min(1)
    .max(100),
  model: z.string().max(300).nullish().describe(sentByClient),
});

export const memoryEntrySchema = z
  .object({
    id: z.string(),
    agent_id: z.string().nullable().describe('Null: shared by all agents.'),
    block: memoryBlockSchema,
    fact: z.string(),
    tokens: z.int(),
    pinned: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'MemoryEntry' });
export type MemoryEntryResource = z.infer<typeof memoryEntrySchema>;

export const memoryPageSchema = pageSchema(memoryEntrySchema);

export const memoryMatchesSchema = z.object({
  data: z.array(
    memoryEntrySchema.pick({ id: true, block: true, fact: true, pinned: true }).extend({
      score: z.number().describe('From 0 to 1.'),
      found_by: z.array(z.enum(['words', 'meaning'])),
    }),
  ),
  next_cursor: z.null(),
});

export const memoryFilledSchema = z.object({ created: z.int(), data: z.array(memoryEntrySchema) });

export const memoryBlocksSchema = pageSchema(z.object({ block: memoryBlockSchema, entries: z.int(), tokens: z.int() }));

/** The languages whose words every supported version of Postgres knows the forms of. `simple`: words are searched as they are. */
export const searchLanguageSchema = z.enum([
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
]);
export type SearchLanguage = z.infer<typeof searchLanguageSchema>;

export const memorySettingsSchema = z.strictObject({
  language: searchLanguageSchema.describe('The language in which facts and documents are searched. Default: english.'),
  system_block: z
    .enum(['people', 'models'])
    .describe('Who may note facts in the block `system`, the rules of how an agent works. Default: people.'),
});
export type MemorySettings = z.infer<typeof memorySettingsSchema>;

/** A setting that is left out stays as it is. */
export const changeMemorySettingsSchema = memorySettingsSchema.partial();

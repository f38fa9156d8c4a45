import { z } from 'zod';
import { pageSchema } from './fields.ts';

export const contextKindSchema = z.enum(['soul', 'skill', 'workspace', 'reference']);
export type ContextKind = z.infer<typeof contextKindSchema>;

/** The six sources of a prompt's context. */
export const contextSourceSchema = z.enum(['SOUL', 'MEMORY', 'SKILL', 'HEARTBEAT', 'WORKSPACE', 'REFERENCE']);
export type ContextSource = z.infer<typeof contextSourceSchema>;

/** The largest size of a document in bytes of UTF-8, whether a client or a tool writes it. */
export const MAX_DOCUMENT_BYTES = 512 * 1024;

export const putContextSchema = z.strictObject({
  content: z.string().refine((text) => Buffer.byteLength(text) <= MAX_DOCUMENT_BYTES, {
    message: 'must be at most 512 KiB of text',
    params: { errorCode: 'message_too_large' },
  }),
});

export const contextDocumentSchema = z
  .object({
    kind: contextKindSchema,
    name: z.string(),
    tokens: z.int(),
    bytes: z.int(),
    version: z.int(),
    updated_at: z.string(),
  })
  .meta({ id: 'ContextDocument' });

export const contextDocumentWithContentSchema = contextDocumentSchema.extend({
  content: z.string(),
  earlier_versions: z
    .array(contextDocumentSchema.pick({ version: true, tokens: true, bytes: true, updated_at: true }))
    .describe('The ten versions before the present one, the latest first. `?version=` reads one.'),
});

export const contextDocumentQuerySchema = z.object({
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be the number of a version')
    .optional()
    .describe('Reads this version in place of the present one.'),
});
export const contextListSchema = pageSchema(contextDocumentSchema);

const foundBySchema = z
  .array(z.enum(['words', 'meaning']))
  .optional()
  .describe('How a fact was found that concerns the conversation. Absent: it is there for another reason.');

const memorySearchSchema = z
  .enum(['words', 'words_and_meaning'])
  .optional()
  .describe('MEMORY: what its facts were searched by. Meaning takes part if the latest message has a vector.');

const includedPartSchema = z.object({
  id: z.string().describe('The name of a document, or the id of a memory entry.'),
  version: z.string(),
  tokens: z.int(),
  cut: z.boolean().optional(),
  why: z
    .string()
    .optional()
    .describe(
      'Why it has its place. SOUL, SKILL and the index of REFERENCE: session, if the session has it in place of a document of its agent. MEMORY: governance, pinned, new (since the session began), relevant, archive, recent. WORKSPACE: named, touched, recent. REFERENCE: relevant, by_name. SKILL: learned.',
    ),
  text: z
    .string()
    .optional()
    .describe('As it stands in the prompt. Absent for turns of versions that did not keep it.'),
});

const droppedPartSchema = z.object({
  id: z.string(),
  version: z.string().optional(),
  tokens: z.int(),
  why: z.string().describe('over_budget, empty, or repeat: a fact that the prompt has already.'),
});

const partOfReferenceSchema = z.enum(['index', 'bodies']).optional().describe('REFERENCE has two parts.');
const unreadSchema = z
  .int()
  .optional()
  .describe(
    'How many parts there are besides, which had no room and are not named. At most 1,000 memory entries are counted.',
  );

/** A source as the manifest of a turn shows it. */
export const sourceOfTurnSchema = z
  .object({
    source: contextSourceSchema,
    part: partOfReferenceSchema,
    tokens: z.int(),
    budgetTokens: z.int(),
    included: z.array(
      includedPartSchema.extend({
        wholeTokens: z.int().optional().describe('Set if it is cut.'),
        foundBy: foundBySchema,
      }),
    ),
    dropped: z.array(droppedPartSchema),
    unread: unreadSchema,
    search: memorySearchSchema,
  })
  .meta({ id: 'ContextSourceOfTurn' });

const partVersionSchema = z.object({ version: z.string(), tokens: z.int() });

/** The changes between the contexts of two turns. */
export const contextDiffSchema = z
  .object({
    turn_index: z.int().describe('The earlier turn.'),
    changes: z.array(
      z.object({
        source: contextSourceSchema,
        part: partOfReferenceSchema,
        id: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        before: partVersionSchema.optional(),
        after: partVersionSchema.optional(),
        why: z.string().optional().describe('Why there is no room any more for what was removed. Absent: it is gone.'),
        diff: z.string().nullable().describe('A unified diff. Null for turns of versions that did not keep the texts.'),
      }),
    ),
  })
  .meta({ id: 'ContextDiff' });

export const turnContextQuerySchema = z.object({
  diff: z
    .string()
    .regex(/^\d{1,9}$/, 'must be the number of an earlier turn')
    .optional()
    .describe('An earlier turn: `diff` then says what changed since.'),
});

export const contextPreviewQuerySchema = z.object({
  message: z.string().min(1).max(16_384).optional().describe('The message that the turn would bring.'),
  session_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('A session of the agent, whose next turn is shown. Absent: the first turn of a new one.'),
});

export const contextPreviewSchema = z.object({
  agent_id: z.string(),
  session_id: z.string().optional(),
  token_ratio: z
    .number()
    .describe('How many tokens the models of the run count for one of ours. Budgets are in theirs.'),
  sources: z.array(
    z.object({
      source: contextSourceSchema,
      part: partOfReferenceSchema,
      budget_tokens: z.int(),
      tokens: z.int(),
      included: z.array(
        includedPartSchema.extend({
          whole_tokens: z.int().optional().describe('Set if it is cut.'),
          found_by: foundBySchema,
        }),
      ),
      dropped: z.array(droppedPartSchema),
      unread: unreadSchema,
      search: memorySearchSchema,
    }),
  ),
  system: z.string().describe('The stable prefix of the prompt.'),
  volatile: z.string().describe('The end of the prompt.'),
});

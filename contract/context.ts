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

export const contextDocumentWithContentSchema = contextDocumentSchema.extend({ content: z.string() });
export const contextListSchema = pageSchema(contextDocumentSchema);

export const contextPreviewSchema = z.object({
  agent_id: z.string(),
  sources: z.array(
    z.object({
      source: contextSourceSchema,
      budget_tokens: z.int(),
      tokens: z.int(),
      included: z.array(z.record(z.string(), z.unknown())),
      dropped: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
  system: z.string().describe('The stable prefix of the prompt.'),
  volatile: z.string().describe('The end of the prompt.'),
});

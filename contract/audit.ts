import { z } from 'zod';
import { toolVerdictSchema } from './events.ts';
import { pageQuerySchema, pageSchema, timestampSchema } from './fields.ts';
import { agentIdSchema, idSchema } from './ids.ts';

export const auditKindSchema = z
  .enum(['decision', 'dispatch', 'outcome', 'approval', 'change'])
  .describe(
    'decision: what policy said of a call. dispatch: the call was sent. outcome: how it came out. approval: a person answered. change: of a policy, a server, its pinned tools or a setting.',
  );
export type AuditKind = z.infer<typeof auditKindSchema>;

export const auditQuerySchema = pageQuerySchema.extend({
  kind: auditKindSchema.optional(),
  session_id: idSchema('sess').optional(),
  agent_id: agentIdSchema.optional(),
  tool: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('A tool by the name that models know, by its own name, or as `server/tool`.'),
  verdict: toolVerdictSchema.optional(),
  created_after: timestampSchema.optional(),
  created_before: timestampSchema.optional(),
});

export const auditEntrySchema = z
  .object({
    id: z.string(),
    kind: auditKindSchema,
    actor: z.string().describe('Who asked: an API key, an agent, or a word for a process or an operator.'),
    action: z.string(),
    target: z.string(),
    session_id: z.string().nullable(),
    agent_id: z.string().nullable(),
    tool: z.string().nullable().describe('The name by which models know the tool.'),
    verdict: toolVerdictSchema.nullable(),
    detail: z
      .record(z.string(), z.unknown())
      .describe('Ids, hashes, rules and outcomes. It holds no arguments and no results.'),
    seq: z
      .int()
      .nullable()
      .describe('The place in the chain. Null: the entry is not linked yet; it takes about a second.'),
    hash: z
      .string()
      .nullable()
      .describe('SHA-256 (hex) over the entry, its place and the hash of the link before. Null as long as `seq` is.'),
    created_at: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export const auditListSchema = pageSchema(auditEntrySchema);

const HASH = /^[0-9a-f]{64}$/;

export const auditVerifyQuerySchema = z
  .object({
    entries: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
    head: z.string().regex(HASH, 'must be 64 hexadecimal characters').optional(),
  })
  .describe(
    'Both or none: `entries` and `head` of an earlier answer. They go on from there, and prove that the chain still holds what it held then.',
  );

/** The fault at the first place where a chain does not hold. */
export const chainBreakSchema = z.enum([
  'changed',
  'missing',
  'missing_before',
  'missing_after',
  'not_linked',
  'backdated',
  'head_changed',
  'anchor_differs',
]);
export type ChainBreak = z.infer<typeof chainBreakSchema>;

export const auditVerificationSchema = z
  .object({
    ok: z.boolean().describe('False when the audit was tampered with.'),
    complete: z
      .boolean()
      .describe('False when time ran out: ask again with `entries` and `head` of this answer to go on from there.'),
    entries: z.int().describe('How many entries hold, from the first one.'),
    head: z.string().nullable().describe('The hash of the last entry that holds. Keep it with `entries` outside.'),
    waiting: z.int().describe('Entries that are not linked yet.'),
    first_broken: z
      .object({
        id: z.string().nullable().describe('The entry at which the chain breaks.'),
        why: chainBreakSchema,
        message: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = z.infer<typeof auditVerificationSchema>;

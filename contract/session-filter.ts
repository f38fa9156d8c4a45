import { z } from 'zod';
import { endReasonSchema, idleCauseSchema, sessionStatusSchema } from './events.ts';
import { pageQuerySchema, timestampSchema } from './fields.ts';

const nameSchema = z.string().min(1).max(300);

/** The conditions by which sessions are found. Where several are given, all of them hold. */
export const sessionFilterFields = {
  status: sessionStatusSchema.optional(),
  idle_cause: idleCauseSchema.optional(),
  reason: endReasonSchema.optional(),
  error_code: nameSchema.optional().describe('`error.code` of sessions that ended with an error.'),
  error_text: nameSchema.optional().describe('Words that the message of the error has, all of them, in any order.'),
  agent_id: z.string().max(64).optional(),
  department: nameSchema.optional().describe('The department that the agent of the session has now.'),
  provider: nameSchema.optional().describe('A provider that was chosen for a turn, by its name.'),
  model: nameSchema.optional().describe('A model that was chosen for a turn; with `provider`: of that provider.'),
  tool: nameSchema
    .optional()
    .describe('A tool that was called, or whose call was refused: `server/tool`, or the name that models see.'),
  metadata_key: z.string().min(1).max(200).optional().describe('A key of `metadata`.'),
  metadata_value: z
    .string()
    .max(400)
    .optional()
    .describe('The value of `metadata_key`: a text, or a number or boolean as it is written in JSON.'),
  created_after: timestampSchema.optional(),
  created_before: timestampSchema.optional(),
  ended_after: timestampSchema.optional(),
  ended_before: timestampSchema.optional(),
  last_event_after: timestampSchema.optional(),
  last_event_before: timestampSchema.optional(),
  min_cost_usd: z.coerce.number<number | string>().min(1e-9, 'must be greater than 0').max(1_000_000_000).optional(),
  min_turns: z.coerce.number<number | string>().int().min(1).max(1_000_000).optional(),
};

export const sessionFilterSchema = z.strictObject(sessionFilterFields).meta({ id: 'SessionFilter' });
export type SessionFilterInput = z.infer<typeof sessionFilterSchema>;

export const sessionSortSchema = z.enum(['created_at', 'ended_at', 'last_event_at', 'cost_usd', 'turns']);
export type SessionSort = z.infer<typeof sessionSortSchema>;

export const sessionOrderSchema = z.enum(['desc', 'asc']);
export type SessionOrder = z.infer<typeof sessionOrderSchema>;

export const sessionListQuerySchema = pageQuerySchema.extend({
  ...sessionFilterFields,
  sort: sessionSortSchema
    .default('created_at')
    .describe('By `ended_at`, sessions that live count as if they ended last of all.'),
  order: sessionOrderSchema.default('desc').describe('`desc`: the newest, the dearest or the longest first.'),
});

export const sessionGroupSchema = z.enum([
  'status',
  'idle_cause',
  'reason',
  'error_code',
  'agent_id',
  'department',
  'provider',
  'model',
  'tool',
]);
export type SessionGroup = z.infer<typeof sessionGroupSchema>;

/** How many groups a count shows at most. */
export const MAX_GROUPS = 100;

export const sessionCountQuerySchema = z.object({
  ...sessionFilterFields,
  by: sessionGroupSchema
    .optional()
    .describe(
      'Also counts the sessions of each value. A session that used several models, providers or tools counts for each.',
    ),
});

export const sessionCountSchema = z
  .object({
    count: z.int(),
    groups: z
      .array(
        z.object({ value: z.string().nullable().describe('Null: sessions without such a value.'), count: z.int() }),
      )
      .optional()
      .describe(`With \`by\`: the values with the most sessions first, at most ${MAX_GROUPS}.`),
    more_groups: z.boolean().optional().describe('With `by`: true when there are further values.'),
  })
  .meta({ id: 'SessionCount' });
export type SessionCount = z.infer<typeof sessionCountSchema>;

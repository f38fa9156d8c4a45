import { z } from 'zod';
import { endReasonSchema, sessionStatusSchema } from './events.ts';
import { pageQuerySchema, pageSchema } from './fields.ts';

export const sessionDiffQuerySchema = pageQuerySchema.extend({
  with: z.string().min(1).max(128).describe('The session that it is compared with.'),
});

/** What may differ between the turns of the same number of two sessions. */
export const turnDifferenceSchema = z.enum([
  'turn',
  'messages',
  'model',
  'text',
  'calls',
  'arguments',
  'results',
  'cost',
  'end',
]);
export type TurnDifference = z.infer<typeof turnDifferenceSchema>;

const comparedSessionSchema = z.object({
  id: z.string(),
  agent_id: z.string(),
  status: sessionStatusSchema,
  end_reason: endReasonSchema.optional(),
  turns: z.int(),
  cost_usd: z.number(),
  duration_ms: z.int().describe('From its start to its end, or until now.'),
});
export type ComparedSession = z.infer<typeof comparedSessionSchema>;

const comparedTurnSchema = z.object({
  messages: z.array(z.string()).describe('The messages of the user that it read.'),
  provider: z.string().nullable().describe('Null, like `model` and `text`, while there is no answer.'),
  model: z.string().nullable(),
  text: z.string().nullable(),
  calls: z.array(
    z.object({
      tool_use_id: z.string(),
      tool_name: z.string(),
      args: z.record(z.string(), z.unknown()),
      state: z.string(),
      is_error: z.boolean().nullable().describe('Null while the call has no result.'),
    }),
  ),
  cost_usd: z.number().describe('What its requests cost, failed ones included.'),
  duration_ms: z.int().nullable().describe('From its start to its end. Null while it is under way.'),
  end: z
    .object({ kind: z.enum(['continue', 'idle', 'ended']), reason: endReasonSchema.optional() })
    .nullable()
    .describe('What followed it. Null while it is under way.'),
});
export type ComparedTurn = z.infer<typeof comparedTurnSchema>;

export const turnDiffSchema = z
  .object({
    turn_index: z.int(),
    differs: z
      .array(turnDifferenceSchema)
      .describe(
        'What differs. `turn`: only one session has it. `calls`: other tools, or another number of them. `arguments` and `results` compare the calls in their order. How long a turn took is not compared.',
      ),
    session: comparedTurnSchema.nullable().describe('The turn of the session of the path. Null: it has none.'),
    with: comparedTurnSchema.nullable().describe('The turn of the other session. Null: it has none.'),
  })
  .meta({ id: 'TurnDiff' });
export type TurnDiff = z.infer<typeof turnDiffSchema>;

export const sessionDiffSchema = pageSchema(turnDiffSchema)
  .extend({ session: comparedSessionSchema, with: comparedSessionSchema })
  .meta({ id: 'SessionDiff' });
export type SessionDiff = z.infer<typeof sessionDiffSchema>;

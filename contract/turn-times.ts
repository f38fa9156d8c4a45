import { z } from 'zod';

const at = (what: string) => z.string().nullable().describe(`${what} Null: not yet, never, or not known.`);

/** The stages of a turn, in their order. */
export const turnStageSchema = z.enum(['refresh_context', 'select_model', 'call_model', 'call_tools', 'debit_budget']);
export type TurnStage = z.infer<typeof turnStageSchema>;

export const turnTimesSchema = z
  .object({
    session_id: z.string(),
    turn_index: z.int(),
    message_ids: z
      .array(z.string())
      .describe('The ids of the messages that the turn read, in order. Turns of versions before have none.'),
    started_at: z.string(),
    ended_at: at('When its account was closed.'),
    stages: z
      .array(
        z.object({
          stage: turnStageSchema,
          selection: z.int().optional().describe('Of `select_model` and `call_model`: which selection of the turn.'),
          started_at: z.string(),
          ended_at: at('When what it did was stored.'),
          waited_ms: z
            .int()
            .optional()
            .describe(
              'Of `select_model`: how long the turn waited before, because no model was up or money was reserved.',
            ),
          queued_ms: z
            .int()
            .optional()
            .describe("Of `select_model`: how long it waited before for a place of the tenant's share."),
        }),
      )
      .describe(
        'In the order in which they began. A time between two of them is waiting: for a worker, for a person, for money, or for a guardrail provider that is asked about messages.',
      ),
    attempts: z
      .array(
        z.object({
          selection: z.int(),
          attempt: z.int(),
          provider: z.string(),
          model: z.string(),
          state: z.string(),
          failed_type: z.string().nullable(),
          dispatched_at: at('When the request was sent.'),
          first_token_at: at('When the first piece of the answer came: text, reasoning or a call.'),
          last_token_at: at('When its last piece came.'),
          closed_at: at('When the answer or the failure began to be stored.'),
        }),
      )
      .describe('Each request to a model.'),
    tool_calls: z.array(
      z.object({
        id: z.string(),
        tool_name: z.string(),
        state: z.string(),
        dispatches: z.int().describe('How often it was sent to a server. Bundled tools are not sent.'),
        first_dispatched_at: at('When it was sent for the first time.'),
        dispatched_at: at('When it was sent for the last time, or when a bundled tool began.'),
        answered_at: at('When the answer was there.'),
        finished_at: at('When the result began to be stored.'),
        asked: z
          .array(
            z.object({
              kind: z.string().describe('`approval`, `effect_unknown` or `form`.'),
              status: z.string(),
              asked_at: z.string(),
              answered_at: at('When the person answered, or the question expired.'),
            }),
          )
          .describe('The questions for whose answers by a person the call waited.'),
      }),
    ),
  })
  .meta({ id: 'TurnTimes' });

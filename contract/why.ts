import { z } from 'zod';
import {
  budgetShortageSchema,
  endReasonSchema,
  idleCauseSchema,
  pendingActionSchema,
  sessionStatusSchema,
} from './events.ts';

export const stageNameSchema = z.enum(['start', 'context', 'selection', 'model_call', 'tool_calls', 'closing']);
export type StageName = z.infer<typeof stageNameSchema>;

export const waitsForSchema = z.enum([
  'nothing',
  'message',
  'person',
  'money',
  'money_release',
  'resume',
  'model_answer',
  'model_up',
  'tool_result',
  'place',
  'worker',
  'temporal',
  'unknown',
]);
export type WaitsFor = z.infer<typeof waitsForSchema>;

const time = z.string().describe('RFC 3339, UTC.');

const attemptSchema = z.object({
  selection: z.int(),
  attempt: z.int(),
  provider: z.string(),
  model: z.string(),
  state: z
    .enum(['reserved', 'dispatched', 'settled', 'released', 'unknown'])
    .describe(
      '`reserved`: not sent yet. `dispatched`: under way. The others are over: charged, not charged, or not known.',
    ),
  dispatched_at: time.nullable(),
  closed_at: time.nullable(),
  failed_type: z.string().nullable(),
  failed_status: z.int().nullable(),
  failed_message: z.string().nullable().describe("A sentence that quotes the provider's own words, redacted."),
});

const toolCallSchema = z.object({
  tool_use_id: z.string(),
  tool_name: z.string(),
  state: z.enum(['intended', 'dispatched', 'succeeded', 'failed', 'denied', 'unknown', 'not_made']),
  attempts: z.int().describe('How often it was sent.'),
  dispatched_at: time.nullable(),
  finished_at: time.nullable(),
  reason_code: z.string().nullable(),
  message: z.string().nullable().describe('The beginning of the result, where the call failed. Redacted.'),
});

const causeSchema = z.object({
  of: z.enum(['session', 'model', 'tool', 'stage', 'workflow']),
  code: z.string(),
  message: z.string().nullable(),
  provider: z.string().optional(),
  model: z.string().optional(),
  status: z.int().optional(),
  tool_name: z.string().optional(),
  tool_use_id: z.string().optional(),
  turn_index: z.int().optional(),
});
export type Cause = z.infer<typeof causeSchema>;

const remedySchema = z.object({
  what: z.string().describe('What the request does for the session, in a sentence.'),
  method: z.enum(['GET', 'POST', 'PATCH', 'PUT']),
  path: z.string(),
  body: z.record(z.string(), z.unknown()).optional().describe('`…` stands for what only the sender knows.'),
});
export type Remedy = z.infer<typeof remedySchema>;

export const whySchema = z
  .object({
    session_id: z.string(),
    agent_id: z.string(),
    as_of: time.describe('When this was so, by the clock of Postgres.'),
    sentence: z.string().describe('Why the session stands where it stands. For people; its wording may change.'),
    status: sessionStatusSchema,
    idle_cause: idleCauseSchema.optional(),
    end_reason: endReasonSchema.optional(),
    stage: z
      .object({
        name: stageNameSchema.describe(
          '`start`: its workflow has not been started. `context`: messages and context of the turn are read. `selection`: a model is chosen. `closing`: the turn is counted.',
        ),
        turn_index: z.int(),
        since: time,
      })
      .optional()
      .describe('Of a running session: the stage that is under way or comes next.'),
    waits_for: waitsForSchema.describe(
      '`nothing`: it is at work, or it has ended. `person`: an approval, a form, or an answer about an unknown effect. `money_release`: money that other sessions of the agent hold reserved. `model_up`: every model of the run is out. `place`: other calls of the tenant have all places. `unknown`: this cannot be told; `unknown` says why.',
    ),
    since: time.describe('Since when it is so.'),
    until: time
      .optional()
      .describe(
        'When it is over by itself: an idle time, an approval, or the time at which the first model is tried again.',
      ),
    attempts: z.array(attemptSchema).describe('Requests to models in the last turn, the oldest first, at most 50.'),
    tool_calls: z.array(toolCallSchema).describe('Tool calls of the last turn, at most 128.'),
    models_out: z
      .array(z.object({ provider: z.string(), model: z.string().nullable(), why: z.string(), until: time }))
      .describe('Models of the run that are out now. `model` null: every model of the provider.'),
    pending: z
      .array(
        z.object({
          approval_id: z.string(),
          kind: pendingActionSchema.shape.kind,
          tool_use_id: z.string(),
          tool_name: z.string(),
          expires_at: time,
        }),
      )
      .describe('What a person has to decide.'),
    budget: budgetShortageSchema.optional(),
    unread_messages: z.int().describe('Messages that were accepted and that the agent has not read.'),
    causes: z
      .array(causeSchema)
      .describe('What failed, from what ended or holds up the session to what was behind it.'),
    unblocked_by: z.array(remedySchema).describe('Requests after which the session goes on, the first choice first.'),
    unknown: z.array(z.string()).describe('What could not be found out, and why.'),
  })
  .meta({ id: 'SessionWhy' });
export type SessionWhy = z.infer<typeof whySchema>;

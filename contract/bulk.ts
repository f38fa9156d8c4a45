import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './fields.ts';
import { retryRequestSchema, sessionSchema } from './runs.ts';
import { sessionFilterSchema } from './session-filter.ts';

export const bulkActionSchema = z.enum(['retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete']);
export type BulkAction = z.infer<typeof bulkActionSchema>;

const filterSchema = sessionFilterSchema
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'must have at least one field')
  .describe(
    'Which sessions: the filters of `GET /v1/sessions`, at least one. The sessions that match now are those of the job.',
  );

const DEFAULT_RATE = 10;

/** The body of `POST /v1/sessions/bulk`. */
export const bulkRequestSchema = z
  .strictObject({
    action: bulkActionSchema.describe(
      'What is done to each session: what `POST …/retry`, `…/terminate`, `…/pause` or `…/resume`, the event `user.interrupt` or `DELETE` does to one.',
    ),
    filter: filterSchema,
    dry_run: z.boolean().default(false).describe('Only say what a job would do. Nothing is changed.'),
    rate: z.number().min(0.1).max(100).default(DEFAULT_RATE).describe('The most sessions that are begun per second.'),
    retry: retryRequestSchema.optional().describe('For the action `retry`: the body of each retry.'),
  })
  .refine(({ action, retry }) => action === 'retry' || retry === undefined, {
    path: ['retry'],
    message: 'belongs to the action "retry"',
  })
  .meta({ id: 'BulkRequest' });
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

export const bulkEstimateSchema = z.object({
  seconds: z
    .number()
    .describe(
      'How long it takes at this rate, without the sessions that would be refused. A retry that finds no room for another live session waits longer.',
    ),
  cost_usd: z
    .number()
    .describe(
      'What the sessions may cost from then on, where they go on: what completed sessions of their agents cost on average, without what each has spent, and no more than its cap leaves.',
    ),
  cost_at_most_usd: z
    .number()
    .nullable()
    .describe('What the caps of these sessions leave together. Null: one of them has no cap.'),
  sessions_without_estimate: z
    .int()
    .describe('Sessions that go on and whose agents have no completed session to compare with.'),
});
export type BulkEstimate = z.infer<typeof bulkEstimateSchema>;

const refusalCountSchema = z.object({
  code: z.string().describe('The code with which the request about one session would be refused.'),
  sessions: z.int(),
  example: z.string().describe('One of these sessions.'),
});

/** The answer to a dry run. */
export const bulkPreviewSchema = z
  .object({
    dry_run: z.literal(true),
    action: bulkActionSchema,
    sessions: z.int().describe('How many sessions match.'),
    would_be_done: z.int(),
    would_be_refused: z
      .array(refusalCountSchema)
      .describe('The others, by the reason for which they would be refused now.'),
    sample: z.array(sessionSchema.pick({ id: true, agent_id: true, status: true, end_reason: true, created_at: true })),
    rate: z.number(),
    estimate: bulkEstimateSchema,
  })
  .meta({ id: 'BulkPreview' });
export type BulkPreview = z.infer<typeof bulkPreviewSchema>;

export const bulkOutcomeSchema = z
  .enum(['pending', 'done', 'refused', 'failed', 'not_done'])
  .describe(
    '`pending`: it is still to come. `done`. `refused`: as the request about this session would be, with its `code`. `failed`: the service failed again and again, and nothing was changed. `not_done`: the job ended first.',
  );
export type BulkOutcome = z.infer<typeof bulkOutcomeSchema>;

export const bulkJobSchema = z
  .object({
    id: z.string(),
    action: bulkActionSchema,
    filter: z.record(z.string(), z.unknown()),
    retry: retryRequestSchema.optional(),
    rate: z.number(),
    status: z
      .enum(['running', 'completed', 'cancelled', 'failed'])
      .describe('`failed`: nobody answers for it any more, as `error` says.'),
    sessions: z.int().describe('How many sessions matched when it began.'),
    progress: z.object({
      pending: z.int(),
      done: z.int(),
      refused: z.int(),
      failed: z.int(),
      not_done: z.int(),
    }),
    waiting: z
      .object({ code: z.string(), message: z.string(), sessions: z.int() })
      .optional()
      .describe(
        'Sessions that were refused for a reason which passes, such as `too_many_sessions`. They are tried again.',
      ),
    estimate: bulkEstimateSchema,
    seconds_left: z.number().optional().describe('How long what is pending takes at this rate.'),
    created_by: z.string().describe('The API key that answers for it.'),
    created_at: z.string(),
    ended_at: z.string().optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'BulkJob' });
export type BulkJobResource = z.infer<typeof bulkJobSchema>;
export type BulkProgress = BulkJobResource['progress'];

export const bulkJobPageSchema = pageSchema(bulkJobSchema);

export const bulkItemSchema = z
  .object({
    place: z.int().describe('Its place in the job, from 0. Sessions are taken up in this order, the oldest first.'),
    session_id: z.string(),
    outcome: bulkOutcomeSchema,
    code: z.string().optional().describe('Why it was refused or failed, or why it is to be tried again.'),
    message: z.string().optional(),
    attempts: z.int().describe('How often it was tried without an outcome.'),
    settled_at: z.string().optional(),
  })
  .meta({ id: 'BulkItem' });
export type BulkItemResource = z.infer<typeof bulkItemSchema>;

export const bulkItemPageSchema = pageSchema(bulkItemSchema);

export const bulkItemQuerySchema = pageQuerySchema.extend({ outcome: bulkOutcomeSchema.optional() });

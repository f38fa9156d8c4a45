import { z } from 'zod';
import { contextDiffSchema, sourceOfTurnSchema } from './context.ts';
import {
  budgetShortageSchema,
  endReasonSchema,
  idleCauseSchema,
  sessionErrorSchema,
  sessionStatusSchema,
} from './events.ts';
import {
  approvalTimeoutSchema,
  contextTokensSchema,
  MAX_IDLE_TIMEOUT_S,
  maxOutputTokensSchema,
  messageTextSchema,
  metadataSchema,
  modelsSchema,
  onBudgetSchema,
  pageSchema,
  positiveUsdSchema,
} from './fields.ts';
import { imageReferenceSchema, userImagesSchema } from './images.ts';
import { contextOfSessionSchema, sessionContextSchema } from './session-context.ts';
import { replayOfSchema } from './session-replay.ts';

const MAX_TURNS = 1_000;

const maxTurnsSchema = z.int().min(1).max(MAX_TURNS);

const toolsSchema = z.array(z.string().min(1).max(300)).max(100);

/** The body of `POST /v1/agents/{id}/run` and `POST /v1/agents/{id}/sessions`. */
export const runRequestSchema = z
  .strictObject({
    message: messageTextSchema.describe('What the agent is asked to do.'),
    images: userImagesSchema.optional(),
    max_turns: maxTurnsSchema.default(10),
    budget_cap_usd: positiveUsdSchema.optional().describe('The most this run may spend. Absent: no cap of its own.'),
    context_tokens: contextTokensSchema
      .optional()
      .describe('The most tokens of a prompt. Absent: what the agent has, else what the model can read.'),
    max_output_tokens: maxOutputTokensSchema
      .optional()
      .describe('The most tokens of an answer. Absent: what the agent has, else what the model can write.'),
    on_complete: z
      .enum(['end', 'idle'])
      .default('end')
      .describe('What follows a turn without tool calls: the session ends, or it waits for the next message.'),
    on_budget: onBudgetSchema
      .optional()
      .describe(
        'What follows when the run comes to the end of its money: it ends (`stop`); or it goes idle and goes on when there is money again (`ask`); or it goes on with shorter prompts and with cheaper models of the tenant, also such that `models` does not name, and ends only then (`downgrade`). Absent: what the agent has, else `stop`.',
      ),
    idle_timeout_s: z.number().positive().max(MAX_IDLE_TIMEOUT_S).default(1800),
    approval_timeout_s: approvalTimeoutSchema
      .optional()
      .describe(
        'How long a call waits for the approval of a person before it is denied. Absent: what the agent has, else `idle_timeout_s`.',
      ),
    models: modelsSchema
      .optional()
      .describe('Only these models may be chosen. An entry is `id`, `provider/id` or `provider/*`.'),
    tools: toolsSchema
      .optional()
      .describe(
        'Only these tools are offered. An entry is a glob over the names of tools: `server/tool`, the name that the server gives, or the name that models see. An entry that names no tool is refused, unless it may name one of a server that is still to come.',
      ),
    metadata: metadataSchema.default({}),
  })
  .meta({ id: 'RunRequest' });
export type RunRequest = z.infer<typeof runRequestSchema>;
export type OnComplete = RunRequest['on_complete'];

export const sessionSchema = z
  .object({
    id: z.string(),
    agent_id: z.string(),
    status: sessionStatusSchema,
    idle_cause: idleCauseSchema.optional(),
    end_reason: endReasonSchema.optional(),
    turns: z.int().describe('The turns that it has, in a fork with those that it began with.'),
    max_turns: z.int().describe('The most turns that it may have.'),
    cost_usd: z.number(),
    budget_cap_usd: z.number().nullable(),
    context_tokens: z.int().nullable().describe('The most tokens of a prompt. Null: what the model can read.'),
    max_output_tokens: z.int().nullable().describe('The most tokens of an answer. Null: what the model can write.'),
    approval_timeout_s: z
      .number()
      .nullable()
      .describe('How long an approval waits. Null: as long as `idle_timeout_s`.'),
    on_budget: onBudgetSchema,
    created_at: z.string(),
    retries: z.int().describe('How often it was retried or rewound.'),
    forked_from: z
      .object({ session_id: z.string(), turn: z.int() })
      .optional()
      .describe('For a fork: the session it was forked from, and the last turn that it began with.'),
    context: contextOfSessionSchema
      .optional()
      .describe('The documents that it reads in place of those of its agent, of the kinds that are named.'),
    replay_of: replayOfSchema.optional().describe('Set if it replays another session.'),
    paused_at: z
      .string()
      .optional()
      .describe(
        'Since when the session is to pause, by `POST …/pause`. It pauses at its next boundary, and then has `idle_cause` "paused".',
      ),
    ended_at: z.string().optional(),
    received_bytes: z
      .int()
      .describe('What models and tool servers sent to it, in decoded bytes. `session_received_bytes` is its limit.'),
    last_seq: z.int().describe('`seq` of the newest event.'),
    error: sessionErrorSchema.optional(),
    budget: budgetShortageSchema
      .optional()
      .describe(
        'With `end_reason` "budget_exhausted", with `idle_cause` "budget", and where the session was idle for money when it paused: which account is short of money, and what the next request needs.',
      ),
    metadata: metadataSchema,
    tools: z
      .array(z.string())
      .optional()
      .describe('In the answer to a start with `tools`: what they name now, as `server/tool`.'),
    warnings: z
      .array(z.string())
      .optional()
      .describe('In the answer to a start with `tools`: the entries that name no tool yet.'),
  })
  .meta({ id: 'Session' });
export type SessionResource = z.infer<typeof sessionSchema>;

export const sessionPageSchema = pageSchema(sessionSchema);

export const sessionPatchSchema = z
  .strictObject({
    budget_cap_usd: positiveUsdSchema.optional(),
    max_turns: maxTurnsSchema.optional(),
    metadata: metadataSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change at least one field');

/** The body of `POST …/retry`. */
export const retryRequestSchema = z
  .strictObject({
    from: z
      .enum(['failed_stage', 'last_turn'])
      .optional()
      .describe(
        'Where it goes on: `failed_stage`, the stage of the turn that failed; or `last_turn`, which takes the last turn out of the transcript and does it again. Absent: `failed_stage`.',
      ),
    budget_cap_usd: positiveUsdSchema.optional().describe('The new cap of the run. Absent: it stays.'),
    max_turns: maxTurnsSchema.optional().describe('The new number of turns, from the first on. Absent: it stays.'),
    models: modelsSchema.optional().describe('The models that may be chosen from now on. Absent: they stay.'),
    unknown_effects: z
      .literal('accept')
      .optional()
      .describe(
        '`accept`: go on although nobody knows whether calls that were under way at the end took effect. The model is told so.',
      ),
  })
  .meta({ id: 'RetryRequest' });

/** The body of `POST …/rewind`. */
export const rewindRequestSchema = z
  .strictObject({
    to_turn: z.int().min(0).max(1_000_000).describe('The last turn that stays in the transcript. It must be finished.'),
    budget_cap_usd: positiveUsdSchema.optional().describe('The new cap of the run. Absent: it stays.'),
    max_turns: maxTurnsSchema
      .optional()
      .describe('The new number of turns, from the first on, with those that are taken out. Absent: it stays.'),
    models: modelsSchema.optional().describe('The models that may be chosen from now on. Absent: they stay.'),
  })
  .meta({ id: 'RewindRequest' });

export const rewoundSessionSchema = sessionSchema
  .extend({
    effects: z
      .array(
        z.object({
          tool_use_id: z.string(),
          tool_name: z.string(),
          turn_index: z.int(),
          state: z.enum(['succeeded', 'failed', 'unknown']),
        }),
      )
      .describe(
        'The calls of the turns that were taken out which may have changed something. Nothing takes them back.',
      ),
  })
  .meta({ id: 'RewoundSession' });
export type RewoundSession = z.infer<typeof rewoundSessionSchema>;

/** The body of `POST …/fork`. */
export const forkRequestSchema = z
  .strictObject({
    from_turn: z.int().min(0).max(1_000_000).describe('The last turn that the fork begins with. It must be finished.'),
    message: messageTextSchema
      .optional()
      .describe(
        'A message behind that turn. Absent: the fork goes on by itself where there is more to do, else it waits.',
      ),
    max_turns: maxTurnsSchema
      .optional()
      .describe('How many turns the fork may make itself. Absent: as many as its source might make itself.'),
    budget_cap_usd: positiveUsdSchema
      .optional()
      .describe('The most the fork may spend itself. Absent: the cap of its source.'),
    models: modelsSchema.optional().describe('The models that may be chosen. Absent: those of its source.'),
    tools: toolsSchema.optional().describe('The tools that are offered. Absent: those of its source.'),
    context: sessionContextSchema
      .optional()
      .describe(
        'The documents that its own turns read in place of those of its agent. A kind that is absent: those of its source. Null: those of its agent.',
      ),
    metadata: metadataSchema.optional().describe('Absent: that of its source.'),
  })
  .meta({ id: 'ForkRequest' });

/** A message of the transcript. */
export const transcriptMessageSchema = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('user'),
    turn_index: z.int(),
    text: z.string(),
    images: z.array(imageReferenceSchema).optional(),
  }),
  z.object({
    role: z.literal('assistant'),
    turn_index: z.int(),
    text: z.string(),
    model: z.string(),
    provider: z.string(),
    tool_calls: z.array(
      z.object({ tool_use_id: z.string(), tool_name: z.string(), args: z.record(z.string(), z.unknown()) }),
    ),
  }),
  z.object({
    role: z.literal('tool'),
    turn_index: z.int(),
    tool_use_id: z.string(),
    tool_name: z.string(),
    output: z.string().nullable().describe('Null while the call has no result yet.'),
    is_error: z.boolean(),
    state: z.string(),
    artifact_id: z
      .string()
      .optional()
      .describe('The artifact with the whole result. Present where `output` is only its beginning.'),
    images: z.array(imageReferenceSchema).optional(),
  }),
]);
export type TranscriptEntry = z.infer<typeof transcriptMessageSchema>;

/** A summary that a model wrote of earlier turns. Prompts that have no room for these turns show the summary in their place. */
export const transcriptSummarySchema = z.object({
  from_turn: z.int().describe('The first turn that it covers.'),
  to_turn: z.int().describe('The last turn that it covers.'),
  text: z.string(),
  model: z.string(),
  provider: z.string(),
  created_at: z.string(),
});
export type TranscriptSummary = z.infer<typeof transcriptSummarySchema>;

export const transcriptSchema = pageSchema(transcriptMessageSchema).extend({
  summaries: z.array(transcriptSummarySchema).describe('The summaries whose last turn is on this page.'),
});
export type Transcript = z.infer<typeof transcriptSchema>;

/** A model of a run as a selection of a turn saw it. */
const candidateSchema = z.object({
  provider: z.string(),
  model: z.string(),
  draw: z.number().nullable(),
  posterior_mean: z.number(),
  expected_cost_usd: z.number(),
  input_bound: z
    .object({ tokens: z.int(), by: z.enum(['counted', 'tokenized', 'reported', 'bytes']) })
    .optional()
    .describe(
      'The most input tokens that can be billed: by what the model reported for an earlier request of the session and the bytes added since, by the bytes of the whole request, or, where neither fits the money that is left, by the count of the provider and a margin, or by the tokenizer of the model.',
    ),
  least_cost_usd: z
    .number()
    .optional()
    .describe('What the request needs at least: its bound with the shortest answer that is of use.'),
  prompt_tokens: z.int().optional().describe('Tokens of the prompt that this model would be sent, by our own count.'),
  max_tokens: z.int().optional().describe('The most tokens of an answer that it would be asked for.'),
  left_out: z
    .enum(['nothing', 'old', 'current'])
    .optional()
    .describe(
      'What its prompt would lack: only answers and results of earlier `old` turns; or parts of the `current` results or of messages.',
    ),
  eligible: z.boolean(),
  why: z.string().optional(),
});

/** The part of the turns before a prompt that the prompt shows. */
export const promptWindowSchema = z.object({
  turns_whole: z.int().describe('Earlier turns whose answers and results are shown whole.'),
  turns_cut: z.int().describe('Turns whose results are cut to their beginning and end.'),
  turns_left_out: z.int().describe('Turns whose answers and results are left out.'),
  latest_results_cut: z.boolean(),
  messages_cut: z.int().describe('Turns whose messages of the user are cut.'),
  messages_left_out: z.int().describe('Turns whose messages of the user are left out.'),
  latest_message_cut: z.boolean(),
});

export const turnDecisionSchema = z.object({
  session_id: z.string(),
  turn_index: z.int(),
  task_class: z.string(),
  selections: z.array(
    z.object({
      selection: z.int(),
      provider: z.string(),
      model: z.string(),
      reason: z.string(),
      candidates: z.array(candidateSchema),
      propensity: z.number(),
      max_tokens: z.int().describe('The most tokens of an answer that were asked for.'),
      prompt_tokens: z.int().optional().describe('Tokens of the prompt, by our own count.'),
      window: promptWindowSchema.optional(),
      failed_type: z.string().nullable(),
      failed_status: z.int().nullable().describe('The HTTP status of the provider, where there was a response.'),
      failed_message: z.string().nullable().describe("A sentence that quotes the provider's own words, redacted."),
    }),
  ),
  unserved: z
    .array(candidateSchema)
    .optional()
    .describe(
      'Where no model could be chosen in the usual way, and the session ended, asked for money, or downgraded: every candidate, and why, as it was then.',
    ),
  attempts: z.array(
    z.object({
      selection: z.int(),
      attempt: z.int(),
      state: z.string(),
      reserved_usd: z.number(),
      charged_usd: z.number(),
      excess_usd: z.number(),
      failed_type: z.string().nullable(),
    }),
  ),
});

export const turnContextSchema = z.object({
  session_id: z.string(),
  turn_index: z.int(),
  manifest: z
    .looseObject({
      sources: z.array(sourceOfTurnSchema),
      tokenRatio: z
        .number()
        .optional()
        .describe(
          'How many tokens the models of the run counted for one of ours. Budgets and tokens of sources are in theirs.',
        ),
    })
    .describe('What the prompt was made of beside the transcript.'),
  diff: contextDiffSchema.optional(),
  system: z.string().describe('The stable prefix of the prompt, as the model read it.'),
  volatile: z.string().describe('The end of the prompt, as the model read it.'),
});

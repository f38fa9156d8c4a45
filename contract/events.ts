import { z } from 'zod';
import { messageUsageSchema, usd } from './event-fields.ts';
import { elicitationFormSchema } from './forms.ts';
import { includeSchema } from './include.ts';
import { compactedResourceSchema } from './session-compacted.ts';

/** The status of a session. An idle session has a cause, an ended one has one reason. */
export const sessionStatusSchema = z.enum(['running', 'idle', 'ended']);
export type SessionStatus = z.infer<typeof sessionStatusSchema>;

export const idleCauseSchema = z.enum(['awaiting_input', 'requires_action', 'budget', 'paused']);
export type IdleCause = z.infer<typeof idleCauseSchema>;

export const endReasonSchema = z.enum([
  'completed',
  'max_turns',
  'budget_exhausted',
  'interrupted',
  'idle_timeout',
  'error',
  'terminated',
]);
export type EndReason = z.infer<typeof endReasonSchema>;

export const toolVerdictSchema = z.enum(['allow', 'ask', 'deny']);
export type ToolVerdict = z.infer<typeof toolVerdictSchema>;

const turnIndex = z.int().min(0).describe('Counts from 0.');

/** A failure as clients are told of it: a stable code and a sentence without secrets. */
export const sessionErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  provider: z.string().optional().describe('The provider whose failure came last, where a model failed.'),
  model: z.string().optional(),
  status: z.int().optional().describe('The HTTP status of that provider.'),
  by: z
    .string()
    .optional()
    .describe('Whose doing it was, where somebody ended the session: the id of an API key, or `operator`.'),
});
export type SessionError = z.infer<typeof sessionErrorSchema>;

/** The account that is short of money, and the least that the next request needs. */
export const budgetShortageSchema = z.object({
  account: z.enum(['run', 'agent_day']),
  spentUsd: usd,
  capUsd: usd,
  neededUsd: usd.describe(
    'The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.',
  ),
  excessUsd: usd
    .optional()
    .describe(
      'What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.',
    ),
});
export type BudgetShortage = z.infer<typeof budgetShortageSchema>;

export const actionKindSchema = z.enum(['approval', 'effect_unknown', 'form']);

/** A call that has a result, as it is shown to a person who decides about a later one. */
const ranBeforeSchema = z.object({
  toolName: z.string(),
  turnIndex,
  outcome: z.enum(['succeeded', 'failed', 'denied', 'unknown']),
});

/** A decision that a person has to make before a tool call goes on. */
export const pendingActionSchema = z.object({
  toolUseId: z.string(),
  toolName: z.string(),
  args: z.record(z.string(), z.unknown()),
  expiresAt: z.string().describe('RFC 3339, UTC. What is not answered by then is decided as docs/approvals.md says.'),
  kind: actionKindSchema.describe(
    '`approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server asks for details in the middle of the call. Answered by `user.form_response`.',
  ),
  approvalId: z.string().describe('Its id under `/v1/mcp/approvals`.'),
  server: z.string().describe('The id of the server.'),
  effect: z.enum(['read', 'write', 'egress']),
  rule: z.string().describe('What asked: the id of a policy, or `default` where no policy names the tool.'),
  turnIndex,
  happened: z.string().optional().describe('With `kind` "effect_unknown": what is known of the call.'),
  form: elicitationFormSchema.optional().describe('With `kind` "form": what the server asks for.'),
  costUsd: usd.describe('What the run has cost so far.'),
  ranBefore: z.array(ranBeforeSchema).describe('The last calls of the session that have a result, the latest first.'),
});
export type PendingAction = z.infer<typeof pendingActionSchema>;

const statusRunning = z.object({
  type: z.literal('session.status_running'),
  data: z.object({
    sessionId: z.string(),
    agentId: z.string(),
    maxTurns: z.int(),
    budgetCapUsd: usd.nullable().describe('Null: the run has no cap of its own.'),
    retryOf: endReasonSchema
      .optional()
      .describe('Where an ended session goes on because somebody retried it: the reason for which it had ended.'),
    rewound: z
      .object({ fromTurn: z.int(), throughTurn: z.int() })
      .optional()
      .describe(
        'Where turns were taken out of the transcript: the first and the last of them. Their events stay in the log.',
      ),
    forkedFrom: z
      .object({ sessionId: z.string(), turn: z.int() })
      .optional()
      .describe('In the first event of a fork: the session it was forked from, and the last turn that it begins with.'),
    replayOf: z.string().optional().describe('In the first event of a replay: the session that it replays.'),
    tools: z
      .array(z.string())
      .optional()
      .describe('In the first event of a run with `tools`: what they name, as `server/tool`.'),
    warnings: z
      .array(z.string())
      .optional()
      .describe(
        'In the first event of a run with `tools`: the entries that name no tool yet. Absent where there are none.',
      ),
  }),
});

const statusIdle = z.object({
  type: z.literal('session.status_idle'),
  data: z.object({
    cause: idleCauseSchema,
    pending: z.array(pendingActionSchema).optional().describe('With `cause` "requires_action": what is to be decided.'),
    idleTimeoutMs: z
      .int()
      .describe(
        'How long the session waits, counted from this event. With `cause` "paused" it goes on when it is resumed.',
      ),
    pausedBy: z
      .string()
      .optional()
      .describe(
        'With `cause` "paused": the id of the API key that paused the session or its agent, or `operator`, who has suspended the tenant.',
      ),
    budget: budgetShortageSchema
      .optional()
      .describe('With `cause` "budget": which account is short of money, and what the next request needs.'),
  }),
});

const stoppedByValues = ['length', 'content-filter', 'refusal', 'empty'] as const;
const stoppedByMeaning =
  'Why the model stopped, where it was not simply done: max_tokens, a filter of its provider, a refusal, or an answer without text after the results of tools.';

const statusEnded = z.object({
  type: z.literal('session.status_ended'),
  data: z.object({
    reason: endReasonSchema,
    totalTurns: z.int(),
    totalCostUsd: usd,
    durationMs: z.int(),
    error: sessionErrorSchema.optional(),
    undelivered: z
      .int()
      .optional()
      .describe('The number of messages that were accepted and that the agent has not read.'),
    stoppedBy: z.enum(stoppedByValues).optional().describe(`About the last answer. ${stoppedByMeaning}`),
    budget: budgetShortageSchema
      .optional()
      .describe('With `reason` "budget_exhausted": which account it was, and what the next request would have needed.'),
  }),
});

const agentMessage = z.object({
  type: z.literal('agent.message'),
  data: z.object({
    text: z.string(),
    model: z.string(),
    turnIndex,
    provider: z.string(),
    usage: messageUsageSchema,
    costUsd: usd,
    partial: z.boolean().optional().describe('True when an interrupt cut the answer short.'),
    stoppedBy: z.enum(stoppedByValues).optional().describe(stoppedByMeaning),
    cutForBudget: z
      .boolean()
      .optional()
      .describe('With `stoppedBy` "length": true when `max_tokens` was as low as the money that was left.'),
    costIsUpperBound: z.boolean().optional().describe('True when the provider reported no usage.'),
    withheld: z
      .boolean()
      .optional()
      .describe('True when a guardrail kept the answer back: `text` then says so. The model may answer once more.'),
  }),
});

const agentToolUse = z.object({
  type: z.literal('agent.tool_use'),
  data: z.object({
    toolName: z.string(),
    args: z.record(z.string(), z.unknown()),
    toolUseId: z.string(),
    server: z.string(),
    turnIndex,
    permission: toolVerdictSchema,
  }),
});

const agentToolResult = z.object({
  type: z.literal('agent.tool_result'),
  data: z.object({
    toolName: z.string(),
    results: z.int().describe('Number of result items.'),
    latencyMs: z.int(),
    turnIndex,
    toolUseId: z.string(),
    isError: z.boolean(),
    preview: z.string().describe('The first 2 KiB of the result.'),
    bytes: z.int(),
    truncated: z.boolean().optional().describe('True when the model was given only the beginning of the result.'),
    artifactId: z
      .string()
      .optional()
      .describe('The artifact with the whole of a truncated result: `GET …/artifacts/{artifact_id}`.'),
    imageIds: z
      .array(z.string())
      .optional()
      .describe('The images of the result, in order: `GET …/artifacts/{artifact_id}`.'),
    fileIds: z
      .array(z.string())
      .optional()
      .describe('Sounds and other files of the result, in order: `GET …/artifacts/{artifact_id}`.'),
  }),
});

export const candidateSchema = z.object({
  model: z.string(),
  draw: z.number().nullable(),
  posteriorMean: z.number(),
  expectedCostUsd: usd.nullable(),
  eligible: z.boolean(),
  why: z.string().optional().describe('Why a candidate was not eligible.'),
});
export type Candidate = z.infer<typeof candidateSchema>;

const modelSelected = z.object({
  type: z.literal('br.model_selected'),
  data: z.object({
    model: z.string(),
    provider: z.string(),
    strategy: z.literal('thompson'),
    turnIndex,
    reason: z.string(),
    candidates: z.array(candidateSchema),
    propensity: z.number(),
    messageIds: z
      .array(z.string())
      .optional()
      .describe(
        'In the first of these events of a turn: the ids of the messages that the turn reads, in order, as `POST …/events` answered them. Absent: it reads none.',
      ),
    failed: z
      .object({
        model: z.string(),
        provider: z.string(),
        type: z.string().describe('As in the decision of the turn: `model.rate_limited`, …'),
        status: z.int().optional().describe('The HTTP status of the provider, where there was a response.'),
        message: z.string().optional().describe("A sentence that quotes the provider's own words, redacted."),
      })
      .optional()
      .describe(
        'The request of this turn that failed before this selection; with `reason` "failover", or with "downgrade".',
      ),
    budget: budgetShortageSchema
      .optional()
      .describe(
        'With `reason` "downgrade": which account is short of money, and what the cheapest model of the run would have needed for the usual prompt.',
      ),
  }),
});

const guardrailIntervention = z.object({
  type: z.literal('br.guardrail_intervention'),
  data: z.object({
    guardrail: z.string(),
    stage: z.enum(['input', 'output', 'tool_args', 'tool_result']),
    action: z.enum(['warn', 'redact', 'block']),
    reasonCode: z.string(),
    message: z.string(),
    turnIndex,
    confidence: z.number().optional().describe('How sure the rule is, of what it is surest of: above 0 and at most 1.'),
    found: z.array(z.string()).optional().describe('What kinds of things the rule found, such as `email`.'),
    spans: z
      .array(z.object({ start: z.int(), end: z.int() }))
      .optional()
      .describe('Where it found them, in UTF-16 code units of the text that it read. At most 20.'),
  }),
});

const budgetWarning = z.object({
  type: z.literal('br.budget_warning'),
  data: z.object({
    spentUsd: usd,
    capUsd: usd,
    remainingUsd: usd,
    scope: z.enum(['run', 'agent_day']),
    threshold: z
      .number()
      .describe('The share of the cap that is reached by what is spent and what is needed next: 80, 90 or 95 percent.'),
    neededUsd: usd
      .optional()
      .describe('What the next request needs at least. Absent: what is spent reached the share.'),
    reservedUsd: usd
      .optional()
      .describe(
        'What other requests hold reserved, where that keeps the next one from being made. It counts as spent then.',
      ),
  }),
});

const routingSavings = z.object({
  type: z.literal('br.routing_savings'),
  data: z.object({
    turnIndex,
    model: z.string(),
    costUsd: usd,
    baselineModel: z.string(),
    baselineCostUsd: usd,
    savingsUsd: usd.describe('Negative when the chosen model cost more than the baseline would have.'),
    interval: z.tuple([z.number(), z.number()]).describe('Bounds on savingsUsd.'),
    method: z.string(),
  }),
});

/** An event, by its `type`. These types are durable: a stored event is this with `seq` and `created_at`. */
export const sessionEventSchema = z
  .discriminatedUnion('type', [
    statusRunning,
    statusIdle,
    statusEnded,
    agentMessage,
    agentToolUse,
    agentToolResult,
    modelSelected,
    guardrailIntervention,
    budgetWarning,
    routingSavings,
  ])
  .meta({ id: 'SessionEvent' });

export type SessionEvent = z.infer<typeof sessionEventSchema>;
export type EventType = SessionEvent['type'];
export type EventData<T extends EventType> = Extract<SessionEvent, { type: T }>['data'];

/** The types of events. */
export const eventTypeSchema = z.enum(sessionEventSchema.options.map(({ shape }) => shape.type.value));

/** A stored event, as the JSON list of `GET …/events` shows it. */
export const eventResourceSchema = z
  .intersection(sessionEventSchema, z.object({ seq: z.int().min(1), created_at: z.string() }))
  .meta({ id: 'StoredEvent' });

export const eventPageSchema = z.object({
  data: z.array(z.union([eventResourceSchema, compactedResourceSchema])),
  next_cursor: z.string().nullable(),
});

export const eventQuerySchema = z.object({
  after: z
    .string()
    .optional()
    .describe(
      'The id of the last frame that the client has: a `seq`, or the id of a text delta or of a summary. 0 is the beginning.',
    ),
  cursor: z.string().optional().describe('`next_cursor` of the page before. It wins over `after`.'),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  types: z
    .string()
    .transform((text) => text.split(',').filter((type) => type !== ''))
    .pipe(z.array(eventTypeSchema))
    .transform((types) => (types.length === 0 ? undefined : types))
    .optional()
    .describe('Only events of these types, separated by commas. Empty or absent: all.'),
  include: includeSchema,
});

/** The query of `POST …/run`. */
export const runQuerySchema = eventQuerySchema.pick({ include: true });

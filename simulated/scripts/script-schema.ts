import { z } from 'zod';

const usage = z.strictObject({
  inputTokens: z.int().min(0).optional(),
  cacheReadTokens: z.int().min(0).optional(),
  cacheWriteTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  reasoningTokens: z.int().min(0).optional(),
});

const toolCall = z
  .strictObject({
    /** The id that the provider gives the call. Absent: an id is made from turn, attempt and index. */
    id: z.string().optional(),
    name: z.string().min(1),
    args: z.record(z.string(), z.unknown()).optional(),
    /** Arguments that are sent as they stand, be they JSON or not. */
    rawArgs: z.string().optional(),
  })
  .refine(
    (call) => (call.args === undefined) !== (call.rawArgs === undefined),
    'a tool call has either args or rawArgs',
  );

const answerKeys = ['text', 'toolCalls', 'reasoning', 'status', 'reset', 'hang'] as const;

const attempt = z
  .strictObject({
    text: z.string().optional(),
    reasoning: z.string().optional(),
    toolCalls: z.array(toolCall).optional(),
    finish: z.enum(['stop', 'tool-calls', 'length', 'content-filter', 'other']).optional(),
    /** Null: no usage is reported. Absent: the tokens are counted. */
    usage: usage.nullable().optional(),
    delayBeforeMs: z.number().min(0).max(600_000).optional(),
    delayBetweenChunksMs: z.number().min(0).max(60_000).optional(),
    /** Number of pieces that a streamed text is cut into. */
    chunks: z.int().min(1).max(10_000).optional(),
    /** The status of an HTTP error that is sent instead of an answer. */
    status: z.int().min(400).max(599).optional(),
    errorCode: z.string().optional(),
    errorMessage: z.string().optional(),
    /** The retry-after header as it is sent: seconds, an HTTP date or nonsense. */
    retryAfter: z.string().optional(),
    reset: z.enum(['before_headers', 'mid_stream']).optional(),
    truncate: z.literal('mid_stream').optional(),
    malformed: z.literal(true).optional(),
    /** The answer stops for ever, before its headers (true) or half-way. */
    hang: z.union([z.literal(true), z.literal('mid_stream')]).optional(),
    /** The hold that keeps the answer back until `POST /scripts/{name}/release/{hold}`. */
    holdUntil: z.string().min(1).optional(),
    holdAt: z.enum(['before_headers', 'mid_stream']).optional(),
  })
  .refine(
    (each) => answerKeys.some((key) => each[key] !== undefined),
    `an attempt needs one of ${answerKeys.join(', ')}`,
  );

/** What answers every request for a summary of a session. Absent: the simulated agent writes one. */
const summary = attempt.optional();

/** What answers every question for the input tokens of a request. Absent: as many as the request will be billed. */
const inputCount = z
  .strictObject({
    tokens: z.int().min(0).optional(),
    status: z.int().min(400).max(599).optional(),
    /** The body of an answer, be it JSON or not. */
    body: z.string().optional(),
    /** No answer ever comes. */
    hang: z.literal(true).optional(),
    /** The hold that keeps the answer back until `POST /scripts/{name}/release/{hold}`. */
    holdUntil: z.string().min(1).optional(),
  })
  .optional();

const turnsScript = z.strictObject({
  /** The answers, by turn and attempt. The turn is the number of assistant messages in the request. */
  turns: z.array(z.array(attempt).min(1, 'a turn needs an attempt')).min(1, 'a script needs a turn'),
  /** After the last turn, the first is played again. */
  repeat: z.boolean().optional(),
  /** The last attempt of a turn answers all further requests for that turn. */
  repeatLastAttempt: z.boolean().optional(),
  summary,
  inputCount,
});

const generateScript = z.strictObject({
  generate: z.strictObject({
    /** Number of turns with a tool call before the final answer. */
    turns: z.int().min(0),
    /** Every turn calls the tool. For transcripts that are cut to a window, where turns can't be counted. */
    forever: z.boolean().optional(),
    toolName: z.string().min(1),
    toolArgs: z.record(z.string(), z.unknown()).default({}),
    /** Length of the text of every answer. Absent: turns with a tool call have no text. */
    textBytes: z.int().min(0).max(1_000_000).optional(),
    latencyMs: z.number().min(0).max(600_000).optional(),
  }),
  summary,
  inputCount,
});

export type Attempt = z.infer<typeof attempt>;
export type ScriptedCount = z.infer<typeof inputCount>;
export type TurnsScript = z.infer<typeof turnsScript>;
export type GenerateScript = z.infer<typeof generateScript>;
export type Script = TurnsScript | GenerateScript;
/** The body of `PUT /scripts/{name}`. */
export type ScriptInput = z.input<typeof turnsScript> | z.input<typeof generateScript>;

export type ParsedScript =
  | { readonly ok: true; readonly script: Script }
  | { readonly ok: false; readonly message: string };

/** Parses a script. Its kind is chosen first, so that the message is about the kind that was meant. */
export function parseScript(input: unknown): ParsedScript {
  const isGenerate = typeof input === 'object' && input !== null && 'generate' in input;
  const parsed = isGenerate ? generateScript.safeParse(input) : turnsScript.safeParse(input);
  return parsed.success ? { ok: true, script: parsed.data } : { ok: false, message: z.prettifyError(parsed.error) };
}

import { z } from 'zod';

/** A direct call has ended before the clients of others give up, and before its Idempotency-Key can be taken over. */
export const DIRECT_CALL_TIMEOUT_MS = { default: 25_000, most: 50_000 } as const;

export const directCallRequestSchema = z.strictObject({
  server_id: z.string().min(1).max(100),
  tool: z.string().min(1).max(300).describe('What its server calls it, or the name that models know.'),
  arguments: z.record(z.string(), z.unknown()).default({}),
  approval_id: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('The approval that an earlier answer named, after a person has approved it.'),
  timeout_ms: z
    .int()
    .min(100)
    .max(DIRECT_CALL_TIMEOUT_MS.most)
    .default(DIRECT_CALL_TIMEOUT_MS.default)
    .describe('How long the tool may take.'),
});

export const directCallSchema = z
  .object({
    id: z.string(),
    server_id: z.string(),
    tool: z.string().describe('What its server calls it.'),
    model_name: z.string(),
    state: z
      .enum(['dispatched', 'succeeded', 'failed', 'unknown'])
      .describe('`unknown`: it is not known whether the tool took effect, and it was not called again.'),
    is_error: z.boolean().nullable().describe('True when the tool said that it failed, or the call failed.'),
    output: z.string().nullable().describe('The result as a model would read it, at most 64 KiB.'),
    results: z.int().nullable().describe('How many items the result has.'),
    bytes: z.int().nullable().describe('UTF-8 bytes of the whole result.'),
    truncated: z.boolean(),
    result_url: z.string().optional().describe('Where the whole of a truncated result is.'),
    reason_code: z.string().nullable(),
    latency_ms: z.int().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'DirectToolCall' });
export type DirectCallResource = z.infer<typeof directCallSchema>;

/** A call about which a person is asked first. */
export const askedDirectCallSchema = z
  .object({
    id: z.string(),
    state: z.literal('waiting_for_approval'),
    approval_id: z.string(),
    rule: z.string().describe('The rule that asks.'),
    expires_at: z.string().describe('Until then a person may answer, and the approval may be used.'),
    next: z.string().describe('What to do, in words.'),
  })
  .meta({ id: 'AskedDirectToolCall' });
export type AskedDirectCall = z.infer<typeof askedDirectCallSchema>;

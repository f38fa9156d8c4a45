import { z } from 'zod';
import { pendingActionSchema } from './events.ts';
import { pageQuerySchema, pageSchema } from './fields.ts';

/** The calls that an approval is for. */
export const approvalScopeSchema = z
  .enum(['call', 'session', 'always'])
  .describe(
    '`call` (default): this call. `session`: also later calls of the tool in this session, where the same rule asks. `always`: writes a policy that allows the tool, which needs a key with scope "admin".',
  );

export const denyMessageSchema = z.string().min(1).max(2_000).describe('The model reads it.');

export const approvalStatusSchema = z
  .enum(['pending', 'approved', 'denied', 'answered', 'expired', 'withdrawn'])
  .describe(
    '`answered`: a question other than an approval has its answer. `withdrawn`: the session ended first. Every status but `pending` is final.',
  );

/** An action that waits for a person, or that waited for one. */
export const approvalSchema = z
  .object({
    id: z.string(),
    kind: pendingActionSchema.shape.kind,
    status: approvalStatusSchema,
    session_id: z.string().nullable().describe('Null: the call was made without a session.'),
    agent_id: z.string().nullable(),
    tool_use_id: z.string(),
    tool_name: z.string(),
    server_id: z.string(),
    effect: pendingActionSchema.shape.effect,
    args: pendingActionSchema.shape.args,
    rule: pendingActionSchema.shape.rule,
    turn_index: z.int().nullable(),
    happened: pendingActionSchema.shape.happened,
    form: pendingActionSchema.shape.form,
    cost_usd: z.number().describe('What the session has cost so far.'),
    ran_before: z
      .array(z.object({ tool_name: z.string(), turn_index: z.int(), outcome: z.string() }))
      .describe('The last calls of the session that have a result, the latest first.'),
    created_at: z.string(),
    expires_at: z.string(),
    answered_at: z.string().nullable(),
    answered_by: z.string().nullable().describe('The id of an API key, or the rule that decided instead of a person.'),
    scope: z.string().optional().describe('How far an approval reaches.'),
    deny_message: z.string().optional(),
    action: z.string().optional().describe('How a question about an unknown effect was answered.'),
    call_state: z
      .enum(['intended', 'dispatched', 'succeeded', 'failed', 'denied', 'unknown', 'not_made'])
      .nullable()
      .describe(
        'What has become of the call. `not_made`: it was never sent, because it was withdrawn, or its tool was gone. Null: the call was made without a session.',
      ),
    late_answer: z
      .object({ outcome: z.string(), preview: z.string().describe('Its first 2 KiB.') })
      .optional()
      .describe('What the server answered to a call after it was given up. It was recorded and not applied.'),
  })
  .meta({ id: 'Approval' });
export type ApprovalResource = z.infer<typeof approvalSchema>;

export const approvalPageSchema = pageSchema(approvalSchema);

export const approvalListQuerySchema = pageQuerySchema.extend({
  status: approvalStatusSchema.optional(),
  kind: pendingActionSchema.shape.kind.optional(),
  session_id: z.string().max(100).optional(),
  agent_id: z.string().max(64).optional(),
});
export type ApprovalListQuery = z.infer<typeof approvalListQuerySchema>;

export const approveRequestSchema = z.strictObject({ scope: approvalScopeSchema.optional() });
export const denyRequestSchema = z.strictObject({ deny_message: denyMessageSchema.optional() });

import { z } from 'zod';
import { approvalScopeSchema, denyMessageSchema } from './approvals.ts';
import { messageTextSchema } from './fields.ts';
import { formActionSchema, formContentSchema } from './forms.ts';
import { userImagesSchema } from './images.ts';

const expectedTurn = {
  expected_turn: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.',
    ),
};

/** A steering event that a client posts to a session. */
export const inboxEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('user.message'),
      text: messageTextSchema,
      images: userImagesSchema.optional(),
      ...expectedTurn,
    }),
    z.strictObject({ type: z.literal('user.interrupt'), ...expectedTurn }),
    z
      .strictObject({
        type: z.literal('user.tool_confirmation'),
        tool_use_id: z.string().min(1).max(100),
        result: z.enum(['allow', 'deny']),
        deny_message: denyMessageSchema.optional(),
        scope: approvalScopeSchema.optional(),
        ...expectedTurn,
      })
      .refine(({ result, deny_message }) => result === 'deny' || deny_message === undefined, {
        path: ['deny_message'],
        message: 'belongs to a denial',
      })
      .refine(({ result, scope }) => result === 'allow' || scope === undefined || scope === 'call', {
        path: ['scope'],
        message: 'must be "call" for a denial',
      }),
    z
      .strictObject({
        type: z.literal('user.effect_resolution'),
        tool_use_id: z.string().min(1).max(100),
        action: z
          .enum(['retry', 'skip', 'result'])
          .describe(
            '`retry`: the call is made once more. `skip`: the model is told that nobody knows whether it took effect. `result`: the model is given `result` as if the tool had answered it.',
          ),
        result: messageTextSchema.optional(),
        ...expectedTurn,
      })
      .refine(({ action, result }) => (action === 'result') === (result !== undefined), {
        path: ['result'],
        message: 'is required with action "result", and belongs to no other',
      }),
    z
      .strictObject({
        type: z.literal('user.form_response'),
        tool_use_id: z.string().min(1).max(100),
        action: formActionSchema,
        content: formContentSchema.optional(),
        ...expectedTurn,
      })
      .refine(({ action, content }) => action === 'accept' || content === undefined, {
        path: ['content'],
        message: 'belongs to the action "accept"',
      }),
  ])
  .meta({ id: 'InboxEvent' });
export type InboxEvent = z.infer<typeof inboxEventSchema>;
export type InboxEventType = InboxEvent['type'];

export const inboxEventTypes = [
  'user.message',
  'user.interrupt',
  'user.tool_confirmation',
  'user.effect_resolution',
  'user.form_response',
] as const satisfies InboxEventType[];

/** What becomes of a message that was accepted. It is decided under the lock of the session, in the transaction that stores it. */
export const dispositionSchema = z.enum(['queued', 'woke', 'joined']);
export type Disposition = z.infer<typeof dispositionSchema>;

/** The answer 202. The message is stored, and the agent reads it at the next turn boundary (I1). */
export const inboxReceiptSchema = z.object({
  id: z.string().describe('The turn that reads a message names it by this id.'),
  inbox_seq: z.int(),
  status: z.literal('queued'),
  disposition: dispositionSchema
    .optional()
    .describe(
      'Of a `user.message`, as it was when the message was stored. `woke`: the session waited for a message, and goes on because of this one. `joined`: other messages were unread, and it is read behind them. `queued`: it is the first that waits, for the next turn of a session which is at work or waits for something else.',
    ),
});
export type InboxReceipt = z.infer<typeof inboxReceiptSchema>;

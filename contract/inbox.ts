import { z } from 'zod';
import { messageTextSchema } from './fields.ts';
import { userImagesSchema } from './images.ts';

/** A steering event that a client posts to a session. */
export const inboxEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('user.message'),
      text: messageTextSchema,
      images: userImagesSchema.optional(),
    }),
    z.strictObject({ type: z.literal('user.interrupt') }),
    z.strictObject({
      type: z.literal('user.tool_confirmation'),
      tool_use_id: z.string().min(1).max(100),
      result: z.enum(['allow', 'deny']),
      deny_message: z.string().max(2_000).optional(),
    }),
    z.strictObject({
      type: z.literal('user.effect_resolution'),
      tool_use_id: z.string().min(1).max(100),
      action: z.enum(['retry', 'skip', 'result']),
      result: messageTextSchema.optional(),
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
] as const satisfies InboxEventType[];

/** The answer 202. The message is stored, and the agent reads it at the next turn boundary (I1). */
export const inboxReceiptSchema = z.object({
  id: z.string(),
  inbox_seq: z.int(),
  status: z.literal('queued'),
});
export type InboxReceipt = z.infer<typeof inboxReceiptSchema>;

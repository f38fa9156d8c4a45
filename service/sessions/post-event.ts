import { type InboxEvent, type InboxReceipt, inboxEventSchema, inboxEventTypes } from '../../contract/inbox.ts';
import { insertImages } from '../../db/queries/image.ts';
import { insertInboxMessage } from '../../db/queries/inbox.ts';
import { newId } from '../../processes/ids.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, refuseEnded, type SessionRef } from './find-session.ts';
import { userImages } from './user-images.ts';

/**
 * Steers a live session. The message is stored under the lock of the session, so it either precedes the end of the
 * session and is dealt with, or follows it and is refused (I1). The agent reads it at the next turn boundary.
 * @throws ServiceError session_not_found, session_ended, unknown_event_type, no_such_tool_use
 */
export const postEvent: Verb<SessionRef & { body: unknown }, InboxReceipt> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  refuseUnknownType(input.body);
  const event = parseInput(inboxEventSchema, input.body);
  const images = event.type === 'user.message' ? userImages(event.images) : [];
  const id = newId('evt', ctx.nowMs());
  const inboxSeq = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    refuseWithoutPendingCall(event);
    const { type, ...given } = event;
    const refs = insertImages(tx, session.id, images);
    const payload = refs.length === 0 ? given : { ...given, images: refs };
    const seq = await insertInboxMessage(tx, { sessionId: session.id, id, type, payload, from: ctx });
    tx.report({
      event: 'message_accepted',
      session_id: session.id,
      request_id: ctx.requestId,
      key_id: ctx.keyId,
      message_id: id,
      inbox_seq: seq,
      type,
    });
    return seq;
  });
  ctx.afterCommit(() => ctx.notifier.inboxAppended(input.sessionId));
  return { id, inbox_seq: inboxSeq, status: 'queued' };
};

function refuseUnknownType(body: unknown): void {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return;
  const type = 'type' in body ? body.type : undefined;
  if (inboxEventTypes.some((known) => known === type)) return;
  const given =
    type === undefined ? 'No event type given.' : `Unknown event type ${JSON.stringify(type)?.slice(0, 100)}.`;
  throw new ServiceError('unknown_event_type', `${given} Known are ${inboxEventTypes.join(', ')}.`, { param: 'type' });
}

/** No call waits for a person until approvals exist. */
function refuseWithoutPendingCall(event: InboxEvent): void {
  if (event.type === 'user.message' || event.type === 'user.interrupt') return;
  throw new ServiceError('no_such_tool_use', `No pending tool call "${event.tool_use_id}".`, { param: 'tool_use_id' });
}

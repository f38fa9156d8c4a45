import type { InboxReceipt } from '../../contract/inbox.ts';
import { requireScope } from '../verb/context.ts';
import type { SessionVerb } from '../verb/verb.ts';
import { findAndLockSession, refuseEnded, type SessionRef } from './find-session.ts';
import { insertSteeringEvent } from './steering-event.ts';

/** Interrupts a live session, as the event `user.interrupt` does. @throws ServiceError session_not_found, session_ended */
export const interruptSession: SessionVerb<SessionRef, InboxReceipt> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const receipt = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    return insertSteeringEvent(tx, ctx, session, { type: 'user.interrupt' });
  });
  ctx.afterCommit(() => ctx.notifier.inboxAppended(input.sessionId));
  return receipt;
};

import type { SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import { audit } from '../verb/audit.ts';
import { type OperatingContext, requireScope } from '../verb/context.ts';
import type { SessionVerb } from '../verb/verb.ts';
import { findAndLockSession, refuseEnded, type SessionRef } from './find-session.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { wakeWaiting } from './wake-waiting.ts';

/**
 * Ends a live session at once, in this transaction: its money is released and its calls get results. No worker has to be there.
 * Workers that hold a call of it are told to abort the call, and its workflow is told to close; both also find out by themselves.
 * @throws ServiceError session_not_found, session_ended
 */
export const terminateSession: SessionVerb<SessionRef, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const resource = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    await terminateLocked(tx, ctx, session);
    const view = await readHeldSession(tx, session.id);
    return sessionResource(view);
  });
  tellOfEnds(ctx, [resource.id]);
  return resource;
};

/** Ends a live session whose row this transaction has locked. */
export async function terminateLocked(tx: Tx, ctx: OperatingContext, session: SessionRow): Promise<void> {
  const { keyId } = ctx;
  const message = `The API key ${keyId} terminated this session.`;
  await endInTransaction(tx, session, 'terminated', { code: 'session_terminated', message, by: keyId });
  await audit(tx, ctx, 'session.terminate', session.id);
}

/** Tells streams, calls under way and workflows of sessions that have ended. */
export function tellOfEnds(ctx: OperatingContext, sessionIds: readonly string[]): void {
  ctx.afterCommit(() => {
    for (const id of sessionIds) {
      ctx.notifier.eventsAppended(id);
      // Workers look at a session with a call under way when its inbox is said to have grown.
      ctx.notifier.inboxAppended(id);
    }
  });
  wakeWaiting(ctx, sessionIds);
}

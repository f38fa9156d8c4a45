import type { Deleted } from '../../contract/fields.ts';
import { type SessionResource, sessionPatchSchema } from '../../contract/runs.ts';
import { runAccount, setAccountCap } from '../../db/queries/ledger.ts';
import { deleteSession as eraseSession, updateSessionSettings } from '../../db/queries/session-settings.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { nanoFromUsd } from '../../domain/money.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { SessionVerb, Verb } from '../verb/verb.ts';
import { findAndLockSession, findSession, refuseEnded, type SessionRef } from './find-session.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { wakeWaiting } from './wake-waiting.ts';

/** Reads a session. @throws ServiceError session_not_found */
export const getSession: Verb<SessionRef, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => sessionResource(await findSession(tx, input)));
};

/**
 * Changes the cap, the turns or the metadata of a live session. A cap below what is spent and reserved stops new
 * reservations only, and fewer turns than are done stop further turns only (docs/steering.md).
 * @throws ServiceError session_not_found, session_ended
 */
export const patchSession: Verb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const patch = parseInput(sessionPatchSchema, input.body);
  const { resource, waiting } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    const isRaised =
      patch.budget_cap_usd !== undefined &&
      (await setAccountCap(tx, runAccount(session.id), nanoFromUsd(patch.budget_cap_usd)));
    await updateSessionSettings(tx, session.id, {
      maxTurns: patch.max_turns ?? null,
      metadata: patch.metadata ?? null,
    });
    const view = await readHeldSession(tx, session.id);
    // Metadata is the client's, so erasing the session must leave none of it in the audit.
    const { metadata: _, ...noted } = patch;
    await audit(tx, ctx, 'session.patch', session.id, { ...noted, changed: Object.keys(patch) });
    const waiting = isRaised ? await sessionsWaiting(tx, { sessionId: session.id }) : [];
    return { resource: sessionResource(view), waiting };
  });
  wakeWaiting(ctx, waiting);
  return resource;
};

/** Erases an ended session for good. @throws ServiceError session_not_found, session_not_ended */
export const deleteSession: SessionVerb<SessionRef, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    if (session.endReason === null) {
      throw new ServiceError('session_not_ended', 'The session has not ended. Only an ended session can be erased.', {
        recovery: { action: 'Post {"type":"user.interrupt"} to its events and wait for session.status_ended.' },
      });
    }
    await eraseSession(tx, session.id);
    await audit(tx, ctx, 'session.delete', session.id);
    return { id: session.id, deleted: true };
  });
};

import type { SessionResource } from '../../contract/runs.ts';
import { isAgentPaused, sessionsToPause, setPauseOfSession } from '../../db/queries/pause-order.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { SessionVerb } from '../verb/verb.ts';
import { findAndLockSession, refuseEnded, type SessionRef } from './find-session.ts';
import { refusePausedTenant } from './refuse-paused.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { wakeWaiting } from './wake-waiting.ts';

/**
 * Orders a live session to pause. The row is the order, and the stages obey it (docs/steering.md): a session that waits pauses at
 * once, any other in front of its next request to a model. A second order changes nothing.
 * @throws ServiceError session_not_found, session_ended
 */
export const pauseSession: SessionVerb<SessionRef, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const { view, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    refuseEnded(await findAndLockSession(tx, input));
    const { sessionId } = input;
    const before = await readHeldSession(tx, sessionId);
    if (before.pausedAt !== null) return { view: before, toWake: [] };
    setPauseOfSession(tx, sessionId, ctx.keyId);
    await audit(tx, ctx, 'session.pause', sessionId);
    const toWake = [...(await sessionsToPause(tx, { sessionId }, 1)), ...(await sessionsWaiting(tx, { sessionId }))];
    return { view: await readHeldSession(tx, sessionId), toWake: [...new Set(toWake)] };
  });
  wakeWaiting(ctx, toWake);
  return sessionResource(view);
};

/**
 * Takes the order back and has a session that is paused go on. One that nobody has paused stays as it is.
 * @throws ServiceError session_not_found, session_ended, agent_paused, tenant_paused
 */
export const resumeSession: SessionVerb<SessionRef, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const { view, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    const { sessionId } = input;
    const { agentId } = session;
    await refusePausedTenant(tx);
    if (await isAgentPaused(tx, agentId)) {
      throw new ServiceError('agent_paused', `All sessions of agent "${agentId}" are paused.`, {
        recovery: { action: `Resume them with POST /v1/agents/${agentId}/sessions/resume.` },
      });
    }
    const before = await readHeldSession(tx, sessionId);
    if (before.pausedAt === null) return { view: before, toWake: [] };
    setPauseOfSession(tx, sessionId, null);
    await audit(tx, ctx, 'session.resume', sessionId);
    return { view: await readHeldSession(tx, sessionId), toWake: session.idleCause === 'paused' ? [sessionId] : [] };
  });
  wakeWaiting(ctx, toWake);
  return sessionResource(view);
};

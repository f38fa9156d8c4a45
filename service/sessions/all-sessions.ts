import type { AllTerminated, OrderToAll } from '../../contract/all-sessions.ts';
import type { Tx } from '../../db/database.ts';
import {
  lockPauseOfTenant,
  type PauseOfTenant,
  sessionsToPause,
  setPauseOfTenant,
} from '../../db/queries/pause-order.ts';
import { lockLiveSessions, type SessionRow } from '../../db/queries/session.ts';
import { pausedSessions } from '../../db/queries/sessions-paused.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import type { VerbWithoutInput } from '../verb/verb.ts';
import { tellOfEnds, terminateLocked } from './terminate-session.ts';
import { wakeWaiting } from './wake-waiting.ts';

/** The most sessions that a change wakes. A watch of the workers finds the others within seconds. */
export const WOKEN_AT_ONCE = 200;
/** One transaction ends all of them, and all of them wait for each other. */
const ENDED_AT_ONCE = 500;

/**
 * Pauses all sessions of the tenant, also those that are started meanwhile. The row of the tenant is the order. A second order
 * changes nothing.
 */
export const pauseAllSessions: VerbWithoutInput<OrderToAll> = ({ ctx }) => setPause(ctx, ctx.keyId);

/** Has them go on, but for those that are paused by themselves or with their agent. */
export const resumeAllSessions: VerbWithoutInput<OrderToAll> = ({ ctx }) => setPause(ctx, null);

async function setPause(ctx: ServiceContext, by: string | null): Promise<OrderToAll> {
  requireScope(ctx, 'admin');
  const { order, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const before = await lockPauseOfTenant(tx);
    if ((before.pausedAt === null) === (by === null)) return { order: before, toWake: [] };
    const order = await setPauseOfTenant(tx, by);
    await audit(tx, ctx, by === null ? 'sessions.resume' : 'sessions.pause', tx.tenantId);
    const toWake =
      by === null
        ? await pausedSessions(tx, WOKEN_AT_ONCE)
        : [...(await sessionsToPause(tx, 'ofTenant', WOKEN_AT_ONCE)), ...(await sessionsWaiting(tx, 'ofTenant'))];
    return { order, toWake };
  });
  wakeWaiting(ctx, [...new Set(toWake)]);
  return orderResource(order);
}

function orderResource({ pausedAt, pausedBy }: PauseOfTenant): OrderToAll {
  return { paused_at: pausedAt?.toISOString(), paused_by: pausedBy ?? undefined };
}

/** Ends live sessions of the tenant at once, the oldest first. */
export const terminateAllSessions: VerbWithoutInput<AllTerminated> = async ({ ctx }) => {
  requireScope(ctx, 'admin');
  return terminateLive(ctx, (tx, limit) => lockLiveSessions(tx, 'ofTenant', limit));
};

/**
 * Ends the sessions that `lock` locks. All of them are locked before any ends: an end takes the account of its agent's day, and no
 * session may be waited for behind that.
 */
export async function terminateLive(
  ctx: ServiceContext,
  lock: (tx: Tx, limit: number) => Promise<readonly SessionRow[]>,
): Promise<AllTerminated> {
  const { ended, more } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const locked = await lock(tx, ENDED_AT_ONCE + 1);
    const toEnd = locked.slice(0, ENDED_AT_ONCE);
    for (const session of toEnd) await terminateLocked(tx, ctx, session);
    return { ended: toEnd.map(({ id }) => id), more: locked.length > toEnd.length };
  });
  tellOfEnds(ctx, ended);
  return { terminated: ended.length, more };
}

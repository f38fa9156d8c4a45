import type { AgentProfile, TerminatedSessions } from '../../contract/agents.ts';
import { agentById, lockAgent } from '../../db/queries/agent.ts';
import { sessionsToPause, setPauseOfAgent } from '../../db/queries/pause-order.ts';
import { lockLiveSessions } from '../../db/queries/session.ts';
import { pausedSessionsOfAgent } from '../../db/queries/sessions-paused.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { tellOfEnds, terminateLocked } from '../sessions/terminate-session.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import type { Verb } from '../verb/verb.ts';
import { orNotFound, profileOf } from './agent-resource.ts';

interface AgentRef {
  readonly agentId: string;
}

/** The most sessions that a change wakes. A watch of the workers finds the others within seconds. */
const WOKEN_AT_ONCE = 200;
/** One transaction ends all of them, and all of them wait for each other. */
const ENDED_AT_ONCE = 500;

/**
 * Pauses all sessions of an agent, also those that are started meanwhile. The row of the agent is the order. A second order
 * changes nothing.
 * @throws ServiceError agent_not_found
 */
export const pauseAgent: Verb<AgentRef, AgentProfile> = ({ ctx, input }) => setPause(ctx, input.agentId, ctx.keyId);

/** Has them go on, but for those that are paused by themselves. @throws ServiceError agent_not_found */
export const resumeAgent: Verb<AgentRef, AgentProfile> = ({ ctx, input }) => setPause(ctx, input.agentId, null);

async function setPause(ctx: ServiceContext, agentId: string, by: string | null): Promise<AgentProfile> {
  requireScope(ctx, 'admin');
  const { profile, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = orNotFound(await lockAgent(tx, agentId), agentId);
    if ((agent.pausedAt === null) === (by === null)) return { profile: profileOf(agent), toWake: [] };
    setPauseOfAgent(tx, agentId, by);
    await audit(tx, ctx, by === null ? 'agent.resume' : 'agent.pause', agentId);
    const toWake =
      by === null
        ? await pausedSessionsOfAgent(tx, agentId, WOKEN_AT_ONCE)
        : [...(await sessionsToPause(tx, { agentId }, WOKEN_AT_ONCE)), ...(await sessionsWaiting(tx, { agentId }))];
    return { profile: profileOf(orNotFound(await agentById(tx, agentId), agentId)), toWake };
  });
  wakeWaiting(ctx, [...new Set(toWake)]);
  return profile;
}

/**
 * Ends live sessions of an agent at once, the oldest first. All of them are locked before any ends: an end takes the account of the
 * agent's day, and no session may be waited for behind that. The agent itself stays as it is.
 * @throws ServiceError agent_not_found
 */
export const terminateSessionsOfAgent: Verb<AgentRef, TerminatedSessions> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { agentId } = input;
  const { ended, left } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    orNotFound(await agentById(tx, agentId), agentId);
    const locked = await lockLiveSessions(tx, agentId, ENDED_AT_ONCE + 1);
    const toEnd = locked.slice(0, ENDED_AT_ONCE);
    for (const session of toEnd) await terminateLocked(tx, ctx, session);
    return { ended: toEnd.map(({ id }) => id), left: locked.length > toEnd.length };
  });
  tellOfEnds(ctx, ended);
  return { agent_id: agentId, terminated: ended.length, more: left };
};

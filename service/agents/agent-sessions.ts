import type { AgentProfile, TerminatedSessions } from '../../contract/agents.ts';
import { agentById, lockAgent } from '../../db/queries/agent.ts';
import { sessionsToPause, setPauseOfAgent } from '../../db/queries/pause-order.ts';
import { lockLiveSessions } from '../../db/queries/session.ts';
import { pausedSessionsOfAgent } from '../../db/queries/sessions-paused.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { terminateLive, WOKEN_AT_ONCE } from '../sessions/all-sessions.ts';
import { refusePausedTenant } from '../sessions/refuse-paused.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import type { Verb } from '../verb/verb.ts';
import { orNotFound, profileOf } from './agent-resource.ts';

interface AgentRef {
  readonly agentId: string;
}

/**
 * Pauses all sessions of an agent, also those that are started meanwhile. The row of the agent is the order. A second order
 * changes nothing.
 * @throws ServiceError agent_not_found
 */
export const pauseAgent: Verb<AgentRef, AgentProfile> = ({ ctx, input }) => setPause(ctx, input.agentId, ctx.keyId);

/** Has them go on, but for those that are paused by themselves. @throws ServiceError agent_not_found, tenant_paused */
export const resumeAgent: Verb<AgentRef, AgentProfile> = ({ ctx, input }) => setPause(ctx, input.agentId, null);

async function setPause(ctx: ServiceContext, agentId: string, by: string | null): Promise<AgentProfile> {
  requireScope(ctx, 'admin');
  const { profile, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = orNotFound(await lockAgent(tx, agentId), agentId);
    if (by === null) await refusePausedTenant(tx);
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

/** Ends live sessions of an agent at once, the oldest first. The agent itself stays as it is. @throws ServiceError agent_not_found */
export const terminateSessionsOfAgent: Verb<AgentRef, TerminatedSessions> = async ({ ctx, input: { agentId } }) => {
  requireScope(ctx, 'admin');
  const ended = await terminateLive(ctx, async (tx, limit) => {
    orNotFound(await agentById(tx, agentId), agentId);
    return lockLiveSessions(tx, { agentId }, limit);
  });
  return { agent_id: agentId, ...ended };
};

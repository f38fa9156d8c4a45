import {
  type AgentProfile,
  createProfileSchema,
  type LifecycleState,
  lifecycleRequestSchema,
  patchProfileSchema,
} from '../../contract/agents.ts';
import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import type { Tx } from '../../db/database.ts';
import { type AgentRow, agentById, listAgents, lockAgent, updateAgent } from '../../db/queries/agent.ts';
import { dayAccount, openAccount, setAccountCap } from '../../db/queries/ledger.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { budgetDay } from '../../domain/budget.ts';
import { nanoFromUsd } from '../../domain/money.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { requireSize } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { msOf, orNotFound, profileOf } from './agent-resource.ts';
import { makeAgent } from './bootstrap-agent.ts';

interface AgentRef {
  readonly agentId: string;
}
interface MadeProfile {
  /** False: the agent existed, with these values. */
  readonly created: boolean;
  readonly profile: AgentProfile;
}

/** Finds an agent of the tenant. @throws ServiceError agent_not_found */
export async function findAgent(tx: Tx, agentId: string): Promise<AgentRow> {
  return orNotFound(await agentById(tx, agentId), agentId);
}

/** Lists agents, newest first. @throws ServiceError invalid_cursor */
export const listProfiles: Verb<{ query: unknown }, Page<AgentProfile>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const after = decodeCursor(cursor);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listAgents(tx, { limit: limit + 1, cursor: after }));
  const cursorOf = (row: AgentRow) => encodeCursor({ createdAt: row.createdAtText, id: row.agentId });
  return pageOf(rows, limit, profileOf, cursorOf, rows[0]?.found);
};

/** Makes an agent, like `bootstrapAgent`, from a body in either spelling. @throws ServiceError agent_exists */
export const createProfile: Verb<{ body: unknown }, MadeProfile> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(createProfileSchema, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agent, created } = await makeAgent(tx, ctx, {
      agentId: request.agentId,
      displayName: request.displayName ?? request.agentId,
      department: request.department ?? null,
      budgetDailyNano: nanoOrNull(request.budgetDailyUsd ?? null),
      contextTokens: request.contextTokens ?? null,
      maxOutputTokens: request.maxOutputTokens ?? null,
      onBudget: request.onBudget ?? null,
      approvalTimeoutMs: msOrNull(request.approvalTimeoutS ?? null),
      metadata: request.metadata ?? {},
    });
    return { created, profile: profileOf(agent) };
  });
};

/** The published client asks for the profile of the caller under this name, which is too short for an agent. */
const CALLER = 'me';

/** Reads an agent. @throws ServiceError agent_not_found */
export const getProfile: Verb<AgentRef, AgentProfile> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  if (input.agentId === CALLER) {
    throw new ServiceError('agent_not_found', 'An API key stands for no agent, so it has no profile.', {
      recovery: { action: 'Read an agent by its id. GET /v1/agent/profiles lists them.' },
    });
  }
  return ctx.db.transaction(ctx.tenantId, async (tx) => profileOf(await findAgent(tx, input.agentId)));
};

/** Changes an agent. A new daily budget holds from the next reservation on. @throws ServiceError agent_not_found */
export const patchProfile: Verb<AgentRef & { body: unknown }, AgentProfile> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const patch = parseInput(patchProfileSchema, input.body);
  requireSize(ctx, 'metadata_bytes', patch.metadata);
  const { profile, waiting } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = orNotFound(await lockAgent(tx, input.agentId), input.agentId);
    const changed = await updateAgent(tx, {
      ...agent,
      displayName: patch.displayName ?? agent.displayName,
      department: patch.department === undefined ? agent.department : patch.department,
      contextTokens: patch.contextTokens === undefined ? agent.contextTokens : patch.contextTokens,
      maxOutputTokens: patch.maxOutputTokens === undefined ? agent.maxOutputTokens : patch.maxOutputTokens,
      onBudget: patch.onBudget === undefined ? agent.onBudget : patch.onBudget,
      approvalTimeoutMs:
        patch.approvalTimeoutS === undefined ? agent.approvalTimeoutMs : msOrNull(patch.approvalTimeoutS),
      metadata: patch.metadata ?? agent.metadata,
      budgetDailyNano: patch.budgetDailyUsd === undefined ? agent.budgetDailyNano : nanoOrNull(patch.budgetDailyUsd),
    });
    const waiting = patch.budgetDailyUsd === undefined ? [] : await enforceDailyCap(tx, changed, ctx.nowMs());
    await audit(tx, ctx, 'agent.patch', agent.agentId, patch);
    return { profile: profileOf(changed), waiting };
  });
  wakeWaiting(ctx, waiting);
  return profile;
};

/**
 * Activates, suspends or terminates an agent. Its runs answer 402 when suspended, 403 when terminated.
 * @throws ServiceError agent_not_found
 */
export const setLifecycle: Verb<AgentRef & { body: unknown }, AgentProfile> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { state } = parseInput(lifecycleRequestSchema, input.body);
  return profileOf(await transition(ctx, input.agentId, state));
};

/**
 * Terminates an agent. Its row stays, since sessions, logs and bills refer to it.
 * @throws ServiceError agent_not_found
 */
export const deleteProfile: Verb<AgentRef, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  await transition(ctx, input.agentId, 'terminated');
  return { id: input.agentId, deleted: true };
};

async function transition(ctx: ServiceContext, agentId: string, state: LifecycleState): Promise<AgentRow> {
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = orNotFound(await lockAgent(tx, agentId), agentId);
    const changed = await updateAgent(tx, { ...agent, lifecycleState: state });
    await audit(tx, ctx, 'agent.lifecycle', agentId, { from: agent.lifecycleState, to: state });
    return changed;
  });
}

/**
 * Makes the daily budget of an agent hold today.
 * @returns the sessions that wait for money and may have it now, to be woken after the commit
 */
export async function enforceDailyCap(tx: Tx, agent: AgentRow, nowMs: number): Promise<string[]> {
  const account = dayAccount(agent.agentId, budgetDay(nowMs));
  openAccount(tx, { account, capNano: agent.budgetDailyNano });
  const isRaised = await setAccountCap(tx, account, agent.budgetDailyNano);
  return isRaised ? sessionsWaiting(tx, { agentId: agent.agentId }) : [];
}

function msOrNull(seconds: number | null): number | null {
  return seconds === null ? null : msOf(seconds);
}

function nanoOrNull(usd: number | null): bigint | null {
  return usd === null ? null : nanoFromUsd(usd);
}

import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { bootstrapRequestSchema, type bootstrapResponseSchema } from '../../contract/agents.ts';
import type { Tx } from '../../db/database.ts';
import { type AgentRow, agentById, insertAgent, type NewAgent } from '../../db/queries/agent.ts';
import { dayAccount, openAccount } from '../../db/queries/ledger.ts';
import { budgetDay } from '../../domain/budget.ts';
import { nanoFromUsd } from '../../domain/money.ts';
import { requireRoom, requireSize } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { budgetOf, msOf, profileOf } from './agent-resource.ts';

interface Bootstrapped {
  /** False: the agent existed, with these values. */
  readonly created: boolean;
  readonly response: z.infer<typeof bootstrapResponseSchema>;
}

/**
 * Makes an agent and opens its account of the day. Repeated with the same values, it changes nothing.
 * @throws ServiceError agent_exists when the agent exists with other values; quota_exceeded
 */
export const bootstrapAgent: Verb<{ body: unknown }, Bootstrapped> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(bootstrapRequestSchema, input.body);
  const wanted: NewAgent = {
    agentId: request.agent_id,
    displayName: request.display_name ?? request.agent_id,
    department: request.department ?? null,
    budgetDailyNano: request.budget_daily_usd === undefined ? null : nanoFromUsd(request.budget_daily_usd),
    contextTokens: request.context_tokens ?? null,
    maxOutputTokens: request.max_output_tokens ?? null,
    onBudget: request.on_budget ?? null,
    approvalTimeoutMs: request.approval_timeout_s === undefined ? null : msOf(request.approval_timeout_s),
    metadata: request.metadata ?? {},
  };
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agent, created } = await makeAgent(tx, ctx, wanted);
    const response = {
      profile: profileOf(agent),
      budget: await budgetOf(tx, agent, ctx.nowMs()),
      next_steps: nextStepsOf(agent),
    };
    return { created, response };
  });
};

/** Makes an agent, or finds one with the same values. @throws ServiceError agent_exists, quota_exceeded */
export async function makeAgent(
  tx: Tx,
  ctx: ServiceContext,
  wanted: NewAgent,
): Promise<{ agent: AgentRow; created: boolean }> {
  requireSize(ctx, 'metadata_bytes', wanted.metadata);
  const inserted = await insertAgent(tx, wanted);
  if (inserted === undefined) return { agent: await sameAgent(tx, wanted), created: false };
  await requireRoom(tx, { agents: 0 });
  openAccount(tx, {
    account: dayAccount(wanted.agentId, budgetDay(ctx.nowMs())),
    capNano: wanted.budgetDailyNano,
  });
  await audit(tx, ctx, 'agent.create', wanted.agentId);
  return { agent: inserted, created: true };
}

async function sameAgent(tx: Tx, wanted: NewAgent): Promise<AgentRow> {
  const agent = await agentById(tx, wanted.agentId);
  const same =
    agent !== undefined &&
    agent.displayName === wanted.displayName &&
    agent.department === wanted.department &&
    agent.budgetDailyNano === wanted.budgetDailyNano &&
    agent.contextTokens === wanted.contextTokens &&
    agent.maxOutputTokens === wanted.maxOutputTokens &&
    agent.onBudget === wanted.onBudget &&
    agent.approvalTimeoutMs === wanted.approvalTimeoutMs &&
    isDeepStrictEqual(agent.metadata, wanted.metadata);
  if (same) return agent;
  if (agent?.lifecycleState === 'terminated') {
    throw new ServiceError('agent_exists', `The id "${wanted.agentId}" belongs to a terminated agent.`, {
      param: 'agent_id',
      recovery: { action: `Activate it with ${activationOf(wanted.agentId)}, or choose another id.` },
    });
  }
  throw new ServiceError('agent_exists', `Agent "${wanted.agentId}" exists with other values.`, {
    param: 'agent_id',
    recovery: { action: `Change it with PATCH /v1/agent/profiles/${wanted.agentId}, or choose another id.` },
  });
}

function activationOf(agentId: string): string {
  return `PATCH /v1/agent/profiles/lifecycle/${agentId} {"state":"active"}`;
}

function nextStepsOf({ agentId, lifecycleState }: AgentRow): Record<string, string> {
  return {
    ...(lifecycleState === 'active' ? {} : { activate: activationOf(agentId) }),
    run: `POST /v1/agents/${agentId}/run {"message":"…"}`,
    context: `PUT /v1/agents/${agentId}/context/soul/SOUL.md {"content":"…"}`,
    budget: `PATCH /v1/agent/profiles/${agentId} {"budgetDailyUsd":…}`,
  };
}

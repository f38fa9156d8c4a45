import type { OnBudget } from '../../contract/fields.ts';
import { type RunRequest, runRequestSchema, type SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { type AgentRow, agentById, countLiveSessions } from '../../db/queries/agent.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { insertInboxMessage } from '../../db/queries/inbox.ts';
import { type Account, dayAccount, openAccount, readAccounts, runAccount } from '../../db/queries/ledger.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { storeQueryVectors } from '../../db/queries/query-vector.ts';
import { insertSession } from '../../db/queries/session.ts';
import { markWorkflowStarted } from '../../db/queries/sessions-to-reconcile.ts';
import { budgetDay, paidNano } from '../../domain/budget.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { nanoFromUsd, usdFromNano } from '../../domain/money.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { usableModels } from '../../models/usable-models.ts';
import { newId } from '../../processes/ids.ts';
import { msOf } from '../agents/agent-resource.ts';
import { requireRoom, requireSize } from '../tenants/require-room.ts';
import { type OperatingContext, requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { refuseWithoutMoney } from './refuse-without-money.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { type ToolsOfRun, toolsOfRun } from './tools-of-run.ts';
import { storeUserImages, userImages } from './user-images.ts';

/**
 * Makes a session: its row, accounts, first message and first event, in one transaction. From its commit on the run
 * happens, whatever becomes of this process (I1). The workflow is started here only to be quick; the reconciler would
 * start it otherwise.
 * @throws ServiceError agent_not_found, agent_suspended, agent_terminated, budget_exhausted, no_provider, unknown_model,
 *   unknown_tool, too_many_sessions, limit_reached, quota_exceeded
 */
export const startRun: Verb<{ agentId: string; body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(runRequestSchema, input.body);
  requireSize(ctx, 'metadata_bytes', request.metadata);
  const images = userImages(request.images);
  const sessionId = newId('sess', ctx.nowMs());
  const session = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const agent = await runnableAgent(tx, input.agentId);
    const onBudget = request.on_budget ?? agent.onBudget ?? 'stop';
    const offered = await toolsOfRun(tx, request.tools);
    const models = await modelsOfRun(tx, ctx, request.models ?? null, onBudget);
    // A session that may not be kept when it has ended is not begun.
    await requireRoom(tx, { sessions: 1, ended_sessions: 1 });
    const accounts = await openAccounts(tx, ctx, agent, sessionId, request);
    await insertRows(tx, ctx, agent, { sessionId, request, onBudget, images, offered });
    const asked = ctx.meant && { kind: 'given' as const, vector: ctx.meant.asked };
    await refuseWithoutMoney(tx, { sessionId, agent, request, images, accounts, models, asked });
    await checkLiveSessions(tx, ctx, agent);
    const view = await readHeldSession(tx, sessionId);
    const { keyId, requestId } = ctx;
    tx.report({
      event: 'run_accepted',
      agent_id: agent.agentId,
      session_id: sessionId,
      request_id: requestId,
      key_id: keyId,
    });
    return { ...sessionResource(view), ...offered };
  });
  ctx.afterCommit(() => void startWorkflow(ctx, session));
  return session;
};

/** @throws ServiceError agent_not_found, agent_suspended, agent_terminated */
export async function runnableAgent(tx: Tx, agentId: string): Promise<AgentRow> {
  const agent = await agentById(tx, agentId);
  if (agent === undefined) {
    throw new ServiceError('agent_not_found', `No agent "${agentId}".`, {
      recovery: { action: 'Create it with POST /v1/agent/bootstrap.' },
    });
  }
  switch (agent.lifecycleState) {
    case 'active':
      return agent;
    case 'suspended':
      throw new ServiceError('agent_suspended', `Agent "${agentId}" is suspended.`, {
        recovery: { action: `Activate it with PATCH /v1/agent/profiles/lifecycle/${agentId} {"state":"active"}.` },
      });
    case 'terminated':
      throw new ServiceError('agent_terminated', `Agent "${agentId}" is terminated.`);
  }
}

/**
 * @param models the entries that the run names. Null: it names none
 * @returns the models that may serve its next turn
 * @throws ServiceError unknown_model, no_provider
 */
export async function modelsOfRun(
  tx: Tx,
  ctx: Pick<OperatingContext, 'registry'>,
  models: readonly string[] | null,
  onBudget: OnBudget,
): Promise<readonly OfferedModel[]> {
  const providers = await providersOfTenant(tx);
  if (models !== null && ctx.registry.unmatched(providers, models).length === models.length) {
    if (ctx.registry.providers(providers).length > 0) {
      throw new ServiceError('unknown_model', 'No connected provider offers any of these models.', {
        param: 'models',
        recovery: { action: 'GET /v1/models lists the models that a run may name.' },
      });
    }
  }
  const { own, others } = usableModels(ctx.registry, providers, { models, onBudget });
  if (own.length > 0) return [...own, ...others];
  throw new ServiceError('no_provider', 'No provider is connected, so there is no model to run the agent on.', {
    recovery: { action: 'Connect one with POST /v1/providers {"provider":"anthropic","api_key":"…"}.' },
  });
}

/** @throws ServiceError too_many_sessions */
export async function checkLiveSessions(
  tx: Tx,
  ctx: Pick<OperatingContext, 'maxLiveSessionsPerAgent'>,
  agent: AgentRow,
): Promise<void> {
  const live = await countLiveSessions(tx, agent.agentId);
  if (live <= ctx.maxLiveSessionsPerAgent) return;
  throw new ServiceError(
    'too_many_sessions',
    `Agent "${agent.agentId}" already has ${live - 1} sessions that run or are idle.`,
    {
      recovery: { action: 'Wait for one to end, or interrupt one.', wait_ms: 5_000 },
    },
  );
}

/**
 * Opens the accounts of a new session and of its agent's day.
 * @throws ServiceError budget_exhausted when the day has nothing left
 */
export async function openAccounts(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  sessionId: string,
  request: Pick<RunRequest, 'budget_cap_usd'>,
): Promise<readonly Account[]> {
  const day = dayAccount(agent.agentId, budgetDay(ctx.nowMs()));
  const capNano = request.budget_cap_usd === undefined ? null : nanoFromUsd(request.budget_cap_usd);
  openAccount(tx, { account: runAccount(sessionId), capNano });
  openAccount(tx, { account: day, capNano: agent.budgetDailyNano });
  const accounts = await readAccounts(tx, [runAccount(sessionId), day]);
  const today = accounts.find(({ account }) => account === day);
  if (today === undefined || today.capNano === null || paidNano(today) < today.capNano) return accounts;
  const capUsd = usdFromNano(today.capNano);
  throw new ServiceError('budget_exhausted', `Agent "${agent.agentId}" has spent its budget of today, ${capUsd} USD.`, {
    recovery: { action: 'Raise budgetDailyUsd with PATCH /v1/agent/profiles/{id}, or wait for the next day (UTC).' },
  });
}

async function insertRows(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  run: {
    readonly sessionId: string;
    readonly request: RunRequest;
    readonly onBudget: OnBudget;
    readonly images: readonly NewImage[];
    readonly offered: ToolsOfRun | undefined;
  },
): Promise<void> {
  const { sessionId, request, onBudget, images, offered } = run;
  await insertSession(tx, {
    id: sessionId,
    agentId: agent.agentId,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns: request.max_turns,
    onComplete: request.on_complete,
    idleTimeoutMs: msOf(request.idle_timeout_s),
    approvalTimeoutMs:
      request.approval_timeout_s === undefined ? agent.approvalTimeoutMs : msOf(request.approval_timeout_s),
    models: request.models ?? null,
    tools: request.tools ?? null,
    contextTokens: request.context_tokens ?? agent.contextTokens,
    maxOutputTokens: request.max_output_tokens ?? agent.maxOutputTokens,
    onBudget,
    metadata: request.metadata,
  });
  const refs = await storeUserImages(tx, sessionId, images);
  // This message needs no signal: the workflow begins with it.
  await insertInboxMessage(tx, {
    sessionId,
    id: newId('evt', ctx.nowMs()),
    type: 'user.message',
    payload: { text: request.message, images: refs.length === 0 ? undefined : refs },
    from: ctx,
    signalled: true,
  });
  if (ctx.meant !== undefined) storeQueryVectors(tx, sessionId, [ctx.meant]);
  appendEvents(tx, sessionId, [
    newEvent('running:0', 'session.status_running', {
      sessionId,
      agentId: agent.agentId,
      maxTurns: request.max_turns,
      budgetCapUsd: request.budget_cap_usd ?? null,
      tools: offered?.tools,
      // A client that only follows the stream learns of them here.
      warnings: offered?.warnings.length ? offered.warnings : undefined,
    }),
  ]);
}

/** Tries to start the workflow. The answer does not wait for it, so a POST succeeds while Temporal is away. */
export async function startWorkflow(ctx: ServiceContext, session: SessionResource): Promise<void> {
  try {
    await ctx.sessionWorkflows.start({
      sessionId: session.id,
      tenantId: ctx.tenantId,
      agentId: session.agent_id,
      requestId: ctx.requestId,
    });
    await ctx.db.transaction(ctx.tenantId, (tx) => markWorkflowStarted(tx, session.id, 0));
  } catch (error) {
    ctx.warn('A workflow could not be started at once; the reconciler will start it.', error);
  }
}

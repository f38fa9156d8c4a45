import type { SessionWhy } from '../../../contract/why.ts';
import type { Tx } from '../../../db/database.ts';
import { listOutages, type Outage } from '../../../db/queries/circuit.ts';
import { providersOfTenant } from '../../../db/queries/provider.ts';
import type { SessionView } from '../../../db/queries/session-read.ts';
import { type LastTurn, standingOfSession } from '../../../db/queries/session-why.ts';
import { EVERY_MODEL, isOutOf } from '../../../domain/model-outage.ts';
import { usableModels } from '../../../models/usable-models.ts';
import type { WorkflowProgress } from '../../../temporal/workflow-progress.ts';
import { requireScope, type ServiceContext } from '../../verb/context.ts';
import type { Verb } from '../../verb/verb.ts';
import { findSession, type SessionRef } from '../find-session.ts';
import { whyEnded } from './ended.ts';
import { ABOUT_TO_MS, type Facts, isToPause, type Told } from './facts.ts';
import { whyIdle } from './idle.ts';
import { whyRunning } from './running.ts';

/** An answer is to be had while Temporal is away, too. */
const TEMPORAL_TIMEOUT_MS = 1_000;

/**
 * Says why a session stands where it stands, in one sentence and as data. Rows are read in one transaction; Temporal is asked only
 * about sessions whose next step depends on it. What cannot be found out is said.
 * @throws ServiceError session_not_found
 */
export const whySession: Verb<SessionRef, SessionWhy> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const rows = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findSession(tx, input);
    const standing = await standingOfSession(tx, session.id);
    if (standing === undefined) throw new Error('A session that was found is gone within one transaction.');
    return { session, standing, ...(await modelsOf(tx, ctx, session)) };
  });
  const { workflow, polled } = await askTemporal(ctx, rows);
  const facts: Facts = { ...rows, workflow, polled };
  return answerOf(facts, toldOf(facts));
};

function toldOf(facts: Facts): Told {
  switch (facts.session.status) {
    case 'running':
      return whyRunning(facts);
    case 'idle':
      return whyIdle(facts);
    case 'ended':
      return whyEnded(facts);
  }
}

/** The models of a session that are out, and the ids of the tenant's providers. An idle session waits for no model. */
async function modelsOf(
  tx: Tx,
  ctx: ServiceContext,
  session: SessionView,
): Promise<Pick<Facts, 'outages' | 'providerIds'>> {
  if (session.status === 'idle' || session.endReason === 'completed') return { outages: [], providerIds: new Map() };
  const providers = await providersOfTenant(tx);
  const providerIds = new Map(providers.map(({ id, name }) => [name, id]));
  const outages = session.status === 'running' ? await listOutages(tx) : [];
  if (outages.length === 0) return { outages, providerIds };
  const { own } = usableModels(ctx.registry, providers, session);
  return { outages: outages.filter((outage) => own.some((model) => isOutOf(outage, model))), providerIds };
}

async function askTemporal(
  { sessionWorkflows }: ServiceContext,
  { session, standing }: Pick<Facts, 'session' | 'standing'>,
): Promise<Pick<Facts, 'workflow' | 'polled'>> {
  const isOrdered = isToPause(standing);
  const isToGoOn =
    session.status === 'running' ||
    (session.idleCause === 'awaiting_input' && standing.unread > 0) ||
    (session.idleCause === 'requires_action' && standing.pending.length === 0) ||
    (session.idleCause === 'paused' && !isOrdered);
  if (!isToGoOn) return { workflow: undefined, polled: undefined };
  const workflow = await sessionWorkflows.progress(session.id, TEMPORAL_TIMEOUT_MS);
  const isAsked = session.status === 'idle' || mayLackWorker(workflow);
  const polled = isAsked && workflow.kind !== 'away' ? await sessionWorkflows.polled(TEMPORAL_TIMEOUT_MS) : undefined;
  return { workflow, polled };
}

/** True when something has waited for a worker for longer than a worker takes, or the workflow has not been started. */
function mayLackWorker(workflow: WorkflowProgress): boolean {
  if (workflow.kind !== 'open') return workflow.kind === 'closed';
  const waits = [...workflow.activities, ...(workflow.task === undefined ? [] : [workflow.task])];
  return waits.some(
    ({ state, since }) => state === 'waiting' && since !== undefined && Date.now() - since.getTime() > ABOUT_TO_MS / 2,
  );
}

/** The answer of the route. */
export function answerOf(facts: Facts, told: Told): SessionWhy {
  const { session, standing, outages } = facts;
  const { lastTurn } = standing;
  return {
    session_id: session.id,
    agent_id: session.agentId,
    as_of: standing.now.toISOString(),
    sentence: told.sentence,
    status: session.status,
    idle_cause: session.idleCause ?? undefined,
    end_reason: session.endReason ?? undefined,
    stage: told.stage,
    waits_for: told.waits_for,
    since: told.since,
    until: told.until,
    attempts: lastTurn === null ? [] : attemptsOf(lastTurn),
    tool_calls: lastTurn === null ? [] : callsOf(lastTurn),
    models_out: outages.map(shownOutage),
    pending: standing.pending.map(({ id, kind, toolCallId, toolName, expiresAt }) => ({
      approval_id: id,
      kind,
      tool_use_id: toolCallId,
      tool_name: toolName,
      expires_at: expiresAt,
    })),
    budget: session.budget ?? undefined,
    unread_messages: standing.unread,
    causes: [...(told.causes ?? [])],
    unblocked_by: [...(told.unblocked_by ?? [])],
    unknown: [...(told.unknown ?? [])],
  };
}

function shownOutage({ provider, model, type, message, until }: Outage): SessionWhy['models_out'][number] {
  const why = message === null ? type : `${type}: ${message}`;
  return { provider, model: model === EVERY_MODEL ? null : model, why, until: until.toISOString() };
}

function attemptsOf({ selections, attempts }: LastTurn): SessionWhy['attempts'] {
  return attempts.flatMap((attempt) => {
    const selected = selections.find(({ selection }) => selection === attempt.selection);
    if (selected === undefined) return [];
    // The failure of a selection is that of its last request.
    const isLast = attempts.findLast(({ selection }) => selection === attempt.selection) === attempt;
    return [
      {
        selection: attempt.selection,
        attempt: attempt.attempt,
        provider: selected.provider,
        model: selected.model,
        state: attempt.state,
        dispatched_at: attempt.dispatchedAt,
        closed_at: attempt.closedAt,
        failed_type: attempt.failedType ?? (isLast ? selected.failedType : null),
        failed_status: isLast ? selected.failedStatus : null,
        failed_message: isLast ? selected.failedMessage : null,
      },
    ];
  });
}

function callsOf({ calls }: LastTurn): SessionWhy['tool_calls'] {
  return calls.map((call) => ({
    tool_use_id: call.id,
    tool_name: call.toolName,
    state: call.state,
    attempts: call.attempts,
    dispatched_at: call.dispatchedAt,
    finished_at: call.finishedAt,
    reason_code: call.reasonCode,
    message: call.message,
  }));
}

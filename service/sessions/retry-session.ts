import type { z } from 'zod';
import type { EndReason } from '../../contract/events.ts';
import { retryRequestSchema, type SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readSession } from '../../db/queries/session-read.ts';
import {
  beginSelectionsAt,
  markRetried,
  requeueMessages,
  undeliveredMessages,
  unknownEffects,
  workLeft,
} from '../../db/queries/session-retry.ts';
import { usdFromNano } from '../../domain/money.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, type SessionRef } from './find-session.ts';
import { accountsOfRetry } from './money-of-retry.ts';
import { sessionResource } from './session-resource.ts';
import { startGoingOn } from './start-going-on.ts';
import { checkLiveSessions, modelsOfRun, runnableAgent } from './start-run.ts';

type RetryRequest = z.infer<typeof retryRequestSchema>;

/**
 * Has an ended session go on as the same session: with its id, log and ledger, in the next run of its workflow. The turn that was
 * not finished goes on from the stage that failed, since every stage finds what is stored: nothing is paid or executed again. From
 * the commit on it happens, whatever becomes of this process; the reconciler would start the workflow otherwise.
 * @throws ServiceError session_not_found, session_not_ended, session_completed, turns_used_up, effect_unknown, and what a run is
 *   refused with
 */
export const retrySession: Verb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(retryRequestSchema, input.body);
  const resource = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    const retryOf = retriable(session);
    const agent = await runnableAgent(tx, session.agentId);
    await modelsOfRun(tx, ctx, { models: modelsOf(session, request) }, session.onBudget);
    await requireRoom(tx, { sessions: 1 });
    refuseWithoutTurns(session, request);
    if (request.unknown_effects === undefined) await refuseUnknownEffects(tx, session.id);
    const accounts = await accountsOfRetry(tx, ctx, session, agent, request.budget_cap_usd);
    await goOn(tx, ctx, session, { request, retryOf, run: accountOfRun(accounts, session.id) });
    const view = await readSession(tx, session.id);
    if (view === undefined) throw new Error('A locked session is gone.');
    await audit(tx, ctx, 'session.retry', session.id, { ...request, retry_of: retryOf });
    await checkLiveSessions(tx, ctx, agent);
    return sessionResource(view);
  });
  ctx.afterCommit(() => {
    ctx.notifier.eventsAppended(resource.id);
    void startGoingOn(ctx, resource.id);
  });
  return resource;
};

/** @returns the reason for which the session had ended */
function retriable({ endReason }: SessionRow): EndReason {
  switch (endReason) {
    case null:
      throw new ServiceError('session_not_ended', 'The session has not ended, so there is nothing to retry.', {
        recovery: { action: 'Post a message, resume it if it is paused, or raise its cap with PATCH.' },
      });
    case 'completed':
      throw new ServiceError('session_completed', 'The session has completed: there is nothing to retry.', {
        recovery: { action: 'Start a new session with POST /v1/agents/{id}/run.' },
      });
    default:
      return endReason;
  }
}

function modelsOf({ models }: SessionRow, request: RetryRequest): string[] | undefined {
  return request.models ?? (models === null ? undefined : [...models]);
}

function refuseWithoutTurns({ turns, maxTurns }: SessionRow, request: RetryRequest): void {
  if (turns < (request.max_turns ?? maxTurns)) return;
  throw new ServiceError('turns_used_up', `The session has used its ${turns} turns.`, {
    param: 'max_turns',
    recovery: { action: `Retry it with "max_turns" above ${turns}.` },
  });
}

async function refuseUnknownEffects(tx: Tx, sessionId: string): Promise<void> {
  const calls = await unknownEffects(tx, sessionId);
  if (calls.length === 0) return;
  const named = calls.map(({ id, toolName }) => `${toolName} (${id})`).join(', ');
  throw new ServiceError('effect_unknown', `Nobody knows whether these calls took effect: ${named}.`, {
    param: 'unknown_effects',
    recovery: {
      action:
        'See what became of them, then retry with "unknown_effects": "accept". The model is told that nobody knows.',
    },
  });
}

async function goOn(
  tx: Tx,
  ctx: ServiceContext,
  session: SessionRow,
  how: {
    readonly request: RetryRequest;
    readonly retryOf: EndReason;
    readonly run: { readonly capNano: bigint | null; readonly excessNano: bigint } | undefined;
  },
): Promise<void> {
  const { request, retryOf, run } = how;
  const { openSelections, lastNeedsMore } = await workLeft(tx, session.id);
  const unread = await undeliveredMessages(tx, session.id);
  const waits = openSelections === null && !lastNeedsMore && unread.length === 0;
  const maxTurns = request.max_turns ?? session.maxTurns;
  const capNano = run?.capNano ?? null;
  markRetried(tx, session.id, {
    waits,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns,
    models: request.models ?? session.models,
    excessNano: run?.excessNano ?? 0n,
  });
  if (openSelections !== null) beginSelectionsAt(tx, session.id, session.turns, openSelections);
  requeueMessages(
    tx,
    session.id,
    unread.map((seq) => ({ seq, newId: newId('evt', ctx.nowMs()) })),
  );
  const retries = session.retries + 1;
  const running = newEvent(`retried:${retries}`, 'session.status_running', {
    sessionId: session.id,
    agentId: session.agentId,
    maxTurns,
    budgetCapUsd: capNano === null ? null : usdFromNano(capNano),
    retryOf,
  });
  const idle = newEvent(`idle_again:${retries}`, 'session.status_idle', {
    cause: 'awaiting_input',
    idleTimeoutMs: session.idleTimeoutMs,
  });
  appendEvents(tx, session.id, waits ? [running, idle] : [running]);
}

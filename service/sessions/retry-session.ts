import type { EndReason } from '../../contract/events.ts';
import { retryRequestSchema, type SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { unknownEffects } from '../../db/queries/session-retry.ts';
import { executedEffects, type LastTurn, lastTurn } from '../../db/queries/session-rewind.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { SessionVerb } from '../verb/verb.ts';
import { findAndLockSession, type SessionRef } from './find-session.ts';
import { goOnAgain, refuseWithoutTurns } from './go-on-again.ts';
import { accountsOfRetry } from './money-of-retry.ts';
import { refuseReplay } from './refuse-replay.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { startGoingOn } from './start-going-on.ts';
import { checkLiveSessions, modelsOfRun, runnableAgent } from './start-run.ts';

/**
 * Has an ended session go on as the same session: with its id, log and ledger, in the next run of its workflow. The turn that was
 * not finished goes on from the stage that failed, since every stage finds what is stored: nothing is paid or executed again. From
 * the commit on it happens, whatever becomes of this process; the reconciler would start the workflow otherwise.
 * From `last_turn`, the last turn is taken out of the transcript and done again as another turn: its messages are read again.
 * @throws ServiceError session_not_found, session_not_ended, session_completed, turns_used_up, effect_unknown, effects_executed, and
 *   what a run is refused with
 */
export const retrySession: SessionVerb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(retryRequestSchema, input.body);
  const resource = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    const retryOf = retriable(session);
    refuseReplay(session, 'It has no answers but the recorded ones, so a retry would end as it did.');
    const agent = await runnableAgent(tx, session.agentId);
    const models = request.models ?? session.models;
    await modelsOfRun(tx, ctx, models, session.onBudget);
    await requireRoom(tx, { sessions: 1 });
    const last = request.from === 'last_turn' ? await turnToRepeat(tx, session.id) : undefined;
    const maxTurns = request.max_turns ?? session.maxTurns;
    refuseWithoutTurns(last === undefined ? session.turns : last.turn + 1, maxTurns);
    if (request.unknown_effects === undefined) await refuseUnknownEffects(tx, session.id);
    const accounts = await accountsOfRetry(tx, ctx, session, agent, request.budget_cap_usd);
    await goOnAgain(tx, ctx, session, {
      maxTurns,
      models,
      run: accountOfRun(accounts, session.id),
      retryOf,
      dropped: last && { fromTurn: last.turn, throughTurn: last.turn },
      readAgain: last?.messages,
    });
    const view = await readHeldSession(tx, session.id);
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

/**
 * The last turn, which is to be done again from its beginning. A call of it that was made is never repeated.
 * @returns undefined where the session has made no turn: then there is only the stage that failed
 * @throws ServiceError effects_executed
 */
async function turnToRepeat(tx: Tx, sessionId: string): Promise<LastTurn | undefined> {
  const last = await lastTurn(tx, sessionId);
  const effects = last === undefined ? [] : await executedEffects(tx, sessionId, last.turn);
  if (effects.length === 0) return last;
  const named = effects.map(({ id, toolName, state }) => `${toolName} (${id}, ${state})`).join(', ');
  throw new ServiceError('effects_executed', `Calls of the last turn were made, and are not repeated: ${named}.`, {
    param: 'from',
    recovery: { action: 'Retry it from "failed_stage", which keeps their results, or rewind it with POST …/rewind.' },
  });
}

import type { z } from 'zod';
import { type RewoundSession, rewindRequestSchema } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { forkPoint } from '../../db/queries/session-fork.ts';
import { executedEffects, hasOpenTurn } from '../../db/queries/session-rewind.ts';
import { closeOpenWork } from '../../transitions/open-work.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, type SessionRef } from './find-session.ts';
import { goOnAgain, refuseWithoutTurns } from './go-on-again.ts';
import { accountsOfRetry } from './money-of-retry.ts';
import { refuseReplay } from './refuse-replay.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { startGoingOn } from './start-going-on.ts';
import { checkLiveSessions, modelsOfRun, runnableAgent } from './start-run.ts';

type RewindRequest = z.infer<typeof rewindRequestSchema>;

/**
 * Takes an idle or ended session back to the end of a turn, in place: what came after stays in the log and is no longer in the
 * transcript. Nothing takes its effects back, so the answer lists them. Then the session goes on as a retried one does.
 * @throws ServiceError session_not_found, session_running, session_is_replay, turn_not_finished, turns_used_up, and what a run is refused with
 */
export const rewindSession: Verb<SessionRef & { body: unknown }, RewoundSession> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(rewindRequestSchema, input.body);
  const resource = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    if (session.status === 'running') throw isRunning();
    refuseReplay(session, 'It has no other answers than the recorded ones, so it cannot take another course.');
    if ((await forkPoint(tx, session.id, request.to_turn)) === undefined) throw noSuchTurn(session, request);
    const agent = await runnableAgent(tx, session.agentId);
    const models = request.models ?? session.models;
    await modelsOfRun(tx, ctx, models, session.onBudget);
    if (session.endReason !== null) await requireRoom(tx, { sessions: 1 });
    const accounts = await accountsOfRetry(tx, ctx, session, agent, request.budget_cap_usd);
    const effects = await rewind(tx, ctx, session, request, {
      models,
      run: accountOfRun(accounts, session.id),
    });
    const view = await readHeldSession(tx, session.id);
    await audit(tx, ctx, 'session.rewind', session.id, { ...request, effects: effects.length });
    if (session.endReason !== null) await checkLiveSessions(tx, ctx, agent);
    return { ...sessionResource(view), effects };
  });
  ctx.afterCommit(() => {
    ctx.notifier.eventsAppended(resource.id);
    // A worker that holds a call of it is told so.
    ctx.notifier.inboxAppended(resource.id);
    void startGoingOn(ctx, resource.id);
  });
  return resource;
};

async function rewind(
  tx: Tx,
  ctx: ServiceContext,
  session: SessionRow,
  request: RewindRequest,
  how: {
    readonly models: readonly string[] | null;
    readonly run: { readonly capNano: bigint | null; readonly excessNano: bigint } | undefined;
  },
): Promise<RewoundSession['effects']> {
  const stopped = { why: 'the session was rewound', failedType: 'session.rewound' };
  const { events: before } = await closeOpenWork(tx, session, stopped);
  const isOpen = await hasOpenTurn(tx, session.id);
  const throughTurn = isOpen ? session.turns : session.turns - 1;
  const maxTurns = request.max_turns ?? session.maxTurns;
  refuseWithoutTurns(throughTurn + 1, maxTurns);
  const effects = await executedEffects(tx, session.id, request.to_turn + 1);
  const fromTurn = request.to_turn + 1;
  const dropped = fromTurn > throughTurn ? undefined : { fromTurn, throughTurn };
  const retryOf = session.endReason ?? undefined;
  await goOnAgain(tx, ctx, session, { ...how, maxTurns, retryOf, dropped, before });
  return effects.map(({ id, turn, toolName, state }) => ({
    tool_use_id: id,
    tool_name: toolName,
    turn_index: turn,
    state,
  }));
}

function isRunning(): ServiceError {
  return new ServiceError('session_running', 'The session is running. Only an idle or ended session can be rewound.', {
    recovery: { action: 'Interrupt it, or pause it and wait for session.status_idle.' },
  });
}

function noSuchTurn({ turns }: SessionRow, { to_turn: turn }: RewindRequest): ServiceError {
  const finished = turns === 0 ? 'It has finished no turn yet' : `The last turn that it has finished is ${turns - 1}`;
  return new ServiceError('turn_not_finished', `Turn ${turn} is not a finished turn of the transcript. ${finished}.`, {
    param: 'to_turn',
    recovery: { action: 'Rewind it to a turn that GET …/transcript shows.' },
  });
}

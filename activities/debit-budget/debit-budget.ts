import type { BudgetShortage } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { appendEvents, type NewEvent } from '../../db/queries/event.ts';
import { type Account, accountOfRun, readAccountsOfSession, runAccount } from '../../db/queries/ledger.ts';
import { lockPosteriorOfTurn } from '../../db/queries/routing.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { closeUnfinishedToolCalls, type ToolCallRow, toolCallsOfTurn } from '../../db/queries/tool-call.ts';
import { closeTurn } from '../../db/queries/turn.ts';
import { readTurnToDebit, type TurnToDebit } from '../../db/queries/turn-to-debit.ts';
import { budgetDay, isSpent, least } from '../../domain/budget.ts';
import { STAND_IN_SIZE } from '../../domain/media/media-ref.ts';
import { nextStep } from '../../domain/next-step.ts';
import type { PosteriorRecord } from '../../domain/routing-records.ts';
import { CUT_LENGTHS } from '../../domain/text-cut.ts';
import { turnReward } from '../../domain/turn-reward.ts';
import { secondsOf } from '../../telemetry/seconds.ts';
import { runOfSession } from '../../telemetry/trace-ids.ts';
import { auditUnfinishedCalls } from '../../transitions/call-audit.ts';
import { pauseInTransaction } from '../../transitions/pause.ts';
import { endInTransaction, endWithNothingLeft, idleInTransaction } from '../../transitions/session-transition.ts';
import { reportUnfinishedCalls } from '../../transitions/tool-call-lines.ts';
import { unfinishedCallEvents, unfinishedWords } from '../../transitions/unfinished-calls.ts';
import { feedReplay, wakeReplay } from '../replay/feed-replay.ts';
import { behindLock } from '../session/behind-lock.ts';
import { asksForMoney, excessShortageOf, shortageOf } from '../session/budget-shortage.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { DebitResult, TurnRef } from '../stage-results.ts';
import { warnOfBudgets } from './budget-warning.ts';
import { learnFromTurn } from './learn-from-turn.ts';
import { savingsOf } from './routing-savings.ts';

/**
 * Stage 5. Closes the turn: it warns of budgets that are nearly spent, reports what routing saved, teaches routing the
 * turn's reward and decides what comes next, all in one transaction. No money moves here: an answer is settled in the
 * transaction that stores it. The decision is stored, and a second run returns it.
 */
export function createDebitBudget(deps: StageDeps) {
  return async function debitBudget(ref: TurnRef): Promise<DebitResult> {
    deps.reached('turn_closed.before');
    const result = await deps.db.transaction(ref.tenantId, (tx) => close(tx, ref));
    deps.reached('turn_closed.after');
    deps.notifier.eventsAppended(ref.sessionId);
    // A replay that goes idle may have been given the message that wakes it.
    if (result.kind === 'idle') deps.notifier.inboxAppended(ref.sessionId);
    return result;
  };

  async function close(tx: Tx, ref: TurnRef): Promise<DebitResult> {
    const today = budgetDay(deps.nowMs());
    const {
      session,
      ended,
      turn,
      found,
      accounts: known,
      posterior,
    } = await behindLock(tx, ref, () => ({
      turn: readTurnToDebit(tx, ref.sessionId, ref.turn),
      found: toolCallsOfTurn(tx, ref.sessionId, ref.turn),
      accounts: readAccountsOfSession(tx, ref.sessionId, today),
      // Last: other sessions wait for this lock until this transaction commits, with the next message.
      posterior: lockPosteriorOfTurn(tx, ref.sessionId, ref.turn),
    }));
    if (session === undefined) return ended;
    if (turn?.decision) return turn.decision;
    if (ended !== undefined) return ended;
    if (turn === undefined) {
      throw new TypeError(`Turn ${ref.turn} of ${session.id} was to be closed before its context was stored.`);
    }

    // A replay with recorded answers pays nothing, so the agent's day does not concern it.
    const accounts = session.replay?.recordedModels
      ? known.filter((each) => each.account === runAccount(session.id))
      : known;
    const calls = await finishedCalls(tx, session, ref.turn, found);
    const turnsUsed = ref.turn + 1;
    const events = [
      ...(await learned(tx, session, ref, turn, calls, posterior)),
      ...(await warnOfBudgets(tx, accounts, ref)),
    ];
    appendEvents(tx, session.id, events, turnsUsed);

    const decision = await decide(tx, ref, { ...session, turns: turnsUsed }, turn, calls, accounts);
    const outcome = decision.kind === 'ended' ? decision.reason : decision.kind;
    tx.observe({ kind: 'turn_closed', agent: session.agentId, outcome, seconds: secondsOf(turn.ageMs) });
    const run = runOfSession(session);
    tx.trace(run && { kind: 'turn_closed', run, turn: ref.turn });
    closeTurn(tx, session.id, ref.turn, { decision, cutLevels: CUT_LENGTHS.length, standIn: STAND_IN_SIZE });
    return decision;
  }

  /** Teaches routing the turn, if a model answered it to the end. @returns the event that says what routing saved */
  async function learned(
    tx: Tx,
    session: SessionRow,
    ref: TurnRef,
    { selection, answer, taskClass, costNano, answerCostNano }: TurnToDebit,
    calls: readonly ToolCallRow[],
    locked: PosteriorRecord | undefined,
  ): Promise<NewEvent[]> {
    if (selection === null || answer === null || answer.partial) return [];
    const { sessionId, turn } = ref;
    // What a replay shows was learned when it was recorded, or is an experiment of somebody.
    if (session.replay !== null) return [savingsOf(turn, selection, costNano).event];
    const reward = turnReward(answer, calls);
    await learnFromTurn(tx, {
      sessionId,
      turn,
      taskClass,
      selection,
      locked,
      answerCostNano,
      reward,
      nowMs: deps.nowMs(),
    });
    const { event, ...saved } = savingsOf(turn, selection, costNano);
    const { provider, model } = selection;
    tx.observe({ kind: 'turn_routed', provider, model, reward, ...saved });
    return [event];
  }

  async function decide(
    tx: Tx,
    ref: TurnRef,
    session: SessionRow,
    turn: TurnToDebit,
    calls: readonly ToolCallRow[],
    accounts: readonly Account[],
  ): Promise<DebitResult> {
    const stoppedBy = turn.answer?.stoppedBy ?? undefined;
    const unread = session.inboxSeq > session.consumedInboxSeq;
    const feeding = await feedReplay(tx, session, { turn: ref.turn, moreWork: calls.length > 0 || unread });
    const unconsumedInbox = unread || feeding.joined;
    const step = nextStep({
      toolCalls: calls.length,
      turnsUsed: session.turns,
      maxTurns: session.maxTurns,
      cutForBudget: turn.answer?.cutForBudget ?? false,
      mayAnswerOtherwise: turn.answer?.withheld === true && !turn.withheldBefore,
      unconsumedInbox,
      onComplete: session.onComplete,
      interrupted: turn.interrupted || feeding.interrupted,
      excess: excessOf(session, accounts) > 0n,
      runExhausted: accounts.some(isSpent),
      // A session that asks, and has no cap that could be raised, stops.
      onBudget: session.onBudget === 'ask' && !asksForMoney(session, accounts) ? 'stop' : session.onBudget,
    });
    switch (step.kind) {
      case 'continue':
        return { kind: 'continue', summaryDue: turn.summaryDue && !session.replay?.recordedModels ? true : undefined };
      case 'idle':
        if (session.pausedBy === null) idleInTransaction(tx, session, session.turns);
        else pauseInTransaction(tx, session, session.turns, session.pausedBy);
        if (feeding.waiting !== undefined) wakeReplay(tx, session, feeding.waiting);
        // Nobody else is waited for by a replay.
        else if (session.replay !== null) return { kind: 'idle', idleTimeoutMs: 0 };
        return { kind: 'idle', idleTimeoutMs: session.idleTimeoutMs };
      case 'ended': {
        const budget = step.reason === 'budget_exhausted' ? missingMoney(session, accounts, turn) : undefined;
        const details = { stoppedBy, budget };
        // The money that is spent may be far from the cap if an answer was cut short for the little that was left.
        if (budget !== undefined) {
          const place = { ...ref, neededNano: leastNeeded(turn) };
          appendEvents(tx, session.id, await warnOfBudgets(tx, accounts, place));
        }
        return unconsumedInbox || turn.attemptOpen
          ? endInTransaction(tx, session, step.reason, undefined, details)
          : endWithNothingLeft(tx, session, step.reason, accounts, details);
      }
    }
  }
}

/** The calls of a turn, each with a result. Calls that an interrupt kept from being made get theirs here. */
async function finishedCalls(
  tx: Tx,
  session: SessionRow,
  turn: number,
  calls: readonly ToolCallRow[],
): Promise<readonly ToolCallRow[]> {
  if (calls.every((call) => call.state !== 'intended' && call.state !== 'dispatched')) return calls;
  const { closed, finished } = await inOneMessage({
    closed: closeUnfinishedToolCalls(tx, session.id, unfinishedWords('the session was interrupted')),
    finished: toolCallsOfTurn(tx, session.id, turn),
  });
  reportUnfinishedCalls(tx, session, closed);
  auditUnfinishedCalls(tx, session, closed);
  appendEvents(tx, session.id, unfinishedCallEvents(closed));
  return finished;
}

/** The amount that providers charged the run beyond the bounds of its requests, and about which nobody knows yet. */
function excessOf(session: SessionRow, accounts: readonly Account[]): bigint {
  const excessNano = accountOfRun(accounts, session.id)?.excessNano ?? 0n;
  return excessNano > session.excessAskedNano ? excessNano : 0n;
}

/** Says which account ends the run, and what a provider charged beyond its bounds where that is the reason. */
function missingMoney(
  session: SessionRow,
  accounts: readonly Account[],
  turn: TurnToDebit,
): BudgetShortage | undefined {
  const neededNano = leastNeeded(turn);
  const excessNano = excessOf(session, accounts);
  return excessNano > 0n
    ? excessShortageOf(session.id, accounts, { neededNano, excessNano })
    : shortageOf(session.id, accounts, neededNano);
}

/**
 * What the next request needs at least: it extends the one of this turn. After an answer that money cut short, it is what an
 * answer of full length would have needed.
 */
function leastNeeded({ selection, answer }: TurnToDebit): bigint {
  const answerer = selection?.candidates.find(
    (each) => each.provider === selection.provider && each.model === selection.model,
  );
  if (answer?.cutForBudget === true && answerer?.wholeCostNano !== undefined) return BigInt(answerer.wholeCostNano);
  const needs = selection?.candidates.flatMap(({ leastCostNano }) => leastCostNano ?? []) ?? [];
  return least(needs.map(BigInt)) ?? 0n;
}

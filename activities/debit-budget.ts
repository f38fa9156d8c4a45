import type { Tx } from '../db/database.ts';
import { appendEvents, type NewEvent } from '../db/queries/event.ts';
import { interruptWaits } from '../db/queries/inbox.ts';
import { type Account, dayAccount, markWarned, readAccounts, runAccount } from '../db/queries/ledger.ts';
import { turnCostNano } from '../db/queries/model-attempt.ts';
import { readSelection } from '../db/queries/routing.ts';
import { lockSession, type SessionRow } from '../db/queries/session.ts';
import { closeUnfinishedToolCalls, type ToolCallRow, toolCallsOfTurn } from '../db/queries/tool-call.ts';
import { closeTurn, readTurn, type TurnRow } from '../db/queries/turn.ts';
import { nextStep } from '../domain/next-step.ts';
import { turnReward } from '../domain/turn-reward.ts';
import { type BudgetScope, warningsOf } from './budget-warning.ts';
import { learnFromTurn } from './learn-from-turn.ts';
import { savingsOf } from './routing-savings.ts';
import { endInTransaction, idleInTransaction } from './session-transition.ts';
import type { StageDeps } from './stage-deps.ts';
import type { DebitResult, TurnRef } from './stage-results.ts';
import { unfinishedCallEvents } from './unfinished-calls.ts';

/**
 * Stage 5. Closes the account of the turn: warnings, savings, what routing learned, and what comes next, which it does
 * in the same transaction. The decision is stored; a re-run returns it.
 */
export function createDebitBudget(deps: StageDeps) {
  return async function debitBudget(ref: TurnRef): Promise<DebitResult> {
    deps.reached('settlement.before');
    const result = await deps.db.transaction(ref.tenantId, (tx) => debit(tx, ref));
    deps.reached('settlement.after');
    deps.notifier.eventsAppended(ref.sessionId);
    return result;
  };

  async function debit(tx: Tx, ref: TurnRef): Promise<DebitResult> {
    const [session, turn, found, costNano] = await Promise.all([
      lockSession(tx, ref.sessionId),
      readTurn(tx, ref.sessionId, ref.turn),
      toolCallsOfTurn(tx, ref.sessionId, ref.turn),
      turnCostNano(tx, ref.sessionId, ref.turn),
    ]);
    if (session === undefined) return { kind: 'ended', reason: 'terminated' };
    if (turn?.decision) return turn.decision;
    if (session.endReason !== null) return { kind: 'ended', reason: session.endReason };
    if (turn === undefined)
      throw new TypeError(`Turn ${ref.turn} of ${session.id} was debited before it was refreshed.`);

    const calls = await finishedCalls(tx, session.id, ref.turn, found);
    const turnsUsed = ref.turn + 1;
    const accounts = await settle(tx, session, turn, calls, costNano);

    const decision = await decide(tx, { ...session, turns: turnsUsed }, calls, accounts);
    await closeTurn(tx, session.id, ref.turn, decision);
    return decision;
  }

  async function settle(
    tx: Tx,
    session: SessionRow,
    turn: TurnRow,
    calls: readonly ToolCallRow[],
    costNano: bigint,
  ): Promise<readonly Account[]> {
    const day = dayAccount(session.agentId, new Date(deps.nowMs()).toISOString().slice(0, 10));
    const [accounts, selection] = await Promise.all([
      readAccounts(tx, [runAccount(session.id), day]),
      turn.answeredBy === null ? undefined : readSelection(tx, session.id, turn.turn, turn.answeredBy.selection),
    ]);
    const events: NewEvent[] = [];
    if (turn.answeredBy !== null) {
      if (selection !== undefined && turn.answer?.partial !== true) {
        await learnFromTurn(tx, {
          sessionId: session.id,
          turn: turn.turn,
          taskClass: turn.taskClass,
          selection,
          costNano,
          reward: rewardOf(turn, calls),
          nowMs: deps.nowMs(),
        });
        events.push(savingsOf(turn.turn, selection, costNano));
      }
    }
    for (const account of accounts) {
      const scope: BudgetScope = account.account === day ? 'agent_day' : 'run';
      const warned = warningsOf(account, scope, turn.turn);
      if (warned.percents.length > 0) await markWarned(tx, account.account, warned.percents);
      events.push(...warned.events);
    }
    await appendEvents(tx, session.id, events);
    return accounts;
  }

  async function decide(
    tx: Tx,
    session: SessionRow,
    calls: readonly ToolCallRow[],
    accounts: readonly Account[],
  ): Promise<DebitResult> {
    const unconsumedInbox = session.inboxSeq > session.consumedInboxSeq;
    const step = nextStep({
      toolCalls: calls.length,
      turnsUsed: session.turns,
      maxTurns: session.maxTurns,
      unconsumedInbox,
      onComplete: session.onComplete,
      interrupted: unconsumedInbox && (await interruptWaits(tx, session.id)),
      excess: accounts.some((account) => account.account === runAccount(session.id) && account.excessNano > 0n),
      runExhausted: accounts.some((account) => account.capNano !== null && account.spentNano >= account.capNano),
    });
    switch (step.kind) {
      case 'continue':
        return { kind: 'continue' };
      case 'idle':
        await idleInTransaction(tx, session, session.turns);
        return { kind: 'idle', idleTimeoutMs: session.idleTimeoutMs };
      case 'ended':
        return endInTransaction(tx, session, step.reason);
    }
  }
}

/** The calls of a turn, none without a result: an interrupt keeps calls from being made. */
async function finishedCalls(
  tx: Tx,
  sessionId: string,
  turn: number,
  calls: readonly ToolCallRow[],
): Promise<readonly ToolCallRow[]> {
  if (calls.every((call) => call.state !== 'intended' && call.state !== 'dispatched')) return calls;
  const why = 'This call was not made: the session was interrupted first.';
  const [closed, finished] = await Promise.all([
    closeUnfinishedToolCalls(tx, sessionId, why),
    toolCallsOfTurn(tx, sessionId, turn),
  ]);
  await appendEvents(tx, sessionId, unfinishedCallEvents(closed, why));
  return finished;
}

function isFailed(call: ToolCallRow): boolean {
  return call.verdict === 'allow' && call.isError === true && call.reasonCode !== 'tool.not_finished';
}

function rewardOf(turn: TurnRow, calls: readonly ToolCallRow[]): number {
  return turnReward({
    answered: turn.answer !== null && (turn.answer.text !== '' || calls.length > 0),
    toolCalls: calls.length,
    invalidToolCalls: calls.filter((call) => call.verdict === 'deny').length,
    failedToolCalls: calls.filter(isFailed).length,
    blocked: turn.answer?.withheld === true,
  });
}

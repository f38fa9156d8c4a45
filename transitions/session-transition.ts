import type { BudgetShortage, EndReason, EventData, PendingAction, SessionError } from '../contract/events.ts';
import type { Tx } from '../db/database.ts';
import { inOneMessage } from '../db/one-message.ts';
import { appendEvents, type NewEvent, newEvent } from '../db/queries/event.ts';
import { discardUnconsumed, senderOfInterrupt } from '../db/queries/inbox.ts';
import { type Account, accountOfRun, readAccounts, runAccount } from '../db/queries/ledger.ts';
import {
  markAwaitingAction,
  markAwaitingInput,
  markAwaitingMoney,
  markEnded,
  markRunning,
  type SessionRow,
} from '../db/queries/session.ts';
import { dropDeltas } from '../db/queries/text-delta.ts';
import { paidNano } from '../domain/budget.ts';
import { usdFromNano } from '../domain/money.ts';
import type { Ended } from '../domain/next-step.ts';
import type { TraceFact } from '../telemetry/trace-fact.ts';
import { runOfSession } from '../telemetry/trace-ids.ts';
import { aboutSession } from './about-session.ts';
import { closeOpenWork } from './open-work.ts';

/**
 * What else clients are told of an end: how the last answer ended, where its model was not simply done, and which account
 * was short of money.
 */
type EndDetails = Pick<EventData<'session.status_ended'>, 'stoppedBy' | 'budget'>;

/**
 * Ends a session whose row is locked by this transaction. Status and event change together, reserved money is released,
 * every tool call gets a result, and the messages that the agent never read are counted (I1, I6). A session that has
 * ended keeps its first reason.
 */
export async function endInTransaction(
  tx: Tx,
  session: SessionRow,
  reason: EndReason,
  error?: SessionError,
  details: EndDetails = {},
): Promise<Ended> {
  if (session.endReason !== null) return { kind: 'ended', reason: session.endReason };
  const { accounts, open, sender, undelivered } = await inOneMessage({
    accounts: readAccounts(tx, [runAccount(session.id)]),
    open: closeOpenWork(tx, session, { why: `the session ended (${reason})`, failedType: `session.${reason}` }),
    sender: reason === 'interrupted' ? senderOfInterrupt(tx, session.id) : undefined,
    undelivered: discardUnconsumed(tx, session.id),
  });
  const costNano = costOf(session, accounts) + open.costNano;
  return markEndedAndSaySo(tx, session, {
    reason,
    error,
    by: error?.by ?? sender,
    details,
    costNano,
    undelivered,
    before: open.events,
  });
}

/**
 * The same for a session that is known to have no open attempt, no call without a result and no unread message: it
 * reads nothing, so it waits for nothing.
 */
export function endWithNothingLeft(
  tx: Tx,
  session: SessionRow,
  reason: EndReason,
  accounts: readonly Account[],
  details: EndDetails = {},
): Ended {
  dropDeltas(tx, session);
  const costNano = costOf(session, accounts);
  return markEndedAndSaySo(tx, session, { reason, details, costNano, undelivered: 0, before: [] });
}

function markEndedAndSaySo(
  tx: Tx,
  session: SessionRow,
  {
    reason,
    error,
    by,
    details: { stoppedBy, budget },
    costNano,
    undelivered,
    before,
  }: {
    reason: EndReason;
    error?: SessionError | undefined;
    /** The id of the API key that ended it, or `operator`. Undefined: nobody did. */
    by?: string | undefined;
    details: EndDetails;
    costNano: bigint;
    undelivered: number;
    before: readonly NewEvent[];
  },
): Ended {
  const durationMs = Math.max(0, Math.round(session.ageMs));
  if (reason !== 'completed') {
    tx.report({
      event: 'session_ended',
      ...aboutSession(session),
      reason,
      cause: error?.code ?? reason,
      by,
      provider: error?.provider,
      model: error?.model,
      status: error?.status,
      account: budget?.account,
      turns: session.turns,
      undelivered: undelivered === 0 ? undefined : undelivered,
      duration_ms: durationMs,
    });
  }
  tx.observe({ kind: 'session_ended', agent: session.agentId, reason });
  tx.trace(runOver(session, session.turns, reason));
  markEnded(tx, session.id, reason, error, budget);
  appendEvents(tx, session.id, [
    ...before,
    newEvent(session.retries === 0 ? 'ended' : `ended:${session.retries}`, 'session.status_ended', {
      reason,
      totalTurns: session.turns,
      totalCostUsd: usdFromNano(costNano),
      durationMs,
      error,
      stoppedBy,
      budget,
      undelivered: undelivered === 0 ? undefined : undelivered,
    }),
  ]);
  return { kind: 'ended', reason };
}

/** @param turn the turn in which the run ends, or the next one. @returns undefined where no run was under way */
function runOver(session: SessionRow, turn: number, outcome: string): TraceFact | undefined {
  const run = runOfSession(session);
  return run && { kind: 'run_over', run, turn, outcome };
}

function costOf(session: SessionRow, accounts: readonly Account[]): bigint {
  const run = accountOfRun(accounts, session.id);
  return run === undefined ? 0n : paidNano(run);
}

/** Changes a session from running to idle at the boundary before `turn`, until a message comes. */
export function idleInTransaction(tx: Tx, session: SessionRow, turn: number): void {
  markAwaitingInput(tx, session.id);
  tx.trace(runOver(session, turn, 'idle'));
  appendEvents(tx, session.id, [
    newEvent(`idle:${turn}`, 'session.status_idle', { cause: 'awaiting_input', idleTimeoutMs: session.idleTimeoutMs }),
  ]);
}

/**
 * Makes a session idle until there is money, or tells of new figures while it is. The key of the event holds the place in the
 * log, because a turn may be without money more than once. A second run of the stage finds the same figures and tells nothing.
 */
export function idleForMoneyInTransaction(
  tx: Tx,
  session: SessionRow,
  turn: number,
  told: {
    readonly budget: BudgetShortage;
    readonly idleTimeoutMs: number;
    /** The excess of the run about which its owner is asked, if that is why. */
    readonly excessAskedNano: bigint | undefined;
  },
): void {
  const { budget, idleTimeoutMs } = told;
  markAwaitingMoney(tx, session.id, budget, told.excessAskedNano);
  appendEvents(tx, session.id, [
    newEvent(`idle_for_money:${turn}:${session.eventSeq}`, 'session.status_idle', {
      cause: 'budget',
      idleTimeoutMs,
      budget,
    }),
  ]);
}

/**
 * Makes a session idle until a person has decided about calls of `turn`. The key of the event holds the place in the log, because
 * a turn may wait for decisions more than once.
 */
export function idleForActionsInTransaction(
  tx: Tx,
  session: SessionRow,
  turn: number,
  told: { readonly pending: readonly PendingAction[]; readonly idleTimeoutMs: number },
): void {
  markAwaitingAction(tx, session.id);
  appendEvents(tx, session.id, [
    newEvent(`idle_for_action:${turn}:${session.eventSeq}`, 'session.status_idle', {
      cause: 'requires_action',
      pending: [...told.pending],
      idleTimeoutMs: told.idleTimeoutMs,
    }),
  ]);
}

/** Changes a session from idle to running in `turn`, because it has what it waited for: a message, money, or a decision. */
export function wakeInTransaction(tx: Tx, session: SessionRow, turn: number, capNano: bigint | null): void {
  markRunning(tx, session.id);
  const key = session.idleCause === 'awaiting_input' ? `running:${turn}` : `running:${turn}:${session.eventSeq}`;
  appendEvents(tx, session.id, [
    newEvent(key, 'session.status_running', {
      sessionId: session.id,
      agentId: session.agentId,
      maxTurns: session.maxTurns,
      budgetCapUsd: capNano === null ? null : usdFromNano(capNano),
    }),
  ]);
}

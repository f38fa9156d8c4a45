import { isDeepStrictEqual } from 'node:util';
import type { BudgetShortage } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { type Account, accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { storeUnserved } from '../../db/queries/turn-decision.ts';
import { type Arm, candidateOf, leastCostOf } from '../../domain/arms.ts';
import { headroomOf, untilNextDayMs } from '../../domain/budget.ts';
import { nanoFromUsd } from '../../domain/money.ts';
import { lackedNano } from '../../domain/no-arm.ts';
import { endInTransaction, idleForMoneyInTransaction } from '../../transitions/session-transition.ts';
import { warnOfBudgets } from '../debit-budget/budget-warning.ts';
import { asksForMoney, excessShortageOf, scopeOf, shortageOf } from '../session/budget-shortage.ts';
import type { SelectModelRef, SelectResult } from '../stage-results.ts';

/** A turn that is to be served, and what there is to serve it with. */
export interface TurnToPay {
  readonly ref: SelectModelRef;
  /** Under its lock. */
  readonly session: SessionRow;
  readonly arms: readonly Arm[];
  /** The accounts of the run and of the agent's day. */
  readonly accounts: readonly Account[];
  readonly nowMs: number;
}

/** A session that is idle for money stays idle, or ends because its idle time is over. */
export async function stayIdleForMoney(tx: Tx, turn: TurnToPay, lacked: BudgetShortage): Promise<SelectResult> {
  const { idleLeftMs } = turn.ref;
  if (idleLeftMs === undefined || idleLeftMs > 0) return idle(tx, turn, lacked, undefined);
  return endWithoutMoney(tx, turn, lacked);
}

/** Ends a session for want of money. A cap that was set anew while the session was idle may not have been warned of yet. */
export async function endWithoutMoney(
  tx: Tx,
  turn: TurnToPay,
  budget: BudgetShortage | undefined,
): Promise<SelectResult> {
  keepUnserved(tx, turn);
  await warn(tx, turn, leastCostOf(turn.arms));
  return endInTransaction(tx, turn.session, 'budget_exhausted', undefined, { budget });
}

async function warn(tx: Tx, { ref, session, accounts }: TurnToPay, neededNano: bigint | undefined): Promise<void> {
  appendEvents(tx, session.id, await warnOfBudgets(tx, accounts, { ...ref, neededNano, reservedCounts: true }));
}

/**
 * Makes a session idle that asks for money, where another one would end for want of it. The turn stays as it is, and is served
 * when there is money.
 * @returns undefined when the session does not ask
 */
export async function idleForMoney(tx: Tx, turn: TurnToPay): Promise<SelectResult | undefined> {
  const { session, arms, accounts } = turn;
  if (!asksForMoney(session, accounts)) return undefined;
  const neededNano = leastCostOf(arms) ?? 0n;
  const budget = shortageOf(session.id, accounts, neededNano);
  if (budget === undefined) return undefined;
  await warn(tx, turn, neededNano);
  return idle(tx, turn, budget, undefined);
}

/**
 * A provider charged the run more than the bounds of its requests, and nobody was asked about that yet: a session that asks
 * for money makes no further request before somebody has raised its cap (I4).
 */
export async function idleForExcess(tx: Tx, turn: TurnToPay): Promise<SelectResult | undefined> {
  const { session, arms, accounts } = turn;
  const run = accountOfRun(accounts, session.id);
  if (run === undefined || run.excessNano <= session.excessAskedNano) return undefined;
  if (session.status === 'idle' || !asksForMoney(session, accounts)) return undefined;
  const excess = { neededNano: leastCostOf(arms) ?? 0n, excessNano: run.excessNano };
  const budget = excessShortageOf(session.id, accounts, excess);
  return budget && idle(tx, turn, budget, run.excessNano);
}

/**
 * Says what a session that is idle for money still lacks, under the lock that a raise of its cap takes too.
 * @returns undefined when the money is there, and what it was asked for is granted
 */
export function stillLacked({ session, arms, accounts }: TurnToPay): BudgetShortage | undefined {
  const neededNano = lackedNano(arms, headroomOf(accounts).freeNano);
  const { budget } = session;
  if (budget?.excessUsd !== undefined && !isRaised(session, accounts, budget)) {
    const excess = { neededNano: leastCostOf(arms) ?? 0n, excessNano: nanoFromUsd(budget.excessUsd) };
    return excessShortageOf(session.id, accounts, excess);
  }
  return neededNano === undefined ? undefined : shortageOf(session.id, accounts, neededNano);
}

function isRaised(session: SessionRow, accounts: readonly Account[], { account, capUsd }: BudgetShortage): boolean {
  const asked = accounts.find((each) => scopeOf(each, session.id) === account);
  return asked === undefined || asked.capNano === null || asked.capNano > nanoFromUsd(capUsd);
}

/** Tells clients what is missing, unless they know it. */
function idle(tx: Tx, turn: TurnToPay, budget: BudgetShortage, excessAskedNano: bigint | undefined): SelectResult {
  const { ref, session } = turn;
  const isKnown = session.idleCause === 'budget' && isDeepStrictEqual(session.budget, budget);
  if (!isKnown) {
    keepUnserved(tx, turn);
    const idleTimeoutMs = Math.round(ref.idleLeftMs ?? session.idleTimeoutMs);
    idleForMoneyInTransaction(tx, session, ref.turn, { budget, idleTimeoutMs, excessAskedNano });
  }
  const { idleTimeoutMs } = session;
  return {
    kind: 'idle',
    idleTimeoutMs,
    lookInMs: budget.account === 'agent_day' ? untilNextDayMs(turn.nowMs) : undefined,
    idlesAnew: session.idleCause === 'paused' ? true : undefined,
  };
}

/** Keeps what stood against each model. */
export function keepUnserved(tx: Tx, { ref, arms }: Pick<TurnToPay, 'ref' | 'arms'>): void {
  storeUnserved(
    tx,
    ref.sessionId,
    ref.turn,
    arms.map((arm) => candidateOf(arm, null)),
  );
}

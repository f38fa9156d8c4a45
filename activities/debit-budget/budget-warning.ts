import type { Tx } from '../../db/database.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import { type Account, lockAccount, markWarned } from '../../db/queries/ledger.ts';
import { paidNano, warningsDue } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';
import { type BudgetScope, scopeOf } from '../session/budget-shortage.ts';

/** The subject of a warning: a turn of a session, and what its next request needs at least, where that is known. */
export interface WarningPlace {
  readonly sessionId: string;
  readonly turn: number;
  readonly neededNano?: bigint | undefined;
}

/**
 * Warns once of each share of a cap that is reached by what is spent and what is needed next. Such an account is locked
 * and read again first: another session of the agent may be warning of the same day at the same moment.
 */
export async function warnOfBudgets(tx: Tx, accounts: readonly Account[], place: WarningPlace): Promise<NewEvent[]> {
  const all: NewEvent[] = [];
  for (const account of accounts) {
    if (warningsDue(account, place.neededNano).length === 0) continue;
    const locked = await lockAccount(tx, account.account);
    const percents = warningsDue(locked, place.neededNano);
    markWarned(tx, account.account, percents);
    all.push(...warningEvents(locked, percents, scopeOf(account, place.sessionId), place));
  }
  return all;
}

function warningEvents(
  account: Account,
  percents: readonly number[],
  scope: BudgetScope,
  { turn, neededNano }: WarningPlace,
): NewEvent[] {
  const { capNano } = account;
  if (capNano === null) return [];
  const paid = paidNano(account);
  return percents.map((percent) =>
    newEvent(`warning:${scope}:${turn}:${percent}`, 'br.budget_warning', {
      spentUsd: usdFromNano(paid),
      capUsd: usdFromNano(capNano),
      remainingUsd: usdFromNano(paid >= capNano ? 0n : capNano - paid),
      scope,
      threshold: percent,
      neededUsd: neededNano === undefined ? undefined : usdFromNano(neededNano),
    }),
  );
}

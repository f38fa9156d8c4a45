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
  /** True where what other requests hold reserved keeps the next one from being made: it then counts like what is paid. */
  readonly reservedCounts?: boolean | undefined;
}

/**
 * Warns once of each share of a cap that is reached by what is spent and what is needed next. Such an account is locked
 * and read again first: another session of the agent may be warning of the same day at the same moment.
 */
export async function warnOfBudgets(tx: Tx, accounts: readonly Account[], place: WarningPlace): Promise<NewEvent[]> {
  const all: NewEvent[] = [];
  const due = (account: Account) =>
    warningsDue(account, (place.neededNano ?? 0n) + (place.reservedCounts ? account.reservedNano : 0n));
  for (const account of accounts) {
    if (due(account).length === 0) continue;
    const locked = await lockAccount(tx, account.account);
    const percents = due(locked);
    markWarned(tx, account.account, percents);
    all.push(...warningEvents(locked, percents, scopeOf(account, place.sessionId), place));
  }
  return all;
}

function warningEvents(
  account: Account,
  percents: readonly number[],
  scope: BudgetScope,
  { turn, neededNano, reservedCounts }: WarningPlace,
): NewEvent[] {
  const { capNano, reservedNano } = account;
  if (capNano === null) return [];
  const paid = paidNano(account);
  return percents.map((percent) =>
    newEvent(`warning:${scope}:${turn}:${percent}:${capNano}`, 'br.budget_warning', {
      spentUsd: usdFromNano(paid),
      capUsd: usdFromNano(capNano),
      remainingUsd: usdFromNano(paid >= capNano ? 0n : capNano - paid),
      scope,
      threshold: percent,
      neededUsd: neededNano === undefined ? undefined : usdFromNano(neededNano),
      reservedUsd: reservedCounts && reservedNano > 0n ? usdFromNano(reservedNano) : undefined,
    }),
  );
}

import type { BudgetShortage } from '../../contract/events.ts';
import { type Account, runAccount } from '../../db/queries/ledger.ts';
import { paidNano } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';

export type BudgetScope = BudgetShortage['account'];

export function scopeOf(account: Pick<Account, 'account'>, sessionId: string): BudgetScope {
  return account.account === runAccount(sessionId) ? 'run' : 'agent_day';
}

/**
 * Says which account holds a session back: the one with the least left.
 * @param neededNano what the next request needs at least
 * @returns undefined when no account has a cap
 */
export function shortageOf(
  sessionId: string,
  accounts: readonly Account[],
  neededNano: bigint,
): BudgetShortage | undefined {
  const capped = accounts.flatMap((account) => {
    const { capNano, reservedNano } = account;
    return capNano === null ? [] : [{ account, capNano, freeNano: capNano - paidNano(account) - reservedNano }];
  });
  const [tightest] = capped.sort((a, b) => (a.freeNano < b.freeNano ? -1 : 1));
  if (tightest === undefined) return undefined;
  return {
    account: scopeOf(tightest.account, sessionId),
    spentUsd: usdFromNano(paidNano(tightest.account)),
    capUsd: usdFromNano(tightest.capNano),
    neededUsd: usdFromNano(neededNano),
  };
}

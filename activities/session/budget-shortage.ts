import type { BudgetShortage } from '../../contract/events.ts';
import { type Account, runAccount } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { paidNano } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';

export type BudgetScope = BudgetShortage['account'];

export function scopeOf(account: Pick<Account, 'account'>, sessionId: string): BudgetScope {
  return account.account === runAccount(sessionId) ? 'run' : 'agent_day';
}

/** True when the session asks for money instead of ending without it. Where no account has a cap, there is none to raise. */
export function asksForMoney({ onBudget }: Pick<SessionRow, 'onBudget'>, accounts: readonly Account[]): boolean {
  return onBudget === 'ask' && accounts.some(({ capNano }) => capNano !== null);
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
  return tightest && shortageIn(sessionId, tightest.account, tightest.capNano, neededNano);
}

/**
 * The same where a provider charged the run more than the bounds of its requests: the account of the run, if that has a cap.
 * @returns undefined when no account has a cap
 */
export function excessShortageOf(
  sessionId: string,
  accounts: readonly Account[],
  { neededNano, excessNano }: { readonly neededNano: bigint; readonly excessNano: bigint },
): BudgetShortage | undefined {
  const run = accounts.filter((account) => scopeOf(account, sessionId) === 'run' && account.capNano !== null);
  const shortage = shortageOf(sessionId, run.length > 0 ? run : accounts, neededNano);
  return shortage && { ...shortage, excessUsd: usdFromNano(excessNano) };
}

function shortageIn(sessionId: string, account: Account, capNano: bigint, neededNano: bigint): BudgetShortage {
  return {
    account: scopeOf(account, sessionId),
    spentUsd: usdFromNano(paidNano(account)),
    capUsd: usdFromNano(capNano),
    neededUsd: usdFromNano(neededNano),
  };
}

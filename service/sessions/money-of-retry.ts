import type { Tx } from '../../db/database.ts';
import type { AgentRow } from '../../db/queries/agent.ts';
import {
  type Account,
  dayAccount,
  openAccount,
  readAccounts,
  runAccount,
  setAccountCap,
} from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { budgetDay, isSpent, paidNano } from '../../domain/budget.ts';
import { nanoFromUsd, usdFromNano } from '../../domain/money.ts';
import type { OperatingContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Sets the new cap of a session that is retried, and reads its accounts. A session that ended for want of money needs what its next
 * request needed then; what others hold reserved counts as available, because it may be released.
 * @throws ServiceError budget_exhausted
 */
export async function accountsOfRetry(
  tx: Tx,
  ctx: OperatingContext,
  session: SessionRow,
  agent: AgentRow,
  capUsd: number | undefined,
): Promise<readonly Account[]> {
  const run = runAccount(session.id);
  const day = dayAccount(agent.agentId, budgetDay(ctx.nowMs()));
  if (capUsd !== undefined) await setAccountCap(tx, run, nanoFromUsd(capUsd));
  openAccount(tx, { account: day, capNano: agent.budgetDailyNano });
  const accounts = await readAccounts(tx, [run, day]);
  for (const account of accounts) refuseIfShort(session, account, account.account === run);
  return accounts;
}

function refuseIfShort({ endReason, budget }: SessionRow, account: Account, isRun: boolean): void {
  const { capNano } = account;
  if (capNano === null) return;
  const isShort = endReason === 'budget_exhausted' && budget !== null && (budget.account === 'run') === isRun;
  const neededNano = isShort ? nanoFromUsd(budget.neededUsd) : 0n;
  const paid = paidNano(account);
  // A provider charged more than the bound of a request: nobody has agreed to that before the cap is raised (I4).
  const isUnanswered = isShort && budget.excessUsd !== undefined && capNano <= nanoFromUsd(budget.capUsd);
  if (!isSpent(account) && paid + neededNano <= capNano && !isUnanswered) return;
  const spent = `${usdFromNano(paid)} of ${usdFromNano(capNano)} USD`;
  const least = usdFromNano(paid + neededNano);
  if (isRun) {
    throw new ServiceError('budget_exhausted', `The session has spent ${spent}.`, {
      param: 'budget_cap_usd',
      recovery: {
        action: `Retry it with "budget_cap_usd" above ${Math.max(least, isUnanswered ? usdFromNano(capNano) : 0)}.`,
      },
    });
  }
  throw new ServiceError('budget_exhausted', `The agent has spent ${spent} of today.`, {
    recovery: {
      action: 'Raise budgetDailyUsd with PATCH /v1/agent/profiles/{id}, or retry on the next day (UTC).',
    },
  });
}

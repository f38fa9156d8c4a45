import { type AccountState, paidNano } from './budget.ts';

/** Shares of a cap at which the agent is told, in percent. They are few, so that the prompt changes seldom. */
const TOLD_PERCENTS = [95, 90, 80] as const;

/** What HEARTBEAT says about the money of the run: how much of a cap is spent, as soon as it is most of it. */
export function budgetWarnings(accounts: readonly (AccountState & { readonly account: string })[]): string[] {
  return accounts.flatMap((account) => {
    const { capNano } = account;
    if (capNano === null) return [];
    const percent = TOLD_PERCENTS.find((each) => paidNano(account) * 100n >= BigInt(each) * capNano);
    const of = account.account.startsWith('run:') ? 'this run' : 'your day, which all of your runs share,';
    return percent === undefined ? [] : [`More than ${percent} % of the budget of ${of} is spent.`];
  });
}

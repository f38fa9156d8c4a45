import { type AccountState, paidNano } from './budget.ts';

/** Shares of a cap at which the agent is told, in percent. They are few, so that the prompt changes seldom. */
const TOLD_PERCENTS = [95, 90, 80] as const;

/** The warnings of HEARTBEAT about the money of the run: how much of a cap is spent, as soon as it is most of it. */
export function budgetWarnings(accounts: readonly (AccountState & { readonly account: string })[]): string[] {
  return accounts.flatMap((account) => {
    const { capNano } = account;
    if (capNano === null) return [];
    const percent = TOLD_PERCENTS.find((each) => paidNano(account) * 100n >= BigInt(each) * capNano);
    const of = account.account.startsWith('run:') ? 'this run' : 'your day, which all of your runs share,';
    return percent === undefined ? [] : [`More than ${percent} % of the budget of ${of} is spent.`];
  });
}

/** An MCP server that could not be reached last time. */
export interface DownServer {
  readonly id: string;
  readonly name: string;
  /** A sentence of ours. */
  readonly why: string | null;
}

/** The warnings of HEARTBEAT about servers that are down, as far as the run is offered tools of theirs. */
export function serverWarnings(
  down: readonly DownServer[],
  offered: readonly { readonly serverId: string }[],
): string[] {
  return down
    .filter(({ id }) => offered.some(({ serverId }) => serverId === id))
    .map(({ name, why }) => `The tool server ${name} is down${why === null ? '.' : `: ${why}`}`);
}

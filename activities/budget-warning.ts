import { type NewEvent, newEvent } from '../db/queries/event.ts';
import type { Account } from '../db/queries/ledger.ts';
import { warningsCrossed } from '../domain/budget.ts';
import { usdFromNano } from '../domain/money.ts';

export type BudgetScope = 'run' | 'agent_day';

/** The thresholds (percent) that an account has passed and nobody was told of, with an event for each. */
export function warningsOf(
  account: Account,
  scope: BudgetScope,
  turn: number,
): { percents: number[]; events: NewEvent[] } {
  const { capNano, spentNano } = account;
  if (capNano === null || capNano === 0n) return { percents: [], events: [] };
  const percents = warningsCrossed(0n, spentNano, capNano)
    .map((threshold) => Math.round(threshold * 100))
    .filter((percent) => !account.warned.includes(percent));
  const events = percents.map((percent) =>
    newEvent(`warning:${scope}:${turn}:${percent}`, 'br.budget_warning', {
      spentUsd: usdFromNano(spentNano),
      capUsd: usdFromNano(capNano),
      remainingUsd: usdFromNano(spentNano >= capNano ? 0n : capNano - spentNano),
      scope,
      threshold: percent,
    }),
  );
  return { percents, events };
}

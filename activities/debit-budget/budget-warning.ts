import type { EventData } from '../../contract/events.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { Account } from '../../db/queries/ledger.ts';
import { paidNano, warningsDue } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';

export type BudgetScope = EventData<'br.budget_warning'>['scope'];

/** The thresholds (in percent) that an account has reached and that nobody was warned of, with an event for each. */
export function warningsOf(
  account: Account,
  scope: BudgetScope,
  turn: number,
): { percents: number[]; events: NewEvent[] } {
  const { capNano } = account;
  if (capNano === null) return { percents: [], events: [] };
  const percents = warningsDue(account);
  const paid = paidNano(account);
  const events = percents.map((percent) =>
    newEvent(`warning:${scope}:${turn}:${percent}`, 'br.budget_warning', {
      spentUsd: usdFromNano(paid),
      capUsd: usdFromNano(capNano),
      remainingUsd: usdFromNano(paid >= capNano ? 0n : capNano - paid),
      scope,
      threshold: percent,
    }),
  );
  return { percents, events };
}

import type { Tx } from '../../db/database.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { type Account, accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { recordedEvents } from '../../db/queries/session-recording.ts';
import { copySelection } from '../../db/queries/session-replay.ts';
import { least } from '../../domain/budget.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import { warnOfBudgets } from '../debit-budget/budget-warning.ts';
import type { SelectionRef, SelectResult } from '../stage-results.ts';
import { endAsRecorded } from './end-as-recorded.ts';

/** Selects the model that was recorded. Nothing is reserved, since nothing will be paid. */
export async function selectRecorded(
  tx: Tx,
  ref: SelectionRef,
  session: SessionRow,
  replay: SessionReplay,
  accounts: readonly Account[],
): Promise<SelectResult> {
  const { turn, selection } = ref;
  const candidates = await copySelection(tx, session.id, replay.of, turn, selection);
  if (candidates === undefined) return endAsRecorded(tx, session, replay, turn);
  const run = accountOfRun(accounts, session.id);
  const neededNano = least(candidates.flatMap(({ leastCostNano }) => leastCostNano ?? []).map(BigInt));
  const warnings = await warnOfBudgets(tx, run === undefined ? [] : [run], { ...ref, neededNano });
  const selected = await recordedEvents(tx, replay.of, [`selected:${turn}:${selection}`]);
  appendEvents(tx, session.id, [...warnings, ...selected]);
  return { kind: 'selected' };
}

import type { Tx } from '../../db/database.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { type Account, accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { recordedEvents, recordedTurn } from '../../db/queries/session-recording.ts';
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
  { accounts, messageIds }: { readonly accounts: readonly Account[]; readonly messageIds: readonly string[] },
): Promise<SelectResult> {
  const { turn, selection } = ref;
  const recorded = await recordedTurn(tx, replay, turn);
  const selected =
    recorded && (await recordedEvents(tx, recorded.sessionId, [`selected:${recorded.turn}:${selection}`]));
  const [event] = selected ?? [];
  const candidates = recorded && (await copySelection(tx, { sessionId: session.id, turn, selection, recorded }));
  if (candidates === undefined) return endAsRecorded(tx, session, replay, turn);
  const run = accountOfRun(accounts, session.id);
  const neededNano = least(candidates.flatMap(({ leastCostNano }) => leastCostNano ?? []).map(BigInt));
  const warnings = await warnOfBudgets(tx, run === undefined ? [] : [run], { ...ref, neededNano });
  const copied =
    event?.type === 'br.model_selected'
      ? [
          newEvent(`selected:${turn}:${selection}`, event.type, {
            ...event.data,
            turnIndex: turn,
            // The messages of a replay have ids of their own.
            messageIds: event.data.messageIds && [...messageIds],
          }),
        ]
      : [];
  appendEvents(tx, session.id, [...warnings, ...copied]);
  return { kind: 'selected' };
}

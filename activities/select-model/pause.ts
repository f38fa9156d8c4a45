import type { Tx } from '../../db/database.ts';
import { type Account, accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { PAUSE_LOOK_MS, PAUSE_MS, pauseInTransaction } from '../../transitions/pause.ts';
import { wakeInTransaction } from '../../transitions/session-transition.ts';
import type { SelectModelRef, SelectResult } from '../stage-results.ts';

const PAUSED: SelectResult = { kind: 'idle', idleTimeoutMs: PAUSE_MS, lookInMs: PAUSE_LOOK_MS, idlesAnew: true };
/** The loop forgets that the session was idle when it is told to wait. The session then selects as if it had never paused. */
const AT_ONCE_MS = 1;

/**
 * Pauses a session while its tenant is suspended, or while somebody wants it to pause, and lets it go on afterwards. Nothing is
 * reserved and nothing is open in front of a selection, so a session that waits here costs nothing. One that is idle for money
 * stays so while its tenant is suspended, because it waits already. One that was idle for money when it paused looks for money.
 * @returns undefined when the session may select
 */
export function pauseOrGoOn(
  tx: Tx,
  { turn, idleLeftMs }: SelectModelRef,
  session: SessionRow,
  { suspended, accounts }: { readonly suspended: boolean; readonly accounts: readonly Account[] },
): SelectResult | undefined {
  const by = session.pausedBy ?? (suspended ? 'operator' : null);
  if (by === null) {
    if (session.idleCause !== 'paused' || session.budget !== null) return undefined;
    wakeInTransaction(tx, session, turn, accountOfRun(accounts, session.id)?.capNano ?? null);
    return { kind: 'wait', waitMs: AT_ONCE_MS };
  }
  if (session.idleCause === 'budget' && session.pausedBy === null) {
    const isOver = idleLeftMs !== undefined && idleLeftMs <= 0;
    return isOver ? undefined : { kind: 'idle', idleTimeoutMs: session.idleTimeoutMs, lookInMs: PAUSE_LOOK_MS };
  }
  if (session.idleCause !== 'paused') pauseInTransaction(tx, session, turn, by);
  return PAUSED;
}

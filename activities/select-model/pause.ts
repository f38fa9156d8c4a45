import type { Tx } from '../../db/database.ts';
import { type Account, accountOfRun } from '../../db/queries/ledger.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { pauseInTransaction, wakeInTransaction } from '../session/session-transition.ts';
import type { SelectModelRef, SelectResult } from '../stage-results.ts';

/** No session lives so long. */
const PAUSE_MS = 10 * 365 * 24 * 3_600_000;
/** A session whose tenant is resumed is woken. One whose wake-up was lost looks after this time. */
const LOOK_MS = 10 * 60_000;
/** The loop forgets that the session was idle when it is told to wait. The session then selects as if it had never paused. */
const AT_ONCE_MS = 1;

/**
 * Pauses a session while its tenant is suspended, and lets it go on afterwards. Nothing is reserved and nothing is open in front
 * of a selection, so a session that waits here costs nothing. One that is idle for money stays so: it has paused already.
 * @returns undefined when the session may select
 */
export function pauseOrGoOn(
  tx: Tx,
  { turn, idleLeftMs }: SelectModelRef,
  session: SessionRow,
  { suspended, accounts }: { readonly suspended: boolean; readonly accounts: readonly Account[] },
): SelectResult | undefined {
  if (!suspended) {
    if (session.idleCause !== 'paused') return undefined;
    wakeInTransaction(tx, session, turn, accountOfRun(accounts, session.id)?.capNano ?? null);
    return { kind: 'wait', waitMs: AT_ONCE_MS };
  }
  if (session.idleCause === 'budget') {
    const isOver = idleLeftMs !== undefined && idleLeftMs <= 0;
    return isOver ? undefined : { kind: 'idle', idleTimeoutMs: session.idleTimeoutMs, lookInMs: LOOK_MS };
  }
  if (session.idleCause !== 'paused') pauseInTransaction(tx, session, turn, PAUSE_MS);
  return { kind: 'idle', idleTimeoutMs: PAUSE_MS, lookInMs: LOOK_MS };
}

import type { Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { recordedEnd, recordedTurn } from '../../db/queries/session-recording.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import type { Ended } from '../stage-results.ts';

/**
 * Ends a replay at a place for which nothing is recorded: as the recorded session ended, if that ended here, and otherwise with
 * an error that says where the two part.
 */
export async function endAsRecorded(tx: Tx, session: SessionRow, replay: SessionReplay, turn: number): Promise<Ended> {
  const end = await recordedEnd(tx, replay.of);
  const played = await recordedTurn(tx, replay, turn);
  if (end?.reason && !played?.closed) {
    return endInTransaction(tx, session, end.reason, end.error ?? undefined, { budget: end.budget ?? undefined });
  }
  const message =
    end === undefined
      ? `The session ${replay.of} that is replayed was erased.`
      : `The session ${replay.of} has no recorded answer for turn ${turn}: the replay has taken another course.`;
  return endInTransaction(tx, session, 'error', { code: 'replay.no_recording', message });
}

/** The reason for which an idle replay ends that has nothing more to read: that of the recorded session, if it ended while idle. */
export async function endWhileIdle(tx: Tx, session: SessionRow, replay: SessionReplay): Promise<Ended> {
  const end = replay.recordedModels ? await recordedEnd(tx, replay.of) : undefined;
  const endedHere = end?.reason === 'interrupted' || end?.reason === 'terminated';
  if (!endedHere || (await recordedTurn(tx, replay, session.turns))?.closed) {
    return endInTransaction(tx, session, 'idle_timeout');
  }
  return endInTransaction(tx, session, end.reason, end.error ?? undefined);
}

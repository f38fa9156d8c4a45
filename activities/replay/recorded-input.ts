import type { Tx } from '../../db/database.ts';
import type { NewEvent } from '../../db/queries/event.ts';
import { recordedInterventions, recordedTurn } from '../../db/queries/session-recording.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';

/** The interventions in the messages of a turn. A recorded message is stored as they left it, so they cannot be found anew. */
export async function recordedInput(
  tx: Tx,
  replay: SessionReplay,
  turn: number,
  messages: readonly unknown[],
): Promise<NewEvent[]> {
  if (messages.length === 0) return [];
  const played = await recordedTurn(tx, replay, turn);
  return played === undefined ? [] : recordedInterventions(tx, played, turn, ['input']);
}

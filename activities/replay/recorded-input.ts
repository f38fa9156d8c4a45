import type { Tx } from '../../db/database.ts';
import type { NewEvent } from '../../db/queries/event.ts';
import { recordedInterventions } from '../../db/queries/session-recording.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';

/** The interventions in the messages of a turn. A recorded message is stored as they left it, so they cannot be found anew. */
export async function recordedInput(
  tx: Tx,
  { of }: SessionReplay,
  turn: number,
  messages: readonly unknown[],
): Promise<NewEvent[]> {
  return messages.length === 0 ? [] : recordedInterventions(tx, of, turn, ['input']);
}

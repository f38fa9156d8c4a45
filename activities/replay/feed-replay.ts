import type { Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { nextRecordedMessages, recordedDecision, recordedTurn } from '../../db/queries/session-recording.ts';
import { feedMessages } from '../../db/queries/session-replay.ts';
import { joinsNow, type RecordedMessages, type SessionReplay } from '../../domain/session-replay.ts';
import { newId } from '../../processes/ids.ts';

/** What a replay has to read at the end of a turn. */
export interface Feeding {
  /** True when recorded messages were put into its inbox, to be read at the next turn. */
  readonly joined: boolean;
  /** Messages that wake it once it is idle. */
  readonly waiting: RecordedMessages | undefined;
  /** True when the recorded session was interrupted at the end of this turn. */
  readonly interrupted: boolean;
}

export const NOTHING_TO_FEED: Feeding = { joined: false, waiting: undefined, interrupted: false };

/** Puts the next recorded messages into the inbox of a replay where their time has come. */
export async function feedReplay(
  tx: Tx,
  session: SessionRow,
  at: { readonly turn: number; readonly moreWork: boolean },
): Promise<Feeding> {
  const { replay } = session;
  if (replay === null) return NOTHING_TO_FEED;
  const interrupted = replay.recordedModels && (await isInterruptedAt(tx, replay, at.turn));
  const next = await nextRecordedMessages(tx, replay);
  if (next === undefined) return { joined: false, waiting: undefined, interrupted };
  const joined = joinsNow(next, { ...at, canIdle: session.onComplete === 'idle' });
  if (joined) feed(tx, session.id, next, true);
  return { joined, waiting: joined ? undefined : next, interrupted };
}

/** Puts messages into the inbox of a replay that has just gone idle. They wake it. */
export function wakeReplay(tx: Tx, { id, replay }: SessionRow, messages: RecordedMessages): void {
  if (replay !== null) feed(tx, id, messages, false);
}

function feed(tx: Tx, sessionId: string, messages: RecordedMessages, signalled: boolean): void {
  feedMessages(tx, sessionId, messages, { ids: messages.seqs.map(() => newId('evt')), signalled });
}

/** True when the recorded session ended by an interrupt at a turn. One that it was forked from may have ended so earlier. */
async function isInterruptedAt(tx: Tx, replay: SessionReplay, turn: number): Promise<boolean> {
  const played = await recordedTurn(tx, replay, turn);
  const decision = played && (await recordedDecision(tx, played));
  if (decision?.kind !== 'ended' || decision.reason !== 'interrupted') return false;
  return (await recordedTurn(tx, replay, turn + 1)) === undefined;
}

import type { Tx } from '../../db/database.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { nextRecordedMessages, playedTurns, recordedEvents } from '../../db/queries/session-recording.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { RecordedMessages } from '../../domain/session-replay.ts';
import { ServiceError } from '../verb/service-error.ts';

/** The place where a replay begins, and what it has there. */
export interface ReplayBeginning {
  /** The last turn that it inherits. Null: none. */
  readonly throughTurn: number | null;
  /** How many indexes the recorded session left out from there on, when it was rewound. Its replay uses them. */
  readonly skipped: number;
  /** The messages that it begins with. Undefined: it goes on by itself. */
  readonly messages: RecordedMessages | undefined;
  /** True when it waits for these messages at first, as a fork that it replays from its beginning did. */
  readonly waits: boolean;
  /** The first event of the recorded session. */
  readonly begin: NewEvent | undefined;
}

/** @throws ServiceError session_not_replayable, turn_not_finished */
export async function beginningOfReplay(tx: Tx, source: SessionRow, fromTurn: number): Promise<ReplayBeginning> {
  const recording = { of: source.id, fromTurn };
  const { turns, first, last, before, lost } = await playedTurns(tx, recording);
  if (fromTurn > 0 && first !== fromTurn) {
    throw notReplayable(`its transcript has no turn ${fromTurn}. Its last turn is ${last ?? before ?? 'none'}.`);
  }
  if (lost !== null) {
    const why = `the log of turn ${lost} was erased with the session that made it.`;
    throw notReplayable(
      why,
      lost === last ? undefined : `Replay it from a turn behind that: "from_turn": ${lost + 1}.`,
    );
  }
  const next = await nextRecordedMessages(tx, { ...recording, fedTurn: -1 });
  const messages = next?.turn === fromTurn ? next : undefined;
  if (fromTurn === 0 && messages === undefined) throw notReplayable('it has read no message.');
  const events = await recordedEvents(tx, source.id, ['running:0', 'idle:fork']);
  const begin = events.find(({ key }) => key === 'running:0');
  const forkedFrom = begin?.type === 'session.status_running' ? begin.data.forkedFrom : undefined;
  const isForked = forkedFrom !== undefined;
  const isBeginning = isForked && forkedFrom.turn === before;
  return {
    throughTurn: before,
    skipped: last === null ? 0 : last - fromTurn + 1 - turns,
    messages,
    waits: isBeginning && messages !== undefined && events.length > 1,
    begin: isBeginning || (fromTurn === 0 && !isForked) ? begin : undefined,
  };
}

export function notReplayable(
  why: string,
  action = 'Replay a session that has read a message, from a turn of its transcript: GET …/transcript shows them.',
): ServiceError {
  return new ServiceError('session_not_replayable', `The session cannot be replayed: ${why}`, { recovery: { action } });
}

/** The first events of a replay: those of the recorded session, where that began at the same turn. */
export function firstEvents(
  { begin, skipped, waits }: ReplayBeginning,
  replay: { readonly sessionId: string; readonly source: SessionRow; readonly view: SessionView },
): NewEvent[] {
  const { sessionId, source, view } = replay;
  const { agentId, idleTimeoutMs } = source;
  const maxTurns = source.maxTurns - skipped;
  const budgetCapUsd = view.capNano === null ? null : usdFromNano(view.capNano);
  const plain = { sessionId, agentId, maxTurns, budgetCapUsd };
  const recorded = begin?.type === 'session.status_running' ? begin.data : plain;
  const changed = skipped === 0 ? recorded : { ...recorded, maxTurns };
  const running = newEvent('running:0', 'session.status_running', {
    ...changed,
    sessionId,
    agentId,
    replayOf: source.id,
  });
  const idle = newEvent('idle:fork', 'session.status_idle', { cause: 'awaiting_input', idleTimeoutMs });
  return waits ? [running, idle] : [running];
}

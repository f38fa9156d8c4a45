import type { Tx } from '../db/database.ts';
import { appendEvents, newEvent } from '../db/queries/event.ts';
import { markAwaitingInput, markPaused, type SessionRow } from '../db/queries/session.ts';

/** No session lives so long. */
export const PAUSE_MS = 10 * 365 * 24 * 3_600_000;
/** A session that is resumed is woken. One whose wake-up was lost looks after this time. */
export const PAUSE_LOOK_MS = 10 * 60_000;

/**
 * Makes a session idle until it is resumed, or tells that one which was idle for another reason is paused now. A session may
 * pause more than once in a turn, so the key of the event holds the place in the log.
 * @param by the API key that paused the session or its agent, or `operator`, who has suspended its tenant
 */
export function pauseInTransaction(tx: Tx, session: SessionRow, turn: number, by: string): void {
  markPaused(tx, session.id);
  const data = { cause: 'paused', idleTimeoutMs: PAUSE_MS, pausedBy: by } as const;
  appendEvents(tx, session.id, [newEvent(`paused:${turn}:${session.eventSeq}`, 'session.status_idle', data)]);
}

/** Has a session that was paused while it waited for a message wait for one again. Its idle time begins anew. */
export function awaitInputAgain(tx: Tx, session: SessionRow, turn: number): void {
  markAwaitingInput(tx, session.id);
  const data = { cause: 'awaiting_input', idleTimeoutMs: session.idleTimeoutMs } as const;
  appendEvents(tx, session.id, [newEvent(`idle:${turn}:${session.eventSeq}`, 'session.status_idle', data)]);
}

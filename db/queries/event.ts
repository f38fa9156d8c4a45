import type { EventData, EventType, SessionEvent } from '../../contract/events.ts';
import type { Tx } from '../database.ts';
import { isSession } from './session.ts';

/** An event to append. Its `key` names it within its session, so appending it twice makes one row. */
export type NewEvent = { readonly key: string } & SessionEvent;

/** Makes an event whose data fits its type. A literal alone would lose the connection of the two. */
export function newEvent<T extends EventType>(key: string, type: T, data: EventData<T>): NewEvent {
  // The signature makes sure that the two fit. TypeScript cannot narrow a union by a type parameter.
  return { key, type, data } as NewEvent;
}

/**
 * Appends events to a session's log and gives them their seqs. This transaction must have locked or inserted the session's
 * row, because that lock makes seq gapless and ordered by commit (I2). OFFSET 0 makes Postgres look up each key, instead of
 * reading the whole log for a join.
 * @param turns if given, how many turns of the session are closed from now on; written in the same version of its row
 */
export function appendEvents(tx: Tx, sessionId: string, events: readonly NewEvent[], turns?: number): void {
  if (events.length === 0 && turns === undefined) return;
  for (const { type, key } of events) tx.report({ event: 'event_appended', session_id: sessionId, type, key });
  tx.send(
    'append-events',
    `WITH fresh AS (
       SELECT i.key, i.type, i.data, row_number() OVER (ORDER BY i.ord) AS n
         FROM unnest($2::text[], $3::text[], $4::json[]) WITH ORDINALITY AS i (key, type, data, ord)
        WHERE NOT EXISTS (SELECT 1 FROM session_event e WHERE e.session_id = $1 AND e.key = i.key OFFSET 0)
     ), taken AS (
       UPDATE session SET event_seq = event_seq + (SELECT count(*) FROM fresh), turns = coalesce($6, turns), updated_at = now()
        WHERE ${isSession('$1', '$5')}
       RETURNING event_seq - (SELECT count(*) FROM fresh) AS before
     )
     INSERT INTO session_event (session_id, seq, tenant_id, key, type, data)
     SELECT $1, taken.before + fresh.n, $5, fresh.key, fresh.type, fresh.data FROM fresh, taken`,
    [
      sessionId,
      events.map((event) => event.key),
      events.map((event) => event.type),
      events.map((event) => JSON.stringify(event.data)),
      tx.tenantId,
      turns ?? null,
    ],
  );
}

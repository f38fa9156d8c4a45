import type { EventData, EventType, SessionEvent } from '../../contract/events.ts';
import type { Tx } from '../database.ts';
import { isSession } from './session.ts';

/** An event to append: `key` names it within its session, so the same event twice is one row. */
export type NewEvent = { readonly key: string } & SessionEvent;

/** Types the pair of an event's type and data where a literal alone would widen. */
export function newEvent<T extends EventType>(key: string, type: T, data: EventData<T>): NewEvent {
  // The pair is right by the signature; TypeScript can't narrow a union by a type parameter.
  return { key, type, data } as NewEvent;
}

/**
 * Appends events to a session's log and takes their seqs. The session row must be locked or inserted by this
 * transaction: that lock is what makes seq gapless and ordered by commit (I2). OFFSET 0 keeps Postgres from reading the whole
 * log for a join: each key is looked up.
 * @param turns how many turns of the session are closed, where that changes: in the same version of its row
 */
export function appendEvents(tx: Tx, sessionId: string, events: readonly NewEvent[], turns?: number): void {
  if (events.length === 0 && turns === undefined) return;
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

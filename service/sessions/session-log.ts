import { type EventType, eventQuerySchema, type SessionStatus } from '../../contract/events.ts';
import type { IncludedType } from '../../contract/include.ts';
import { type CompactionEvent, compactionId, readCompactions } from '../../db/queries/compaction-event.ts';
import { type EventView, readEvents } from '../../db/queries/session-read.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { type EventCursor, parseEventCursor } from './event-cursor.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';

/** An event of the log, or the event of a summary, which stands between two of them. */
export type ListedEvent =
  | ({ readonly kind: 'event' } & EventView)
  | ({ readonly kind: 'summary'; readonly createdAt: Date } & CompactionEvent);

export interface EventPage {
  readonly events: readonly ListedEvent[];
  /** The cursor of the next page; null when this one reaches the end of the log. */
  readonly nextCursor: string | null;
}

/** Reads a page of a session's log, oldest first. @throws ServiceError session_not_found, invalid_cursor */
export const listEvents: Verb<SessionRef & { query: unknown }, EventPage> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(eventQuerySchema, input.query);
  const { seq: afterSeq, summary: number = 0 } = parseEventCursor(query.cursor ?? query.after);
  const types: readonly EventType[] | null = query.types ?? null;
  const { limit } = query;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const head = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, head.lastSeq);
    const rows = await readEvents(tx, input.sessionId, afterSeq, types, limit + 1);
    const lastSeq = rows.at(-1)?.seq ?? 0;
    // A page that is not full reaches to the end of the log, although events of other types may be left out behind its last one.
    const isCut = (rows[0]?.found ?? 0) > rows.length;
    const beforeSeq = isCut || rows.length > limit ? lastSeq : Math.max(lastSeq, head.lastSeq);
    const summaries =
      query.include?.includes('session.compacted') === true
        ? await readCompactions(tx, input.sessionId, { afterSeq, number }, beforeSeq, limit + 1)
        : [];
    const listed: ListedEvent[] = [
      ...rows.map((row) => ({ kind: 'event', ...row }) as const),
      ...summaries.map((row) => ({ kind: 'summary', ...row }) as const),
    ].sort(byPlace);
    const events = listed.slice(0, limit);
    const last = events.at(-1);
    return { events, nextCursor: (isCut || listed.length > limit) && last !== undefined ? cursorOf(last) : null };
  });
};

/** The cursor of whatever stands behind a listed event. For a summary it is the id of its frame. */
export function cursorOf(event: ListedEvent): string {
  return event.kind === 'event' ? String(event.seq) : compactionId(event);
}

/** A summary stands behind the event that was the last one when it was stored. */
function byPlace(one: ListedEvent, other: ListedEvent): number {
  const [first, second] = [placeOf(one), placeOf(other)];
  return first.seq - second.seq || first.number - second.number;
}

function placeOf(event: ListedEvent): { readonly seq: number; readonly number: number } {
  return event.kind === 'event' ? { seq: event.seq, number: 0 } : { seq: event.afterSeq, number: event.number };
}

interface OpeningInput extends SessionRef {
  /** The id of the last frame that the client has. Undefined: it has none. */
  readonly cursor: string | undefined;
  readonly query: unknown;
}

/** The place at which a stream of a session's log begins, and the kinds of frames that it carries. */
export interface LogOpening {
  readonly afterSeq: number;
  /** The types of the events. Null: all. */
  readonly types: readonly EventType[] | null;
  /** How far the client has the text of the answer under way. Null: it asks for no text deltas. */
  readonly deltas: NonNullable<EventCursor['delta']> | null;
  /** The number of the last summary that the client has behind `afterSeq`. Null: it asks for no summaries. */
  readonly summaries: number | null;
  readonly status: SessionStatus;
  readonly lastSeq: number;
}

const NO_DELTAS_YET = { attempt: 0, offset: 0 };

/** Says which frames a stream carries beside the log, and where it begins with them. */
export function besidesTheLog(
  include: readonly IncludedType[],
  { delta = NO_DELTAS_YET, summary = 0 }: Pick<EventCursor, 'delta' | 'summary'>,
): Pick<LogOpening, 'deltas' | 'summaries'> {
  return {
    deltas: include.includes('agent.message_delta') ? delta : null,
    summaries: include.includes('session.compacted') ? summary : null,
  };
}

/** Checks that a client may follow a log from its cursor on. @throws ServiceError session_not_found, invalid_cursor */
export const openLog: Verb<OpeningInput, LogOpening> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { types = null, include = [] } = parseInput(eventQuerySchema.pick({ types: true, include: true }), input.query);
  const cursor = parseEventCursor(input.cursor);
  const { seq: afterSeq } = cursor;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { status, lastSeq } = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, lastSeq);
    return { afterSeq, types, ...besidesTheLog(include, cursor), status, lastSeq };
  });
};

function refuseBeyond(afterSeq: number, lastSeq: number): void {
  if (afterSeq <= lastSeq) return;
  throw new ServiceError('invalid_cursor', `The cursor ${afterSeq} is beyond the log, which ends at ${lastSeq}.`, {
    param: 'after',
    recovery: { action: 'Resume from an id that this session sent, or from 0.' },
  });
}

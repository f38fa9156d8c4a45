import { type EventType, eventQuerySchema, type SessionStatus } from '../../contract/events.ts';
import { type EventView, readEvents } from '../../db/queries/session-read.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { type EventCursor, parseEventCursor } from './event-cursor.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';

export interface EventPage {
  readonly events: readonly EventView[];
  /** The cursor of the next page; null when this one reaches the end of the log. */
  readonly nextCursor: string | null;
}

/** Reads a page of a session's log, oldest first. @throws ServiceError session_not_found, invalid_cursor */
export const listEvents: Verb<SessionRef & { query: unknown }, EventPage> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(eventQuerySchema, input.query);
  const { seq: afterSeq } = parseEventCursor(query.cursor ?? query.after);
  const types: readonly EventType[] | null = query.types ?? null;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const head = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, head.lastSeq);
    const rows = await readEvents(tx, input.sessionId, afterSeq, types, query.limit + 1);
    const events = rows.slice(0, query.limit);
    return { events, nextCursor: rows.length > events.length ? String(events.at(-1)?.seq ?? '') : null };
  });
};

interface OpeningInput extends SessionRef {
  /** The id of the last frame that the client has. Undefined: it has none. */
  readonly cursor: string | undefined;
  readonly query: unknown;
}

/** Where a stream of a session's log begins, and what it carries. */
export interface LogOpening {
  readonly afterSeq: number;
  /** The types of the events. Null: all. */
  readonly types: readonly EventType[] | null;
  /** How far the client has the text of the answer under way. Null: it asks for no text deltas. */
  readonly deltas: NonNullable<EventCursor['delta']> | null;
  readonly status: SessionStatus;
  readonly lastSeq: number;
}

const NO_DELTAS_YET = { attempt: 0, offset: 0 };

/** Checks that a client may follow a log from its cursor on. @throws ServiceError session_not_found, invalid_cursor */
export const openLog: Verb<OpeningInput, LogOpening> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { types = null, include = [] } = parseInput(eventQuerySchema.pick({ types: true, include: true }), input.query);
  const { seq: afterSeq, delta = NO_DELTAS_YET } = parseEventCursor(input.cursor);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { status, lastSeq } = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, lastSeq);
    return { afterSeq, types, deltas: include.length > 0 ? delta : null, status, lastSeq };
  });
};

function refuseBeyond(afterSeq: number, lastSeq: number): void {
  if (afterSeq <= lastSeq) return;
  throw new ServiceError('invalid_cursor', `The cursor ${afterSeq} is beyond the log, which ends at ${lastSeq}.`, {
    param: 'after',
    recovery: { action: 'Resume from an id that this session sent, or from 0.' },
  });
}

import { type EventType, eventQuerySchema, type SessionStatus } from '../contract/events.ts';
import { type EventView, readEvents } from '../db/queries/session-read.ts';
import { requireScope, type ServiceContext } from './context.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';
import { parseInput } from './parse.ts';
import { ServiceError } from './service-error.ts';

export interface EventPage {
  readonly events: readonly EventView[];
  /** The cursor of the next page; null when this one reaches the end of the log. */
  readonly nextCursor: string | null;
}

/** A page of a session's log, oldest first. @throws ServiceError session_not_found, invalid_cursor */
export async function listEvents({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: SessionRef & { query: unknown };
}): Promise<EventPage> {
  requireScope(ctx, 'read');
  const query = parseInput(eventQuerySchema, input.query);
  const afterSeq = seqOfCursor(query.after ?? query.cursor);
  const types: readonly EventType[] | null = query.types ?? null;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const head = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, head.lastSeq);
    const rows = await readEvents(tx, input.sessionId, afterSeq, types, query.limit + 1);
    const events = rows.slice(0, query.limit);
    return { events, nextCursor: rows.length > events.length ? String(events.at(-1)?.seq ?? '') : null };
  });
}

/** Where a stream of a session's log may begin, and the types it is narrowed to (null: all). @throws ServiceError session_not_found, invalid_cursor */
export async function openLog({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: SessionRef & { cursor: string | undefined; query: unknown };
}): Promise<{ afterSeq: number; types: readonly EventType[] | null; status: SessionStatus; lastSeq: number }> {
  requireScope(ctx, 'read');
  const { types = null } = parseInput(eventQuerySchema.pick({ types: true }), input.query);
  const afterSeq = seqOfCursor(input.cursor);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { status, lastSeq } = await findSessionLog(tx, input);
    refuseBeyond(afterSeq, lastSeq);
    return { afterSeq, types, status, lastSeq };
  });
}

/** `<seq>`, or the id of a text delta, `<seq>.<attempt>.<offset>`, which resumes after the event it followed. */
function seqOfCursor(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const match = /^(\d{1,15})(\.\d{1,9}\.\d{1,9})?$/.exec(cursor.trim());
  if (match?.[1] !== undefined) return Number(match[1]);
  throw new ServiceError('invalid_cursor', 'The cursor must be the id of an event of this session, or 0.', {
    param: 'after',
  });
}

function refuseBeyond(afterSeq: number, lastSeq: number): void {
  if (afterSeq <= lastSeq) return;
  throw new ServiceError('invalid_cursor', `The cursor ${afterSeq} lies beyond the log, which ends at ${lastSeq}.`, {
    param: 'after',
    recovery: { action: 'Resume from an id this session sent, or from 0.' },
  });
}

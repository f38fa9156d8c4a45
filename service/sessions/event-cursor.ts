import { ServiceError } from '../verb/service-error.ts';

/** How far a client has read a stream: up to the event `seq` and, if its last frame was a text delta, into a text. */
export interface EventCursor {
  readonly seq: number;
  readonly delta?: { readonly attempt: number; readonly offset: number };
}

const CURSOR = /^(\d{1,15})(?:\.(\d{1,9})\.(\d{1,9}))?$/;

/**
 * Reads the id of a frame: `<seq>`, or `<seq>.<attempt>.<offset>` of a text delta. Without one a stream begins at its
 * beginning.
 * @throws ServiceError invalid_cursor
 */
export function parseEventCursor(cursor: string | undefined): EventCursor {
  if (cursor === undefined || cursor === '') return { seq: 0 };
  const [, seq, attempt, offset] = CURSOR.exec(cursor.trim()) ?? [];
  if (seq === undefined) {
    throw new ServiceError('invalid_cursor', 'The cursor must be the id of an event of this session, or 0.', {
      param: 'after',
    });
  }
  if (attempt === undefined || offset === undefined) return { seq: Number(seq) };
  return { seq: Number(seq), delta: { attempt: Number(attempt), offset: Number(offset) } };
}

import { ServiceError } from '../verb/service-error.ts';

/**
 * How far a client has read a stream: up to the event `seq` and, if its last frame was a text delta, into a text, or if it was a
 * summary, up to the summary with that number.
 */
export interface EventCursor {
  readonly seq: number;
  readonly delta?: { readonly attempt: number; readonly offset: number };
  readonly summary?: number;
}

const CURSOR = /^(\d{1,15})(?:\.(\d{1,9})\.(\d{1,9}))?$/;

/**
 * Reads the id of a frame: `<seq>`, `<seq>.<attempt>.<offset>` of a text delta, or `<seq>.0.<number>` of a summary. Attempts
 * count from 1, so the two never meet. Without an id a stream begins at its beginning.
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
  if (Number(attempt) === 0) return { seq: Number(seq), summary: Number(offset) };
  return { seq: Number(seq), delta: { attempt: Number(attempt), offset: Number(offset) } };
}

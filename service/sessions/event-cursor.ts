import { ServiceError } from '../verb/service-error.ts';

/** Where a client is in a stream: behind the event `seq` and, if its last frame was a text delta, in that attempt's text. */
export interface EventCursor {
  readonly seq: number;
  readonly delta?: { readonly attempt: number; readonly offset: number };
}

const CURSOR = /^(\d{1,15})(?:\.(\d{1,9})\.(\d{1,9}))?$/;

/**
 * The id of a frame: `<seq>`, or `<seq>.<attempt>.<offset>` of a text delta. None is the beginning.
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

import { timestampSchema } from '../contract/fields.ts';
import { type IdPrefix, idSchema } from '../contract/ids.ts';
import { ServiceError } from './service-error.ts';

/** A place in a list that is sorted by time and id, newest first: after the row it names. */
export interface ListCursor {
  /** As Postgres writes it, microseconds included. */
  readonly createdAt: string;
  readonly id: string;
}

const ID = /^[\w-]{1,100}$/;
/** The offset is within what Postgres takes. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-](?:0\d|1[0-5]))(:\d{2})?$/;

export function encodeCursor(cursor: ListCursor): string {
  return Buffer.from(JSON.stringify([cursor.createdAt, cursor.id])).toString('base64url');
}

/** @throws ServiceError invalid_cursor for text that is no cursor of ours. */
export function decodeCursor(text: string | undefined): ListCursor | null {
  if (text === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parsed)) {
      const [createdAt, id] = parsed as unknown[]; // Array.isArray leaves `any`
      if (typeof createdAt === 'string' && isTimestamp(createdAt) && typeof id === 'string' && ID.test(id)) {
        return { createdAt, id };
      }
    }
  } catch {
    // Not JSON: refused below.
  }
  throw noCursor();
}

/** A cursor may be made up: no time that Postgres would refuse gets as far as a query. */
function isTimestamp(text: string): boolean {
  const [, day, time, minutes = ':00'] = TIMESTAMP.exec(text) ?? [];
  return timestampSchema.safeParse(`${day}T${time}${minutes}`).success;
}

/** The cursor of a list that is sorted by id alone: the id it is after. @throws ServiceError invalid_cursor */
export function decodeIdCursor(prefix: IdPrefix, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (idSchema(prefix).safeParse(text).success) return text;
  throw noCursor();
}

function noCursor(): ServiceError {
  return new ServiceError('invalid_cursor', 'The cursor is not one that a list returned.', { param: 'cursor' });
}

/**
 * A page of a list of which one row more than `limit` was read.
 * @param cursorOf where the next page begins, after the last row of this one
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(itemOf),
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

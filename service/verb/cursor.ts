import { createHash } from 'node:crypto';
import { type Page, type PageQuery, timestampSchema } from '../../contract/fields.ts';
import { type IdPrefix, idSchema } from '../../contract/ids.ts';
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

/** The place of a row in a list, and a digest of its id: names of documents are longer than a cursor may be. */
const PLACE = /^(\d{1,9})\.([\w-]{16})$/;

/**
 * A page of a list that is whole in memory. It goes on behind the last row that was shown, wherever that is by now;
 * where it is gone, from the place it had.
 * @throws ServiceError invalid_cursor
 */
export function pageOfWhole<Item>(
  items: readonly Item[],
  { limit, cursor }: PageQuery,
  idOf: (item: Item) => string,
): Page<Item> {
  const digestOf = (item: Item) => createHash('sha256').update(idOf(item)).digest('base64url').slice(0, 16);
  const start = cursor === undefined ? 0 : startAfter(cursor);
  const data = items.slice(start, start + limit);
  const end = start + data.length;
  const last = data.at(-1);
  return { data, next_cursor: end < items.length && last !== undefined ? `${end - 1}.${digestOf(last)}` : null };

  function startAfter(text: string): number {
    const [, place, digest] = PLACE.exec(text) ?? [];
    if (place === undefined) throw noCursor();
    const had = items[Number(place)];
    if (had !== undefined && digestOf(had) === digest) return Number(place) + 1;
    const now = items.findIndex((item) => digestOf(item) === digest);
    return now === -1 ? Number(place) : now + 1;
  }
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
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(itemOf),
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

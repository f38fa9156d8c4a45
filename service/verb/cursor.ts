import { createHash } from 'node:crypto';
import { type Page, type PageQuery, timestampSchema } from '../../contract/fields.ts';
import { type IdPrefix, idSchema } from '../../contract/ids.ts';
import { PAGE_BYTES } from '../../db/page-bytes.ts';
import { ServiceError } from './service-error.ts';

/** A place in a list that is sorted by time and id, newest first. The next page begins after the row that it names. */
export interface ListCursor {
  /** The time as Postgres writes it, with microseconds. */
  readonly createdAt: string;
  readonly id: string;
}

const ID = /^[\w-]{1,100}$/;
/** It takes only offsets that Postgres takes. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-](?:0\d|1[0-5]))(:\d{2})?$/;

export function encodeCursor(cursor: ListCursor): string {
  return Buffer.from(JSON.stringify([cursor.createdAt, cursor.id])).toString('base64url');
}

/** @throws ServiceError invalid_cursor when the text is no cursor of a list */
export function decodeCursor(text: string | undefined): ListCursor | null {
  if (text === undefined) return null;
  const parsed = jsonOf(text);
  if (Array.isArray(parsed)) {
    const [createdAt, id] = parsed as unknown[]; // Array.isArray leaves `any`
    if (typeof createdAt === 'string' && isTimestamp(createdAt) && typeof id === 'string' && ID.test(id)) {
      return { createdAt, id };
    }
  }
  throw noCursor();
}

/** A place in a list that may be sorted in several ways. The cursor names the way, since in another order it names no place. */
export interface SortedPlace {
  readonly sort: string;
  readonly order: string;
  /** The value by which the list is sorted, as Postgres writes it: a time, `infinity` or a whole number. */
  readonly value: string;
  readonly id: string;
}

export function encodeSortedCursor({ sort, order, value, id }: SortedPlace): string {
  return Buffer.from(JSON.stringify([sort, order, value, id])).toString('base64url');
}

/** @throws ServiceError invalid_cursor when the text is no cursor of a list in this order */
export function decodeSortedCursor(text: string, { sort, order }: Pick<SortedPlace, 'sort' | 'order'>): SortedPlace {
  const parsed = jsonOf(text);
  if (Array.isArray(parsed) && parsed.length === 4 && parsed[0] === sort && parsed[1] === order) {
    const [, , value, id] = parsed as unknown[]; // Array.isArray leaves `any`
    if (typeof value === 'string' && typeof id === 'string' && ID.test(id)) {
      const isNumber = sort === 'cost_usd' || sort === 'turns';
      const isValue = isNumber ? (sort === 'turns' ? /^\d{1,9}$/ : /^\d{1,18}$/).test(value) : isTime(value);
      if (isValue) return { sort, order, value, id };
    }
  }
  throw new ServiceError('invalid_cursor', `The cursor is not one of a list with sort ${sort} and order ${order}.`, {
    param: 'cursor',
  });
}

const isTime = (value: string): boolean => value === 'infinity' || isTimestamp(value);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A client may make a cursor up, so a time that Postgres would refuse must not reach a query. */
function isTimestamp(text: string): boolean {
  const [, day, time, minutes = ':00'] = TIMESTAMP.exec(text) ?? [];
  return timestampSchema.safeParse(`${day}T${time}${minutes}`).success;
}

/**
 * Reads the cursor of a list that is sorted by id alone. It is the last id of the page before.
 * @throws ServiceError invalid_cursor
 */
export function decodeIdCursor(prefix: IdPrefix, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (idSchema(prefix).safeParse(text).success) return text;
  throw noCursor();
}

const NUMBER = /^\d{1,9}$/;

/**
 * Reads the cursor of a list that is sorted by a number. It is the last one of the page before; -1 without a cursor.
 * @throws ServiceError invalid_cursor
 */
export function decodePlaceCursor(text: string | undefined): number {
  if (text === undefined) return -1;
  if (NUMBER.test(text)) return Number(text);
  throw noCursor();
}

function noCursor(): ServiceError {
  return new ServiceError('invalid_cursor', 'The cursor is not one that a list returned.', { param: 'cursor' });
}

/** The place of a row in a list and a digest of its id, since names of documents may be longer than a cursor. */
const PLACE = /^(\d{1,9})\.([\w-]{16})$/;

/**
 * Cuts a page out of a list that is whole in memory. It begins behind the last row that was shown, wherever that row is
 * now. If the row is gone, it begins at the place where the row was.
 * @throws ServiceError invalid_cursor
 */
export function pageOfWhole<Item>(
  items: readonly Item[],
  { limit, cursor }: PageQuery,
  idOf: (item: Item) => string,
): Page<Item> {
  const digestOf = (item: Item) => createHash('sha256').update(idOf(item)).digest('base64url').slice(0, 16);
  const start = cursor === undefined ? 0 : startAfter(cursor);
  const data = withinBytes(items.slice(start, start + limit), (item) => item);
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

/** Makes items of the first rows, until their JSON has PAGE_BYTES together. That of the first row is always among them. */
export function withinBytes<Row, Item>(rows: readonly Row[], itemOf: (row: Row) => Item): Item[] {
  const items: Item[] = [];
  let bytes = 0;
  for (const row of rows) {
    const item = itemOf(row);
    bytes += Buffer.byteLength(JSON.stringify(item) ?? '');
    if (bytes > PAGE_BYTES && items.length > 0) break;
    items.push(item);
  }
  return items;
}

/**
 * Makes a page of rows of which one more than `limit` was read, unless the page was cut to its bytes.
 * @param cursorOf the cursor of the page that begins after this row
 * @param found how many rows there were before the page was cut
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
  found = rows.length,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(itemOf),
    next_cursor: found > shown.length && last !== undefined ? cursorOf(last) : null,
  };
}

import { ServiceError } from '../verb/service-error.ts';

/** Reads the cursor of a list of turns: the first turn of the page. @throws ServiceError invalid_cursor */
export function turnOfCursor(cursor: string | undefined, list: string): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ServiceError('invalid_cursor', `The cursor is not one that ${list} returned.`, { param: 'cursor' });
}

import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, pageOf } from '../../../service/cursor.ts';

test('a cursor survives the way through a client', () => {
  const cursor = { createdAt: '2026-11-23 01:02:03.123456+00', id: 'sess_01' };
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  expect(decodeCursor(undefined)).toBeNull();
});

test.each([
  '',
  'x',
  'null',
  'WyJhIl0',
  Buffer.from('["2026","a"]').toString('base64url'),
  Buffer.from('{}').toString('base64url'),
  Buffer.from('["0000-01-01 00:00:00+00","a"]').toString('base64url'),
  Buffer.from('["2026-02-30 00:00:00+00","a"]').toString('base64url'),
  Buffer.from('["2026-01-01 00:00:00+99","a"]').toString('base64url'),
  Buffer.from('["2026-01-01 00:00:00+00","a\\u0000"]').toString('base64url'),
])('the cursor %j is refused and never reaches a query', (text) => {
  expect(() => decodeCursor(text)).toThrowError(expect.objectContaining({ code: 'invalid_cursor' }));
});

test('the last page says that nothing follows', () => {
  const itemOf = (row: number) => row * 10;
  expect(pageOf([1, 2, 3], 2, itemOf, String)).toEqual({ data: [10, 20], next_cursor: '2' });
  expect(pageOf([1, 2], 2, itemOf, String)).toEqual({ data: [10, 20], next_cursor: null });
  expect(pageOf([], 2, itemOf, String)).toEqual({ data: [], next_cursor: null });
});

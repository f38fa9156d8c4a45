import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, pageOf, pageOfWhole } from '../../../service/verb/cursor.ts';

test('a cursor is the same after its way through a client', () => {
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

test('[api:list:each-row-once-newest-first] a list in memory continues behind the row shown last, even if rows were added before it or it is gone', () => {
  const page = (items: string[], cursor?: string) =>
    pageOfWhole(items, { limit: 2, ...(cursor === undefined ? {} : { cursor }) }, (item) => item);
  const first = page(['d', 'c', 'b', 'a']);
  expect(first.data).toEqual(['d', 'c']);
  const cursor = first.next_cursor ?? '';
  expect(page(['d', 'c', 'b', 'a'], cursor)).toEqual({ data: ['b', 'a'], next_cursor: null });
  expect(page(['f', 'e', 'd', 'c', 'b', 'a'], cursor).data).toEqual(['b', 'a']);
  expect(page(['d', 'b', 'a'], cursor).data).toEqual(['b', 'a']);
  expect(page([], cursor)).toEqual({ data: [], next_cursor: null });
  const twice = page(['x', 'x', 'x', 'y']);
  expect(page(['x', 'x', 'x', 'y'], twice.next_cursor ?? '').data).toEqual(['x', 'y']);
});

test.each(['', 'x', '1', '-1.AAAAAAAAAAAAAAAA', '1.AAAA', 'WyJhIl0'])(
  'a list in memory refuses the cursor %j',
  (cursor) => {
    const read = () => pageOfWhole(['a'], { limit: 2, cursor }, (item) => item);
    expect(read).toThrowError(expect.objectContaining({ code: 'invalid_cursor' }));
  },
);

import { expect, test } from 'vitest';
import { jsonDifferences } from '../../../domain/json-differences.ts';

const row = (n: number) => ({ name: `field ${n}`, type: 'string' });
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));

test.each<[string, unknown, unknown, object[]]>([
  ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ['a value', { a: 1 }, { a: 2 }, [{ path: '/a', before: 1, after: 2 }]],
  ['a member that is new', {}, { a: 1 }, [{ path: '/a', after: 1 }]],
  ['a member that is gone', { a: null }, {}, [{ path: '/a', before: null }]],
  ['a deep place', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ path: '/a/0/b', before: 1, after: 2 }]],
  ['a list in place of an object', { a: {} }, { a: [] }, [{ path: '/a', before: {}, after: [] }]],
  ['two texts', 'a', 'b', [{ path: '', before: 'a', after: 'b' }]],
])('the differences of %s', (_, before, after, differences) => {
  expect(jsonDifferences(before, after)).toEqual(differences);
});

test('[bounds:work:differences] a member with more to compare than is worth it is one difference, and the others are looked into', () => {
  const [many, changed] = [rows(100_000), [...rows(99_999), { ...row(99_999), type: 'number' }]];
  expect(jsonDifferences({ many, text: 'a' }, { many: changed, text: 'b' })).toEqual([
    { path: '/many', before: many, after: changed },
    { path: '/text', before: 'a', after: 'b' },
  ]);
  expect(jsonDifferences({ many }, { many: rows(100_000) })).toEqual([]);
  const all = rows(1_000).map(({ name }) => ({ name, type: 'number' }));
  expect(jsonDifferences({ many: rows(1_000) }, { many: all })).toHaveLength(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closedJson } from '../../../domain/closed-json.ts';

test.each([
  ['{"a":"b', { a: 'b' }],
  ['{"a":"b\\', { a: 'b' }],
  ['{"a":"b\\u12', { a: 'b' }],
  ['{"a":"b\\\\', { a: 'b\\' }],
  ['{"a":"b\\"c', { a: 'b"c' }],
  ['{"a":1,"b', { a: 1 }],
  ['{"a":1,"b":', { a: 1 }],
  ['{"a":1,"b":2', { a: 1 }],
  ['{"a":[1,{"b":"c"},{"d', { a: [1, { b: 'c' }, {}] }],
  ['[', []],
  ['"a', 'a'],
  ['', undefined],
  ['x', undefined],
  ['['.repeat(2_000), undefined],
])('the beginning %j is read as far as it goes', (beginning, value) => {
  expect(closedJson(beginning)).toEqual(value);
});

test('every beginning of an object is read without an error, and more of it is never less', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value);
      expect(closedJson(text)).toEqual(JSON.parse(text));
      for (let length = 1; length < text.length; length++) expect(closedJson(text.slice(0, length))).toBeDefined();
    }),
    { seed: 11, numRuns: 60 },
  );
});

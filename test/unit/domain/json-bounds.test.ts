import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FOREIGN_JSON, jsonExcess, withoutDepths } from '../../../domain/json-bounds.ts';

const bounds = { depth: 3, values: 8 };

test.each([
  ['{"a":[{"b":1}]}', undefined],
  ['{"a":[{"b":[]}]}', 'depth'],
  ['[1,2,3,4,5,6]', undefined],
  ['[1,2,3,4,5,6,7,8]', 'values'],
  ['["[[[[[[,,,,,,,,,,","\\"[[[[[,,,,,\\\\"]', undefined],
  ['["\\\\",[[[]]]]', 'depth'],
  ['"never ends [[[[[[[[', undefined],
  ['[[[[', 'depth'],
  ['', undefined],
] as const)('the JSON %j exceeds %s', (text, excess) => {
  expect(jsonExcess(text, bounds)).toBe(excess);
});

test.each([
  ['{"a":[{"b":1}],"c":[[[2]],"[[[[",3]}', '{"a":[{"b":1}],"c":[["[nested too deep]"],"[[[[",3]}'],
  ['[[[[[["x","]"]]],{"a":1}]],[]]', '[[["[nested too deep]","[nested too deep]"]],[]]'],
  ['[[[]]]', '[[[]]]'],
])('of %s nothing is lost but what is nested too deep', (text, rest) => {
  expect(withoutDepths(text, bounds)).toBe(rest);
  expect(jsonExcess(withoutDepths(text, bounds), { ...bounds, values: 100 })).toBeUndefined();
});

test('no JSON within both bounds is refused, and none beyond its depth is let through', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value);
      const excess = jsonExcess(text, { depth: 4, values: Number.POSITIVE_INFINITY });
      // A short text is let through without a look, so it is made long.
      const padded = jsonExcess(`${text}${' '.repeat(10)}`, { depth: 4, values: 1_000_000 });
      expect(excess ?? padded).toBe(depthOf(value) > 4 ? 'depth' : undefined);
    }),
    { seed: 5 },
  );
});

test('what models and tool servers send is far within the bounds', () => {
  const text = JSON.stringify({
    results: Array.from({ length: 20_000 }, (_, id) => ({ id, name: 'x', tags: ['a', 'b'] })),
  });
  expect(jsonExcess(text)).toBeUndefined();
  expect(FOREIGN_JSON.depth).toBeGreaterThan(100);
});

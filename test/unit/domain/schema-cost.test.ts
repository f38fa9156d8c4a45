import { expect, test } from 'vitest';
import { checksOfOneValue } from '../../../domain/tool-schema/schema-cost.ts';
import { usableSchema } from '../../../domain/tool-schema/usable-schema.ts';

/** A chain of definitions in which each refers to the next one twice, by way of `branch`. */
function chain(length: number, branch: (next: object) => object) {
  const defs = Array.from({ length: length + 1 }, (_, index) => [
    `d${index}`,
    index === length ? { type: 'string' } : branch({ $ref: `#/$defs/d${index + 1}` }),
  ]);
  return { type: 'object', properties: { x: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(defs) };
}

test.each<[of: string, branch: (next: object) => object]>([
  ['anyOf', (next) => ({ anyOf: [next, next] })],
  ['oneOf', (next) => ({ oneOf: [next, next] })],
  ['allOf', (next) => ({ allOf: [next, next] })],
  ['not', (next) => ({ not: next, ...next })],
  ['if', (next) => Object.fromEntries(['if', 'then', 'else'].map((keyword) => [keyword, next]))],
  ['dependentSchemas', (next) => ({ dependentSchemas: { a: next, b: next } })],
  ['$dynamicRef', (next) => ({ ...next, allOf: [next] })],
])(
  '[evaluation:costly-schema:said-at-discovery] a chain that branches by %s at each step is too costly',
  (_, branch) => {
    expect(usableSchema(chain(40, branch))).toMatchObject({
      kind: 'unusable',
      reason: 'costly_schema',
      why: expect.stringContaining('more than 10000 schemas'),
    });
    expect(usableSchema(chain(5, branch))).toMatchObject({ kind: 'usable' });
  },
);

test('[evaluation:costly-schema:said-at-discovery] a tree of parts of a value is not counted, since it grows with the value', () => {
  const node = { type: 'object', properties: { left: { $ref: '#' }, right: { $ref: '#' } } };
  // The node itself, or the reference to it and the node.
  expect(checksOfOneValue(node)).toBe(2);
  expect(usableSchema(node)).toMatchObject({ kind: 'usable' });
});

test('[evaluation:costly-schema:said-at-discovery] references that lead back to themselves have no end', () => {
  expect(checksOfOneValue({ allOf: [{ $ref: '#' }] })).toBe(Number.POSITIVE_INFINITY);
});

import { type Attack, nameOf } from './attack.ts';
import { listing, tool, useToolServer } from './tool-attacks.ts';

const DEPTH = 40;

/** Definitions of which each uses the next twice: a check of one value takes 2^40 steps. */
function doubling(twice: (ref: string) => object, depth = DEPTH): object {
  const $defs = Object.fromEntries(
    Array.from({ length: depth }, (_, n) => [`d${n}`, twice(`#/$defs/d${n + 1}`)] as const),
  );
  return {
    type: 'object',
    $defs: { ...$defs, [`d${depth}`]: { type: ['object', 'string'] } },
    properties: { q: { $ref: '#/$defs/d0' } },
  };
}

const both = (keyword: string) => doubling(($ref) => ({ [keyword]: [{ $ref }, { $ref }] }));
const EVIL = '^(([a-z])+.)+[A-Z]([a-z])+$';
const LONG_WORD = 'a'.repeat(50_000);
const DEEP_SCHEMA = `${'{"type":"object","properties":{"q":'.repeat(5_000)}{}${'}}'.repeat(5_000)}`;
const manyRows = Array.from({ length: 20_000 }, (_, n) => ({ row: n }));

/** A schema, as an object or as JSON, and arguments that make its check as dear as can be. */
const schemas: Readonly<Record<string, { readonly schema: object | string; readonly q: unknown }>> = {
  anyOf: { schema: both('anyOf'), q: 1 },
  oneOf: { schema: both('oneOf'), q: 'x' },
  allOf: { schema: both('allOf'), q: 'x' },
  not: { schema: doubling(($ref) => ({ allOf: [{ not: { not: { $ref } } }, { not: { not: { $ref } } }] })), q: 'x' },
  if: { schema: doubling(($ref) => ({ if: { not: { $ref } }, else: { $ref } })), q: 'x' },
  dependentSchemas: {
    schema: doubling(($ref) => ({ dependentSchemas: { a: { $ref }, b: { $ref } } })),
    q: { a: 1, b: 1 },
  },
  propertyNames: {
    schema: doubling(($ref) => ({ propertyNames: { allOf: [{ $ref }, { $ref }] } })),
    q: { a: 1, b: 1 },
  },
  $dynamicRef: {
    schema: {
      $id: 'https://example.com/tree',
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { q: { anyOf: [{ $dynamicRef: '#node' }, { $dynamicRef: '#node' }, { type: 'string' }] } },
    },
    q: JSON.parse(`${'{"q":'.repeat(25)}1${'}'.repeat(25)}`),
  },
  patternProperties: {
    schema: { type: 'object', properties: { q: { type: 'object', patternProperties: { [EVIL]: {} } } } },
    q: { [LONG_WORD]: 1 },
  },
  pattern: { schema: { type: 'object', properties: { q: { type: 'string', pattern: '(a+)+$' } } }, q: `${LONG_WORD}!` },
  uniqueItems: { schema: { type: 'object', properties: { q: { type: 'array', uniqueItems: true } } }, q: manyRows },
  contains: {
    schema: {
      type: 'object',
      properties: {
        q: { type: 'array', contains: { enum: manyRows.slice(0, 2_000).map((row) => ({ ...row, x: 1 })) } },
      },
    },
    q: manyRows,
  },
  format: {
    schema: { type: 'object', properties: { q: { type: 'string', format: 'regex' } } },
    q: '('.repeat(20_000),
  },
  multipleOf: { schema: { type: 'object', properties: { q: { multipleOf: 1e-300 } } }, q: 1e300 },
  nesting: { schema: DEEP_SCHEMA, q: 'x' },
  enum: {
    schema: { type: 'object', properties: { q: { enum: Array.from({ length: 50_000 }, (_, n) => `value ${n}`) } } },
    q: 'none of them',
  },
};

/** A list of schemas each of which is cheap enough to be tried. No two are the same text. */
const MANY = Array.from({ length: 1_000 }, (_, n) => {
  const schema = doubling(($ref) => ({ allOf: [{ $ref }, { $ref }], title: `${n}` }), 12);
  return tool(n === 0 ? 'work' : `work_${n}`, JSON.stringify(schema));
});

/** Attacks by the schema of a tool and by arguments that its model chose. */
const single: readonly Attack[] = Object.entries(schemas).map(([keyword, { schema, q }]) => ({
  name: `schema: ${keyword}`,
  start: (world) =>
    useToolServer(world, {
      name: nameOf(`s ${keyword.toLowerCase()}`),
      answers: { 'tools/list': listing(tool('work', typeof schema === 'string' ? schema : JSON.stringify(schema))) },
      args: { q },
    }),
}));

export const schemaAttacks: readonly Attack[] = [
  ...single,
  {
    name: 'schema: a thousand that are each tried',
    start: (world) => useToolServer(world, { name: 's-thousand', answers: { 'tools/list': listing(MANY.join()) } }),
  },
];

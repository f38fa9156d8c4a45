import type { GuardrailHook, GuardrailRule } from '../../../contract/guardrail-rules.ts';
import type { Evaluate, Evaluated } from '../../../evaluation/evaluations.ts';

/** Something that a tenant, a model or a server may send to keep a process busy for ever. */
export interface Attack {
  readonly by: string;
  readonly make: (evaluate: Evaluate) => Promise<Evaluated<unknown>>;
}

type Branch = (next: object) => object;

/** A chain of definitions, each of which refers to the next one more than once: 2 to the power of its length checks. */
function chain(branch: Branch, length = 40, leaf: object = { type: 'string' }): object {
  const defs = Array.from({ length: length + 1 }, (_, index) => [
    `d${index}`,
    index === length ? leaf : branch({ $ref: `#/$defs/d${index + 1}` }),
  ]);
  return { type: 'object', properties: { x: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(defs) };
}

/** An object that holds itself under `a`, so many levels deep, or a list that holds itself. */
function nested(levels: number, of: 'object' | 'list'): unknown {
  let value: unknown = of === 'object' ? {} : [];
  for (let level = 1; level < levels; level++) value = of === 'object' ? { a: value } : [value];
  return value;
}

const again = { $ref: '#' };
const self = (...keywords: object[]) => Object.assign({}, ...keywords);

/** A schema with arguments that it takes for ever to check. */
const CHECKS: readonly [by: string, schema: object, args: unknown][] = [
  ['anyOf', chain((next) => ({ anyOf: [next, next] })), { x: 1 }],
  ['oneOf', chain((next) => ({ oneOf: [next, next] })), { x: 1 }],
  ['allOf', chain((next) => ({ allOf: [next, next] })), { x: 'a' }],
  ['not', chain((next) => ({ not: { not: next }, allOf: [next] })), { x: 'a' }],
  [
    'if, then and else',
    chain((next) => Object.fromEntries(['if', 'then', 'else'].map((keyword) => [keyword, next]))),
    { x: 'a' },
  ],
  ['dependentSchemas', chain((next) => ({ dependentSchemas: { a: next, b: next } }), 40, {}), { x: { a: 1, b: 1 } }],
  [
    'dependencies of draft 7',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...chain((next) => ({ dependencies: { a: next, b: next } }), 40, {}),
    },
    { x: { a: 1, b: 1 } },
  ],
  [
    '$dynamicRef',
    { $dynamicAnchor: 'node', allOf: [0, 1].map(() => ({ properties: { a: { $dynamicRef: '#node' } } })) },
    nested(31, 'object'),
  ],
  ['$anchor', { ...chain((next) => ({ anyOf: [next, next] }), 36), $anchor: 'root' }, { x: 1 }],
  ['unevaluatedProperties', chain((next) => ({ anyOf: [next, next], unevaluatedProperties: false })), { x: 1 }],
  [
    'recursion into objects',
    { allOf: [{ properties: { a: again } }, { properties: { a: again } }] },
    nested(31, 'object'),
  ],
  [
    'properties and patternProperties',
    self({ properties: { a: again } }, { patternProperties: { a: again } }),
    nested(31, 'object'),
  ],
  [
    'additionalProperties of two branches',
    { allOf: [{ additionalProperties: again }, { additionalProperties: again }] },
    nested(31, 'object'),
  ],
  [
    'items and contains',
    {
      type: ['array', 'object'],
      items: again,
      contains: { not: again },
      maxContains: 0,
      minContains: 0,
      properties: { a: again },
    },
    { a: nested(31, 'list') },
  ],
  [
    'items of two branches',
    { properties: { a: again }, allOf: [{ items: again }, { items: again }] },
    { a: nested(31, 'list') },
  ],
  [
    'uniqueItems on a long list',
    { properties: { a: { uniqueItems: true } } },
    { a: Array.from({ length: 30_000 }, (_, id) => ({ id })) },
  ],
  [
    'an enumeration on a long list',
    { properties: { a: { contains: { enum: Array.from({ length: 2_000 }, (_, id) => ({ id })) } } } },
    { a: Array.from({ length: 60_000 }, () => ({ id: -1 })) },
  ],
  [
    'the length of a long text, many times',
    { properties: { a: { allOf: Array.from({ length: 500 }, () => ({ minLength: 1 })) } } },
    { a: 'é'.repeat(3_000_000) },
  ],
  [
    'a pattern with many counters',
    { properties: { a: { pattern: '(a|b|c|d){900}'.repeat(30) } } },
    { a: 'a'.repeat(20_000) },
  ],
  [
    'a pattern of names',
    { propertyNames: { pattern: '^(.{0,300}){3}' } },
    Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`${'x'.repeat(200)}${at}`, 1])),
  ],
  [
    'patterns that are costly to compile',
    {
      properties: {
        a: { allOf: Array.from({ length: 30 }, (_, at) => ({ pattern: `${'\\p{L}{1000}'.repeat(80)}${at}` })) },
      },
    },
    { a: 'a' },
  ],
];

const EVALUATED: Attack[] = [
  ...CHECKS.map(([by, schema, args]) => ({
    by: `arguments against ${by}`,
    make: (evaluate: Evaluate) => evaluate('check_arguments', { schema: JSON.stringify(schema), rules: [], args }),
  })),
];

const common: { id: string; hooks: GuardrailHook[]; action: 'redact'; enabled: boolean } = {
  id: 'r',
  hooks: ['output', 'tool_result'],
  action: 'redact',
  enabled: true,
};
/** Phrases of one letter after the other, each of which is also looked for spelled out. */
const letters = (letter: string) => Array.from({ length: 400 }, (_, at) => `${letter} `.repeat(50 + (at % 200)).trim());
const phrases: GuardrailRule = {
  ...common,
  kind: 'phrases',
  phrases: letters('a'),
  min_confidence: 0.5,
  whole_words: true,
};
const schemaOf = (schema: object): GuardrailRule => ({
  ...common,
  hooks: ['output'],
  action: 'block',
  kind: 'answer_schema',
  schema: { ...schema },
});

/** A rule with a text that it takes for ever to read. */
const SCANS: readonly [by: string, rule: GuardrailRule, text: string][] = [
  ['phrases that are spelled out', phrases, 'a '.repeat(20_000)],
  [
    'terms of a topic',
    { ...common, kind: 'topic', topic: 't', min_terms: 1, terms: letters('b') },
    'b '.repeat(20_000),
  ],
  ['an answer against a schema', schemaOf(chain((next) => ({ anyOf: [next, next] }))), '{"x": 1}'],
  [
    'an answer of many items',
    schemaOf({ items: { uniqueItems: true } }),
    JSON.stringify([Array.from({ length: 30_000 }, (_, id) => ({ id }))]),
  ],
];

const READ: Attack[] = SCANS.map(([by, rule, text]) => ({
  by: `a text read for ${by}`,
  make: (evaluate: Evaluate) => evaluate('scan_text', { rule, text }),
}));

/** Schemas and rules that are read when a server lists them or a tenant sets them, before anything is called. */
const SET: Attack[] = [
  {
    by: 'a listed schema whose patterns are costly to compile',
    make: (evaluate) =>
      evaluate('usable_schema', {
        sent: {
          properties: {
            a: { allOf: Array.from({ length: 30 }, (_, at) => ({ pattern: `${'\\p{L}{1000}'.repeat(80)}${at}` })) },
          },
        },
      }),
  },
  {
    by: 'a schema of answers with a hundred thousand parts',
    make: (evaluate) =>
      evaluate('schema_problem', {
        schema: {
          properties: Object.fromEntries(
            Array.from({ length: 20_000 }, (_, at) => [
              `p${at}`,
              { anyOf: [{ type: 'string' }, { minimum: at }, { pattern: `a${at}` }] },
            ]),
          ),
        },
      }),
  },
  {
    by: 'a growing answer read for phrases',
    make: (evaluate) => evaluate('scan_window', { rules: [phrases], text: 'a '.repeat(20_000), from: 0 }),
  },
];

export const attacks: readonly Attack[] = [...EVALUATED, ...READ, ...SET];

import { expect, test } from 'vitest';
import { createArgumentValidator } from '../../../domain/json-schema.ts';
import { takesObject } from '../../../domain/tool-schema/takes-object.ts';
import { usableSchema } from '../../../domain/tool-schema/usable-schema.ts';

const text = { type: 'string' };
const nothing = { type: 'null' };
const object = { type: 'object', properties: { a: text } };

/** `then` is named by a constant, because the linter takes an object with it for a promise. */
const THEN = 'then';

/** Objects of several shapes. None of them is valid by a schema that takes no object. */
const OBJECTS = [{}, { a: 'x' }, { a: 1 }, { b: null }, { a: 'x', b: 1 }, { 'a b': {} }];

const NEVER: readonly [string, Record<string, unknown>][] = [
  ['another type', text],
  ['two other types', { type: ['string', 'null'] }],
  ['a reference to a text', { $ref: '#/$defs/t', $defs: { t: text } }],
  ['a reference in percent-encoding', { $ref: '#/$defs/a%20~1b', $defs: { 'a /b': text } }],
  ['a reference into a list', { $ref: '#/anyOf/0', anyOf: [text, object] }],
  ['references over references', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: nothing } }],
  ['alternatives without an object', { anyOf: [text, nothing] }],
  ['exact alternatives without an object', { oneOf: [text, { $ref: '#/$defs/n' }], $defs: { n: nothing } }],
  ['exactly one of two that both take each object', { oneOf: [{ type: 'object' }, { title: 'anything' }] }],
  ['one part of all takes none', { allOf: [object, text] }],
  ['values without an object', { enum: ['a', 1, null, ['x']] }],
  ['a value that is no object', { const: 'a' }],
  ['the value null', { const: null }],
  ['not anything', { not: {} }],
  ['not true', { not: true }],
  ['no object', { not: { type: 'object' } }],
  ['no object by a reference', { not: { $ref: '#/$defs/o' }, $defs: { o: { type: ['object', 'null'] } } }],
  ['neither an object nor anything else', { not: { anyOf: [text, { type: 'object' }] } }],
  ['not what is no text', { not: { not: text } }],
  ['a condition that always holds', { if: { type: 'object' }, [THEN]: text }],
  ['a condition that never holds', { if: nothing, else: false }],
  ['either way none', { if: { required: ['a'] }, [THEN]: false, else: text }],
  ['a name that is required and forbidden', { properties: { a: false }, required: ['a'] }],
  [
    'a required name beside a closed list',
    { type: 'object', properties: { a: text }, required: ['b'], additionalProperties: false },
  ],
  ['names required where none may be', { required: ['a'], propertyNames: false }],
  ['more names than there may be', { minProperties: 2, maxProperties: 1 }],
  ['more required names than there may be', { required: ['a', 'b'], maxProperties: 1 }],
  ['all of them nested', { allOf: [{ anyOf: [{ oneOf: [text] }, { enum: [1] }] }] }],
];

const MAY: readonly [string, Record<string, unknown>, object][] = [
  ['nothing said', {}, {}],
  ['an object or null', { type: ['null', 'object'] }, {}],
  ['an object by a reference', { $ref: '#/$defs/o', $defs: { o: object } }, { a: 'x' }],
  ['one alternative of three', { anyOf: [text, nothing, object] }, { a: 'x' }],
  ['exactly one of two', { oneOf: [text, object] }, { a: 'x' }],
  ['exactly one by its names', { oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 'x' }],
  ['values with an object', { enum: ['a', { a: 'x' }] }, { a: 'x' }],
  ['a value that is an object', { const: { a: 'x' } }, { a: 'x' }],
  ['not a text', { not: text }, {}],
  ['not false', { not: false }, {}],
  ['not objects of one kind', { not: { required: ['a'] } }, {}],
  ['not exactly one', { not: { oneOf: [{}, {}] } }, {}],
  ['a condition of some objects', { if: { required: ['a'] }, [THEN]: text }, {}],
  ['a forbidden name that is not required', { properties: { a: false } }, {}],
  [
    'a required name of a pattern',
    { required: ['x1'], patternProperties: { '^x': {} }, additionalProperties: false },
    { x1: 1 },
  ],
  ['a tree', { $ref: '#/$defs/t', $defs: { t: { type: 'object', properties: { below: { $ref: '#/$defs/t' } } } } }, {}],
  ['a name like a keyword', { properties: { const: text, enum: text, not: {} } }, { const: 'x' }],
];

test.each(NEVER)(
  '[tool:schema:repaired-or-withheld] a schema that no object can meet is withheld: %s',
  (_name, schema) => {
    expect(takesObject(schema)).toBe(false);
    const validate = createArgumentValidator(schema);
    for (const args of OBJECTS) expect(validate(args).ok, JSON.stringify(args)).toBe(false);
    expect(usableSchema(schema)).toEqual({
      kind: 'unusable',
      reason: 'unusable_schema',
      why: 'Its input schema takes no object, and arguments are always one.',
    });
  },
);

test.each(MAY)(
  '[tool:schema:repaired-or-withheld] a schema that some object meets is offered: %s',
  (_name, schema, args) => {
    expect(takesObject(schema)).toBe(true);
    expect(createArgumentValidator(schema)(args)).toEqual({ ok: true });
    expect(usableSchema(schema)).toMatchObject({ kind: 'usable' });
  },
);

test('[tool:schema:repaired-or-withheld] parts that refer to two parts each are looked at once', () => {
  const $defs: Record<string, unknown> = { d60: text };
  for (let n = 0; n < 60; n++) {
    const next = { $ref: `#/$defs/d${n + 1}` };
    $defs[`d${n}`] = { anyOf: [next, { not: { not: next } }] };
  }
  expect(takesObject({ $ref: '#/$defs/d0', $defs })).toBe(false);
});

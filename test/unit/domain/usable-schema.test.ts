import { expect, test } from 'vitest';
import { createArgumentValidator } from '../../../domain/json-schema.ts';
import { usableSchema } from '../../../domain/tool-schema/usable-schema.ts';

const text = { type: 'string' };
const object = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: 'object',
  properties,
  ...more,
});
function nested(levels: number): unknown {
  return levels === 0 ? text : object({ below: nested(levels - 1) });
}

test.each<[string, unknown]>([
  ['a plain one', object({ a: text }, { required: ['a'] })],
  ['without a type', { properties: { a: text } }],
  ['nothing', {}],
  ['alternatives at the top', { anyOf: [object({ a: text }), object({ b: text })] }],
  ['an object or null', { type: ['object', 'null'] }],
  ['a boolean property', object({ a: true, b: false })],
  ['a property that is named like a keyword', object({ type: text, required: text, id: text, enum: text })],
  ['a property of a prototype', object({ constructor: text, toString: text })],
  ['a reference to itself', object({ below: { $ref: '#' } })],
  ['tuples of draft 7', object({ a: { items: [text] } }, { $schema: 'http://json-schema.org/draft-07/schema#' })],
  ['keywords that nobody knows', object({ a: { ...text, 'x-order': 1, example: 'e' } }, { 'x-any': {} })],
  ['a pattern with look-around', object({ a: { ...text, pattern: '^(?!x).*$' } })],
])('[tool:schema:repaired-or-withheld] a schema that is valid stays as it is: %s', (_name, schema) => {
  expect(usableSchema(schema)).toEqual({ kind: 'usable', schema, repairs: [] });
});

test.each<[string, unknown, unknown]>([
  ['none', undefined, { type: 'object' }],
  ['null', null, { type: 'object' }],
  ['true', true, { type: 'object' }],
  ['a type of another language', object({ a: { type: 'int' } }), object({ a: { type: 'integer' } })],
  [
    'more of them',
    { type: 'dict', properties: { a: { type: 'list', items: { type: 'STR' } } } },
    object({ a: { type: 'array', items: text } }),
  ],
  ['types in one text', object({ a: { type: 'string | null' } }), object({ a: { type: ['string', 'null'] } })],
  ['the same type twice', object({ a: { type: ['string', 'str'] } }), object({ a: text })],
  ['any type', object({ a: { type: 'any' } }), object({ a: {} })],
  ['a bare type', object({ a: 'string', b: null }), object({ a: text, b: {} })],
  [
    'exclusive limits of draft 4',
    object({ a: { minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false } }),
    object({ a: { exclusiveMinimum: 1, maximum: 9 } }),
  ],
  ['an exclusive limit without a limit', object({ a: { exclusiveMaximum: true } }), object({ a: {} })],
  ['the id of draft 4', { id: 'http://example.com/a', ...object({ a: text }) }, object({ a: text })],
  [
    'required in a property',
    object({ a: { ...text, required: true }, b: { ...text, required: false } }),
    object({ a: text, b: text }, { required: ['a'] }),
  ],
  ['required among the properties', object({ a: text, required: ['a'] }), object({ a: text }, { required: ['a'] })],
  [
    'required beside and in a property',
    object({ a: { ...text, required: true }, b: text }, { required: ['b'] }),
    object({ a: text, b: text }, { required: ['b', 'a'] }),
  ],
  ['one required name', object({ a: text }, { required: 'a' }), object({ a: text }, { required: ['a'] })],
  ['required that is null', object({ a: text }, { required: null }), object({ a: text })],
  ['a name required twice', object({ a: text }, { required: ['a', 'a', 1] }), object({ a: text }, { required: ['a'] })],
  ['no properties', { type: 'object', properties: null }, { type: 'object' }],
  [
    'a name of properties that is no pattern',
    { type: 'object', patternProperties: { '([': text, '^x': text } },
    { type: 'object', patternProperties: { '^x': text } },
  ],
  ['a list of no properties', { type: 'object', properties: [] }, { type: 'object' }],
  [
    'a list of items',
    object({ a: { type: 'array', items: [text, { type: 'int' }] } }),
    object({ a: { type: 'array', prefixItems: [text, { type: 'integer' }], items: true } }),
  ],
  [
    'counts in text',
    object({ a: { ...text, minLength: '1', maxLength: null } }),
    object({ a: { ...text, minLength: 1 } }),
  ],
  ['a count below zero', object({ a: { ...text, minLength: -1 } }), object({ a: text })],
  [
    'truth in text',
    object({ a: text }, { additionalProperties: 'false' }),
    object({ a: text }, { additionalProperties: false }),
  ],
  ['one value to choose', object({ a: { enum: 'x' } }), object({ a: { enum: ['x'] } })],
  ['a value to choose twice', object({ a: { enum: ['x', 'x', 1] } }), object({ a: { enum: ['x', 1] } })],
  ['nothing to choose', object({ a: { ...text, enum: [] } }), object({ a: text })],
  ['no alternatives', object({ a: { ...text, anyOf: [] } }), object({ a: text })],
  ['one alternative', object({ a: { anyOf: text } }), object({ a: { anyOf: [text] } })],
  [
    'nullable of OpenAPI',
    object({ a: { ...text, nullable: true, enum: ['x'] } }),
    object({ a: { type: ['string', 'null'], enum: ['x', null] } }),
  ],
  ['a description that is no text', object({ a: { ...text, description: null, title: 5 } }), object({ a: text })],
  ['a pattern that is none', object({ a: { ...text, pattern: '(' } }), object({ a: text })],
  ['a dialect that is no text', { $schema: 7, ...object({ a: text }) }, object({ a: text })],
  ['text that cannot be stored', object({ a: { ...text, description: 'a\0b\ud800' } }), undefined],
])('[tool:schema:repaired-or-withheld] what a schema plainly means is put in its place: %s', (name, sent, wanted) => {
  const usable = usableSchema(sent);
  if (wanted === undefined) {
    expect(usable).toMatchObject({ schema: object({ a: { ...text, description: 'a\uFFFDb\uFFFD' } }) });
    return;
  }
  expect(usable).toMatchObject({ kind: 'usable', schema: wanted });
  expect(usable.kind === 'usable' && usable.repairs.length, name).toBeGreaterThan(0);
  expect(createArgumentValidator(wanted as Record<string, unknown>)({ a: undefined, b: 1 })).not.toMatchObject({
    message: expect.stringContaining('cannot be used'),
  });
});

test.each<[string, unknown, string]>([
  ['a text', 'object', 'is no JSON object'],
  ['a list', [], 'is no JSON object'],
  ['a number', 7, 'is no JSON object'],
  ['false', false, 'takes no object'],
  ['a text as arguments', { type: 'string' }, 'takes no object'],
  ['a type that there is not', object({ a: { type: 'strng' } }), '/properties/a/type'],
  ['a property that is a number', object({ a: 5 }), '/properties/a must be object,boolean'],
  ['values that are an object', object({ a: { enum: { x: 1 } } }), '/properties/a/enum'],
  ['a reference that leads nowhere', object({ a: { $ref: '#/$defs/none' } }), "can't resolve reference"],
  ['a reference to another place', object({ a: { $ref: 'https://example.com/a.json' } }), "can't resolve reference"],
  [
    'a reference to itself alone',
    object({ a: { $ref: '#/$defs/b' } }, { $defs: { b: { $ref: '#/$defs/b' } } }),
    'leads back to itself',
  ],
  ['too many levels', nested(40), 'is nested more than 64 deep'],
])(
  '[tool:schema:repaired-or-withheld] a schema whose meaning is not plain is not used, and why is said: %s',
  (_name, sent, why) => {
    const usable = usableSchema(sent);
    expect(usable).toMatchObject({ kind: 'unusable', why: expect.stringContaining(why) });
  },
);

test('[tool:schema:repaired-or-withheld] of very many repairs the first ones are said', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`p${n}`, { type: 'int' }]));
  const usable = usableSchema(object(many));
  expect(usable.kind === 'usable' && usable.repairs).toHaveLength(21);
  expect(usable.kind === 'usable' && usable.repairs[20]).toBe('And 30 more of the kind.');
});

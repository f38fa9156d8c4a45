import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol } from '../../../models/model-call.ts';
import { REQUEST_FRAME_BYTES, toolBytesBound } from '../../../models/request-bound.ts';
import { shownSchema } from '../../../models/tool-schema/shown-schema.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { type StrictServer, startStrictServer } from '../../support/strict-server.ts';

let server: StrictServer;
let guarded: GuardedFetch;
/** The tools of the last request, in the protocol's own form. */
let offered: unknown;

beforeAll(async () => {
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  server = await startStrictServer({
    limits: () => undefined,
    answer({ body }) {
      offered = body.tools;
      return { text: 'ok', toolCalls: [] };
    },
  });
});
afterAll(async () => {
  await guarded.close();
  await server.close();
});

const protocols: readonly ModelProtocol[] = ['openai-chat', 'anthropic-messages', 'google-generate'];
const text = { type: 'string' };
const wide = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`p${n}`, { $ref: '#/$defs/point' }]));
const point = { type: 'object', properties: { x: { type: 'number', description: 'Meters.' }, y: { type: 'number' } } };

const many = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [
    `p${n}`,
    { type: 'string', description: `The ${n}th text that is looked for.` },
  ]),
);

/** Schemas that MCP servers really send, and stranger ones. */
const schemas: Readonly<Record<string, Record<string, unknown>>> = {
  'no properties': { type: 'object' },
  'no type': { properties: { a: text } },
  nothing: {},
  'what Zod writes': {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { limit: { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991, default: 10 } },
    required: ['limit'],
    additionalProperties: false,
  },
  'what Pydantic writes': {
    title: 'Arguments',
    type: 'object',
    properties: {
      since: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }], default: null, title: 'Since' },
    },
  },
  'alternatives at the top': {
    anyOf: [
      { type: 'object', properties: { id: text }, required: ['id'] },
      { type: 'object', properties: { name: text }, required: ['name'] },
    ],
  },
  'one of the properties': {
    type: 'object',
    properties: { id: text, name: text },
    oneOf: [{ required: ['id'] }, { required: ['name'] }],
  },
  'all of several': {
    allOf: [{ $ref: '#/definitions/page' }, { properties: { q: text }, required: ['q'] }],
    definitions: { page: { type: 'object', properties: { page: { type: 'integer' } } } },
  },
  'a reference at the top': {
    $ref: '#/definitions/a',
    definitions: { a: { type: 'object', properties: { a: text } } },
  },
  'a long definition at the top': {
    $ref: '#/definitions/a',
    definitions: { a: { type: 'object', properties: many } },
  },
  'a long definition at the top that refers to itself': {
    $ref: '#/definitions/a',
    definitions: { a: { type: 'object', properties: { ...many, below: { $ref: '#/definitions/a' } } } },
  },
  'a reference to itself': {
    type: 'object',
    properties: { tree: { $ref: '#/$defs/node' } },
    $defs: { node: { type: 'object', properties: { below: { type: 'array', items: { $ref: '#/$defs/node' } } } } },
  },
  'the whole schema again': { type: 'object', properties: { below: { $ref: '#' }, name: text } },
  'a reference that leads nowhere': { type: 'object', properties: { a: { $ref: '#/$defs/none' } } },
  'one definition many times': { type: 'object', properties: wide, $defs: { point } },
  'definitions that multiply': {
    type: 'object',
    properties: { a: { $ref: '#/$defs/d0' } },
    $defs: Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [
        `d${n}`,
        { type: 'object', properties: { l: { $ref: `#/$defs/d${n + 1}` }, r: { $ref: `#/$defs/d${n + 1}` } } },
      ]),
    ),
  },
  'the whole schema in each of many properties': {
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`p${n}`, { $ref: '#' }])),
  },
  'alternatives in a circle': {
    $ref: '#/$defs/filter',
    $defs: { filter: { anyOf: [{ $ref: '#/$defs/filter' }, { $ref: '#/$defs/filter' }, { properties: { q: text } }] } },
  },
  'several types': {
    type: 'object',
    properties: { a: { type: ['string', 'number', 'null'] }, b: { type: ['array', 'string'] } },
  },
  'a type that may be null': { type: 'object', properties: { a: { type: ['string', 'null'], enum: ['x', null] } } },
  'an array without items': {
    type: 'object',
    properties: { ids: { type: 'array' }, deep: { type: 'array', items: { type: 'array' } } },
  },
  'a list of items': { type: 'object', properties: { pair: { type: 'array', items: [{ type: 'number' }, text] } } },
  'items for each place': {
    type: 'object',
    properties: { pair: { type: 'array', prefixItems: [{ type: 'number' }] } },
  },
  'an enumeration of numbers': { type: 'object', properties: { level: { type: 'integer', enum: [1, 2, 3] } } },
  'an enumeration of anything': { type: 'object', properties: { v: { enum: ['auto', 0, false, null] } } },
  'an enumeration with an empty text': { type: 'object', properties: { v: { type: 'string', enum: ['', 'a'] } } },
  'a constant': { type: 'object', properties: { kind: { const: 'file' }, version: { const: 2 } } },
  'any value': { type: 'object', properties: { value: {}, other: true, none: false } },
  'formats and patterns': {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri', pattern: '^https://' },
      at: { type: 'string', format: 'date-time' },
    },
    patternProperties: { '^x-': text },
    dependentRequired: { url: ['at'] },
    if: { properties: { url: { const: 'a' } } },
    // biome-ignore lint/suspicious/noThenProperty: a member of JSON Schema
    then: { required: ['at'] },
    unevaluatedProperties: false,
  },
  'names that some providers refuse': {
    type: 'object',
    properties: { $filter: text, 'a b': text, é: text, ok: text },
    required: ['$filter'],
  },
  'a required property that is not there': { type: 'object', properties: { a: text }, required: ['a', 'b'] },
  'alternatives beside a type': {
    type: 'object',
    properties: { a: { type: 'string', anyOf: [{ minLength: 3 }, { const: 'x' }] } },
  },
  'alternatives of objects': {
    type: 'object',
    properties: {
      shape: { oneOf: [point, { type: 'object', properties: { r: { type: 'number' } }, required: ['r'] }] },
    },
  },
  'nonsense in every place': {
    type: 'object',
    properties: { a: { type: 7, items: 'x', enum: 'y', required: 3, anyOf: {} } },
    required: 'a',
  },
};

test.each(protocols.flatMap((protocol) => Object.keys(schemas).map((name) => ({ protocol, name }))))(
  '[request:tools:schemas-that-are-taken] a strict server of $protocol takes a tool with this schema: $name',
  async ({ protocol, name }) => {
    const before = server.refused.length;
    const tool = { name: 'look', description: 'Looks.', inputSchema: schemas[name] ?? {} };
    await createCallModelOnce({ fetch: guarded.fetch })({
      target: {
        provider: 'p',
        kind: kindOfProtocol[protocol],
        model: 'm',
        protocol,
        baseUrl: server.baseUrl(protocol),
        apiKey: 'k-secret',
      },
      system: '',
      messages: [{ role: 'user', text: 'Look.' }],
      tools: [tool],
      maxOutputTokens: 300,
      maxRequestBytes: REQUEST_FRAME_BYTES + 128 + toolBytesBound(tool),
      signal: new AbortController().signal,
    });
    expect(server.refused.slice(before)).toEqual([]);
    expect(JSON.stringify(offered)).toContain('look');
  },
);

test('[request:tools:schemas-that-are-taken] a long definition at the top is shown once, with its properties', () => {
  for (const dialect of ['json-schema', 'anthropic', 'google'] as const) {
    const shown = shownSchema(schemas['a long definition at the top'] ?? {}, dialect);
    expect(shown).toEqual({ type: 'object', properties: many });
    const circle = shownSchema(schemas['a long definition at the top that refers to itself'] ?? {}, dialect);
    expect(circle).toEqual({ type: 'object', properties: { ...many, below: { type: 'object' } } });
  }
});

test('[request:tools:schemas-that-are-taken] alternatives in a circle keep their properties', () => {
  for (const dialect of ['json-schema', 'anthropic', 'google'] as const) {
    expect(shownSchema(schemas['alternatives in a circle'] ?? {}, dialect)).toMatchObject({ properties: { q: text } });
  }
});

test('[request:tools:schemas-that-are-taken] what Google is shown of a schema keeps names, types, descriptions, choices and what is required', () => {
  const schema = {
    type: 'object',
    properties: {
      to: { $ref: '#/$defs/point' },
      mode: { enum: ['walk', 'ride', null] },
      level: { type: 'integer', enum: [1, 2], description: 'How high.' },
      at: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      tags: { type: 'array', items: text },
    },
    required: ['to', 'mode'],
    $defs: { point: { ...point, description: 'Where to.' } },
  };
  expect(shownSchema(schema, 'google')).toEqual({
    type: 'object',
    properties: {
      to: {
        type: 'object',
        description: 'Where to.',
        properties: { x: { type: 'number', description: 'Meters.' }, y: { type: 'number' } },
      },
      mode: { type: 'string', enum: ['walk', 'ride'], nullable: true },
      level: { type: 'integer', description: 'How high. One of 1,2.' },
      at: { type: 'string', format: 'date-time', nullable: true },
      tags: { type: 'array', items: text },
    },
    required: ['to', 'mode'],
  });
});

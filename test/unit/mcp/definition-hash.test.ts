import { expect, test } from 'vitest';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { definitionHash } from '../../../mcp/definition-hash.ts';

const definition = {
  name: 'a',
  description: 'does',
  inputSchema: { type: 'object', properties: { x: { type: 'string' } } },
};

test('the order of keys does not change the hash', () => {
  const reordered = {
    inputSchema: { properties: { x: { type: 'string' } }, type: 'object' },
    description: 'does',
    name: 'a',
  };
  expect(definitionHash(reordered)).toBe(definitionHash(definition));
  expect(definitionHash(definition)).toMatch(/^[0-9a-f]{64}$/);
});

test('any change of name, description or schema changes the hash', () => {
  const changed = [
    { ...definition, name: 'b' },
    { ...definition, description: 'does more' },
    { ...definition, inputSchema: { type: 'object', properties: { x: { type: 'number' } } } },
    { ...definition, inputSchema: { ...definition.inputSchema, required: ['x'] } },
  ];
  expect(new Set([definition, ...changed].map(definitionHash)).size).toBe(5);
});

test('lists keep their order in canonical JSON', () => {
  expect(canonicalJson({ b: [2, 1, { d: null, c: 'é' }], a: true })).toBe('{"a":true,"b":[2,1,{"c":"é","d":null}]}');
});

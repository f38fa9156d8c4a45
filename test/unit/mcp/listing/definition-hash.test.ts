import { expect, test } from 'vitest';
import { canonicalJson } from '../../../../domain/canonical-json.ts';
import { definitionHash } from '../../../../mcp/listing/definition-hash.ts';

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

test('[tool:pin:raw-definition] the names of members are sorted by their code units in canonical JSON, also those that look like numbers (RFC 8785)', () => {
  expect(canonicalJson({ '9': 1, '10': 2, '\u20ac': 3, '\ufb33': 4, '\u{1f600}': 5, a: undefined })).toBe(
    '{"10":2,"9":1,"€":3,"\u{1f600}":5,"\ufb33":4}',
  );
  const numbers = JSON.parse('[333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001, -0]');
  expect(canonicalJson(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]');
});

test('lists keep their order in canonical JSON', () => {
  expect(canonicalJson({ b: [2, 1, { d: null, c: 'é' }], a: true })).toBe('{"a":true,"b":[2,1,{"c":"é","d":null}]}');
});

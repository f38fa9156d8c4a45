import { expect, test } from 'vitest';
import { readForm } from '../../../domain/forms/read-form.ts';

const form = (properties: object, more: object = {}) => ({
  message: 'Which one?',
  requestedSchema: { type: 'object', properties, ...more },
});
const text = { type: 'string' };

test('[tool:forms:asked-and-answered] a form is shown with what the protocol knows of its fields', () => {
  const asked = form(
    {
      size: { type: 'string', enum: ['s', 'm'], enumNames: ['Small', 'Medium'], pattern: '(a+)+$', $ref: '#/x' },
      count: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
      tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
    },
    { required: ['size', 'other'], additionalProperties: true },
  );
  expect(readForm(asked)).toEqual({
    kind: 'form',
    form: {
      mode: 'form',
      message: 'Which one?',
      requestedSchema: {
        type: 'object',
        properties: {
          size: { type: 'string', enum: ['s', 'm'], enumNames: ['Small', 'Medium'] },
          count: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
          tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
        },
        required: ['size'],
      },
    },
  });
});

test.each([
  ...['password', 'apiKey', 'api_key', 'API-KEY', 'secret', 'clientSecret', 'token', 'access_token', 'pin', 'cvv'].map(
    (name) => ({ [name]: text }),
  ),
  { field: { ...text, format: 'password' } },
  { field: { ...text, title: 'Your password' } },
  { field: { ...text, description: 'Card number' } },
])('[tool:forms:no-secrets] a form with the field %j is refused', (properties) => {
  expect(readForm(form(properties))).toEqual({ kind: 'refused', why: 'it asks for a secret' });
});

test.each(['pinned', 'tokens', 'compass', 'passenger', 'keyboard', 'opinion'])(
  '[tool:forms:no-secrets] a form may ask for "%s"',
  (name) => {
    expect(readForm(form({ [name]: text })).kind).toBe('form');
  },
);

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['no message', { requestedSchema: { type: 'object', properties: {} } }],
  ['a long message', { ...form({}), message: 'x'.repeat(5_000) }],
  ['an unknown mode', { ...form({}), mode: 'voice' }],
  ['no schema', { message: 'x' }],
  ['a schema of a text', { message: 'x', requestedSchema: { type: 'string' } }],
  ['a nested object', form({ a: { type: 'object', properties: {} } })],
  ['a field without a type', form({ a: {} })],
  ['too many fields', form(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`f${n}`, text])))],
  ['a large schema', form({ a: { ...text, description: 'x'.repeat(40_000) } })],
  ['no address', { mode: 'url', message: 'x' }],
  ['an address over http', { mode: 'url', message: 'x', url: 'http://a.test/' }],
  ['a script as address', { mode: 'url', message: 'x', url: 'javascript:alert(1)' }],
  ['an address with a password', { mode: 'url', message: 'x', url: 'https://a:b@a.test/' }],
])('[tool:forms:asked-and-answered] a question with %s is not shown', (_what, params) => {
  expect(readForm(params).kind).toBe('refused');
});

test('[tool:forms:asked-and-answered] an address is shown as a browser reads it', () => {
  expect(readForm({ mode: 'url', message: 'Log in.', url: 'https://EXAMPLE.test/a b' })).toEqual({
    kind: 'form',
    form: { mode: 'url', message: 'Log in.', url: 'https://example.test/a%20b' },
  });
});

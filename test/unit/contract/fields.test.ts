import { expect, test } from 'vitest';
import { httpUrlSchema, timestampSchema } from '../../../contract/fields.ts';
import { registerProviderSchema } from '../../../contract/providers.ts';

test.each(['0001-01-01T00:00:00Z', '2026-11-23T01:02:03.123456+05:30', '9999-12-31T23:59:59Z'])(
  'the time %s is accepted',
  (text) => {
    expect(timestampSchema.safeParse(text).success).toBe(true);
  },
);

test.each([
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-01:00',
  '2026-02-30T00:00:00Z',
  '2026-11-23',
  'now',
])('the time %s is refused', (text) => {
  expect(timestampSchema.safeParse(text).success).toBe(false);
});

test.each(['http://user:pass@host/v1', 'https://user@host', 'https://:pass@host', 'ftp://host', 'host'])(
  '[I10] the address %s is refused',
  (text) => {
    expect(httpUrlSchema.safeParse(text).success).toBe(false);
  },
);

test('an address may contain an @ that belongs to no credential', () => {
  expect(httpUrlSchema.safeParse('https://host/v1/@scope?mail=a@b').success).toBe(true);
});

test.each([
  [[{ id: 'a' }, { id: 'b' }, { id: 'a' }], 'models.2.id'],
  [[{ id: 'a', input_usd_per_mtok: 1 }], 'models.0.output_usd_per_mtok'],
  [[{ id: 'a', output_usd_per_mtok: 1 }], 'models.0.input_usd_per_mtok'],
])('the models %j of a provider are refused at %s', (models, path) => {
  const result = registerProviderSchema.safeParse({ provider: 'openai', api_key: 'sk-1', models });
  expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

import { expect, test } from 'vitest';
import { shownSchema } from '../../../models/tool-schema/shown-schema.ts';

test('[tool:schema:repaired-or-withheld] many references to many properties are shown to every kind of provider within the bytes that are paid for', () => {
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`p${at}`, true]));
  const references = Array.from({ length: 300 }, (_, at) => [`r${at}`, { $ref: '#/$defs/many' }]);
  const schema = { type: 'object', $defs: { many: { properties: many } }, properties: Object.fromEntries(references) };
  for (const dialect of ['json-schema', 'anthropic', 'google'] as const) {
    const shown = JSON.stringify(shownSchema(schema, dialect));
    expect(shown.length).toBeLessThan(1.25 * JSON.stringify(schema).length);
    expect(JSON.parse(shown)).toMatchObject({ type: 'object' });
  }
});

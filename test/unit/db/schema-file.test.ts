import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMA_FILE, schemaFileHead } from '../../support/schema/schema-file.ts';

test('db/schema.sql was written after the last migration', () => {
  const head = schemaFileHead();
  expect(readFileSync(SCHEMA_FILE, 'utf8').slice(0, head.length), 'run npm run schema').toBe(head);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SEALED_COLUMNS } from '../../../service/sealing/sealed-columns.ts';

const schema = readFileSync(new URL('../../../db/schema.sql', import.meta.url), 'utf8');

/** Columns of bytes that hold no secret: hashes, and what users and tools sent. */
const PLAIN = ['api_key.key_sha256', 'idempotency_key.request_sha256', 'image.content', 'result_file.content'];

test('[tenant:secret:key-can-be-changed] every column of bytes holds no secret, or is sealed anew when the sealing key changes', () => {
  const tables = [...schema.matchAll(/^CREATE TABLE (\w+) \(\n([\s\S]*?)^\);/gm)];
  const found = tables.flatMap(([, table, body = '']) =>
    [...body.matchAll(/^ {2}(\w+) bytea/gm)].map(([, column]) => `${table}.${column}`),
  );
  const known = [...PLAIN, ...SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)];
  expect(found.toSorted()).toEqual(known.toSorted());
});

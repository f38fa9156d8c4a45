import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SEALED_COLUMNS } from '../../../service/sealing/sealed-columns.ts';

const schema = readFileSync(new URL('../../../db/schema.sql', import.meta.url), 'utf8');

/** Columns of bytes that hold a hash and no secret. */
const HASHES = ['api_key.key_sha256', 'idempotency_key.request_sha256'];

test('[tenant:secret:key-can-be-changed] every column of bytes is a hash, or is sealed anew when the sealing key changes', () => {
  const tables = [...schema.matchAll(/^CREATE TABLE (\w+) \(\n([\s\S]*?)^\);/gm)];
  const found = tables.flatMap(([, table, body = '']) =>
    [...body.matchAll(/^ {2}(\w+) bytea/gm)].map(([, column]) => `${table}.${column}`),
  );
  const known = [...HASHES, ...SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)];
  expect(found.toSorted()).toEqual(known.toSorted());
});

import { writeFile } from 'node:fs/promises';
import { startTestDatabase } from '../../fixtures/mcp/postgres.ts';
import { readSchema } from './read-schema.ts';
import { SCHEMA_FILE, schemaFileOf } from './schema-file.ts';

/** `npm run schema`: writes db/schema.sql, as the migrations make it. */
const postgres = await startTestDatabase();
try {
  const schema = await postgres.database.serviceTransaction(readSchema);
  await writeFile(SCHEMA_FILE, schemaFileOf(schema));
  console.error('db/schema.sql shows the schema that the migrations make.');
} finally {
  await postgres.stop();
}

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SCHEMA_FILE = new URL('../../../db/schema.sql', import.meta.url);
const MIGRATIONS = fileURLToPath(new URL('../../../db/migrations/', import.meta.url));

/** The first lines of db/schema.sql. They count the migrations, so that a file from before the last one is noticed without Postgres. */
export function schemaFileHead(): string {
  const names = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  return `-- The schema that the ${names.length} migrations up to ${names.sort().at(-1)} make, to be read and compared.
-- \`npm run schema\` writes it. Databases are made by the migrations, which also make the roles.
`;
}

/** What db/schema.sql holds for a schema. */
export function schemaFileOf(schema: string): string {
  return `${schemaFileHead()}\n${schema}`;
}

export const SCHEMA_FILE = new URL('../../../db/schema.sql', import.meta.url);

/** What db/schema.sql holds for a schema. */
export function schemaFileOf(schema: string): string {
  return `-- The schema that the migrations make, to be read and compared; \`npm run schema\` writes it. Databases are made by
-- the migrations, which also make the roles.

${schema}`;
}

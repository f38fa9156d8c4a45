import { migrate } from './migrate.ts';

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl === undefined) {
  console.error('DATABASE_URL is not set: it names the Postgres database to migrate.');
  process.exit(1);
}
await migrate(databaseUrl);
console.error('The database is up to date.');

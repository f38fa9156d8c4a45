import { ensureFirstTenant } from './first-tenant.ts';

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl === undefined) {
  console.error('DATABASE_URL is not set: it names the (migrated) Postgres database to make an admin key in.');
  process.exit(1);
}
// The one line on standard output: keys are stored as hashes, so it is shown this once.
console.log((await ensureFirstTenant({ databaseUrl })).apiKey);

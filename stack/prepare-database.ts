import { databaseProblemOf } from '../db/database-problem.ts';
import { migrate } from '../db/migrate.ts';
import { ensureFirstTenant } from '../service/tenants/first-tenant.ts';
import { bringUpPostgres, type InfrastructureDeps } from './bring-up.ts';
import { StackError } from './error.ts';
import type { DatabasePreparation, StackOptions } from './options.ts';

const OURS: DatabasePreparation = { migrate, ensureFirstTenant };

/**
 * Starts the embedded Postgres, unless DATABASE_URL names another one, and brings the database up to date.
 * @returns no key in the role `worker`, which needs none
 * @throws StackError that says what is wrong with DATABASE_URL
 */
export async function prepareDatabase(
  options: StackOptions,
  deps: InfrastructureDeps,
  existingKey?: string,
): Promise<{ databaseUrl: string; apiKey?: string }> {
  const databaseUrl = options.databaseUrl ?? (await bringUpPostgres(deps));
  const database = options.database ?? OURS;
  const { apiKey } = await upToDate(database, databaseUrl, {
    existingKey,
    withoutKey: options.role === 'worker',
    vectors: options.vectors ?? false,
  }).catch((error: unknown) => {
    throw options.databaseUrl === undefined ? error : new StackError(databaseProblemOf(error), error);
  });
  deps.log('the database is up to date');
  return { databaseUrl, apiKey };
}

async function upToDate(
  database: DatabasePreparation,
  databaseUrl: string,
  key: { existingKey: string | undefined; withoutKey: boolean; vectors: boolean },
): Promise<{ apiKey?: string }> {
  await database.migrate(databaseUrl, { vectors: key.vectors });
  return key.withoutKey ? {} : database.ensureFirstTenant({ databaseUrl, existingKey: key.existingKey });
}

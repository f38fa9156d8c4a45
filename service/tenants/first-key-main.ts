import { databaseProblem } from '../../db/database-problem.ts';
import { readDatabaseUrl } from '../../processes/environment.ts';
import { SettingError } from '../../processes/setting-error.ts';
import { ensureFirstTenant } from './first-tenant.ts';

try {
  const databaseUrl = readDatabaseUrl(process.env);
  const problem = await databaseProblem(databaseUrl);
  if (problem !== undefined) throw new SettingError(problem);
  // The only line on standard output. Keys are stored as hashes, so this is the one time that it is shown.
  console.log((await ensureFirstTenant({ databaseUrl })).apiKey);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

import { databaseProblem } from '../../db/database-problem.ts';
import { readDatabaseUrl } from '../../processes/environment.ts';
import { SettingError } from '../../processes/setting-error.ts';
import { ensureFirstTenant } from '../../service/tenants/first-tenant.ts';

/** An admin key of the first tenant, which is made unless there is one. Keys are stored as hashes, so it is not seen again. */
export async function firstKey(env: Readonly<NodeJS.ProcessEnv>): Promise<string> {
  const databaseUrl = readDatabaseUrl(env);
  const problem = await databaseProblem(databaseUrl);
  if (problem !== undefined) throw new SettingError(problem);
  return (await ensureFirstTenant({ databaseUrl })).apiKey;
}

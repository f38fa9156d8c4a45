import { createDatabase } from '../../db/database.ts';
import { databaseProblem } from '../../db/database-problem.ts';
import { readSealingEnvironment } from '../../processes/environment.ts';
import { createSealer } from '../../processes/seal.ts';
import { SettingError } from '../../processes/setting-error.ts';
import { countToReseal, resealAll } from './reseal.ts';

/** Seals all secrets under the current key. With `--dry-run` it only says how many are not. */
async function main(args: readonly string[]): Promise<boolean> {
  const unknown = args.find((arg) => arg !== '--dry-run');
  if (unknown !== undefined) throw new SettingError(`Unknown argument ${unknown}. The only one is --dry-run.`);
  const { databaseUrl, sealingKey, oldSealingKeys } = readSealingEnvironment(process.env);
  const problem = await databaseProblem(databaseUrl);
  if (problem !== undefined) throw new SettingError(problem);
  const db = createDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'agent-runs-reseal' });
  try {
    const sealer = createSealer(sealingKey, oldSealingKeys);
    const deps = { db, sealer, say: (line: string) => console.log(line) };
    const older =
      sealer.oldKeyIds.length === 0 ? 'there are no older keys' : `older keys: ${sealer.oldKeyIds.join(', ')}`;
    console.log(`The sealing key is ${sealer.keyId}; ${older}.`);
    console.log(`Secrets that are not sealed under it: ${await countToReseal(deps)}.`);
    if (args.includes('--dry-run')) return true;
    const { resealed, left } = await resealAll(deps);
    console.log(
      left === 0
        ? `Sealed anew: ${resealed}. None is left under an older key.`
        : `Sealed anew: ${resealed}. Left: ${left}. Give the keys that are missing in AGENT_RUNS_SEALING_KEYS_OLD and run this again.`,
    );
    return left === 0;
  } finally {
    await db.close();
  }
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

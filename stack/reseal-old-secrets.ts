import { createDatabase } from '../db/database.ts';
import { createSealer } from '../processes/seal.ts';
import { resealAll } from '../service/sealing/reseal.ts';

/**
 * Seals secrets of the embedded database anew that were sealed under an older key, before its services start. Nobody else uses
 * that database, so no process can still need the older key afterwards.
 */
export async function resealOldSecrets(options: {
  readonly databaseUrl: string;
  readonly sealingKey: string;
  readonly oldSealingKeys: readonly string[];
  readonly log: (line: string) => void;
}): Promise<void> {
  const { databaseUrl, sealingKey, oldSealingKeys, log } = options;
  if (oldSealingKeys.length === 0) return;
  const db = createDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'agent-runs-reseal' });
  try {
    const { resealed, left } = await resealAll({ db, sealer: createSealer(sealingKey, oldSealingKeys), say: log });
    log(
      left === 0
        ? `sealed ${resealed} secrets anew; the older sealing keys are not needed any more`
        : `sealed ${resealed} secrets anew; ${left} are left that need an older sealing key`,
    );
  } finally {
    await db.close();
  }
}

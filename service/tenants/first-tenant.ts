import { createDatabase, type Tx } from '../../db/database.ts';
import { apiKeyBySha256, insertApiKey } from '../../db/queries/api-key.ts';
import { firstTenant, insertTenant, lockFirstStart, type TenantRow } from '../../db/queries/tenant.ts';
import { newId } from '../../processes/ids.ts';
import { createApiKey, isWellFormedKey, sha256OfKey } from './api-key.ts';

/**
 * Makes the first tenant and an admin key if there are none. An existing key that is still valid is kept. If none is
 * given, the first tenant gets another one, since keys are stored as hashes only.
 */
export async function ensureFirstTenant(options: {
  databaseUrl: string;
  existingKey?: string | undefined;
}): Promise<{ tenantId: string; apiKey: string }> {
  const db = createDatabase({ url: options.databaseUrl, maxConnections: 1, applicationName: 'agent-runs-first-start' });
  try {
    return await db.serviceTransaction(async (tx) => {
      await lockFirstStart(tx);
      const { existingKey } = options;
      if (existingKey !== undefined && isWellFormedKey(existingKey)) {
        const known = await apiKeyBySha256(tx, sha256OfKey(existingKey));
        const live = known !== undefined && known.revokedAt === null && !isPast(known.expiresAt);
        if (live) return { tenantId: known.tenantId, apiKey: existingKey };
      }
      const tenant = (await firstTenant(tx)) ?? (await makeTenant(tx));
      const fresh = createApiKey();
      await insertApiKey(tx, {
        id: newId('key'),
        tenantId: tenant.id,
        name: 'first admin key',
        sha256: fresh.sha256,
        shownPrefix: fresh.shownPrefix,
        scopes: ['admin', 'run', 'read'],
        expiresAt: null,
      });
      return { tenantId: tenant.id, apiKey: fresh.key };
    });
  } finally {
    await db.close();
  }
}

async function makeTenant(tx: Tx): Promise<TenantRow> {
  const tenant = { id: newId('ten'), name: 'default' };
  await insertTenant(tx, tenant);
  return tenant;
}

function isPast(time: Date | null): boolean {
  return time !== null && time.getTime() <= Date.now();
}

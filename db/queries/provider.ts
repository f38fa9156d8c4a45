import type { ProviderResource, RegisteredModel } from '../../contract/providers.ts';
import type { ProviderRecord } from '../../domain/provider-record.ts';
import type { Tx } from '../database.ts';

export interface ProviderRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly baseUrl: string | null;
  readonly sealedKey: Buffer | null;
  readonly keyHint: string | null;
  readonly models: readonly RegisteredModel[] | null;
  readonly source: ProviderResource['source'];
  readonly createdAt: Date;
}

const columns = `id, kind, name, base_url AS "baseUrl", sealed_key AS "sealedKey", key_hint AS "keyHint", models, source,
  created_at AS "createdAt"`;

/** Lists the tenant's providers, oldest first, with their keys still sealed. */
export async function listProviders(tx: Tx): Promise<ProviderRow[]> {
  return tx.query<ProviderRow>(
    'list-providers',
    `SELECT ${columns} FROM provider WHERE tenant_id = $1 ORDER BY created_at, id`,
    [tx.tenantId],
  );
}

/** Lists the tenant's providers as the registry of models needs them. */
export async function providersOfTenant(tx: Tx): Promise<ProviderRecord[]> {
  const rows = await listProviders(tx);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.baseUrl,
    models: row.models,
    key: row.sealedKey === null ? { kind: 'none' } : { kind: 'sealed', sealed: row.sealedKey },
  }));
}

/** @returns undefined when the tenant already has a provider with that name */
export async function insertProvider(
  tx: Tx,
  provider: Omit<ProviderRow, 'createdAt'>,
): Promise<ProviderRow | undefined> {
  const rows = await tx.query<ProviderRow>(
    'insert-provider',
    `INSERT INTO provider (id, tenant_id, kind, name, base_url, sealed_key, key_hint, models, source)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${columns}`,
    [
      provider.id,
      tx.tenantId,
      provider.kind,
      provider.name,
      provider.baseUrl,
      provider.sealedKey,
      provider.keyHint,
      provider.models === null ? null : JSON.stringify(provider.models),
      provider.source,
    ],
  );
  return rows[0];
}

/** @returns false when the tenant has no such provider */
export async function deleteProvider(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query('delete-provider', 'DELETE FROM provider WHERE tenant_id = $1 AND id = $2 RETURNING 1', [
    tx.tenantId,
    id,
  ]);
  return rows.length > 0;
}

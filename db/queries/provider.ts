import type { DialectSettings, ExtraBody } from '../../contract/provider-options.ts';
import type { ProviderResource, RegisteredModel } from '../../contract/providers.ts';
import type { TimeLimitSettings } from '../../contract/time-limits.ts';
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
  readonly sealedHeaders: Buffer | null;
  readonly headerNames: readonly string[] | null;
  readonly extraBody: ExtraBody | null;
  readonly dialect: DialectSettings | null;
  readonly timeLimits: TimeLimitSettings | null;
  readonly source: ProviderResource['source'];
  readonly createdAt: Date;
}

const columns = `id, kind, name, base_url AS "baseUrl", sealed_key AS "sealedKey", key_hint AS "keyHint", models,
  sealed_headers AS "sealedHeaders", header_names AS "headerNames", extra_body AS "extraBody", dialect,
  time_limits AS "timeLimits", source, created_at AS "createdAt"`;

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
  return rows.map(recordOf);
}

/** A row as the registry of models takes it. */
export function recordOf(row: ProviderRow): ProviderRecord {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.baseUrl,
    models: row.models,
    sealedHeaders: row.sealedHeaders,
    extraBody: row.extraBody,
    dialect: row.dialect,
    timeLimits: row.timeLimits,
    key: row.sealedKey === null ? { kind: 'none' } : { kind: 'sealed', sealed: row.sealedKey },
  };
}

/** @returns undefined when the tenant already has a provider with that name */
export async function insertProvider(
  tx: Tx,
  provider: Omit<ProviderRow, 'createdAt'>,
): Promise<ProviderRow | undefined> {
  const rows = await tx.query<ProviderRow>(
    'insert-provider',
    `INSERT INTO provider (id, tenant_id, kind, name, base_url, sealed_key, key_hint, models, source, sealed_headers,
                           header_names, extra_body, dialect, time_limits)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${columns}`,
    [
      provider.id,
      tx.tenantId,
      provider.kind,
      provider.name,
      provider.baseUrl,
      provider.sealedKey,
      provider.keyHint,
      jsonOf(provider.models),
      provider.source,
      provider.sealedHeaders,
      jsonOf(provider.headerNames),
      jsonOf(provider.extraBody),
      jsonOf(provider.dialect),
      jsonOf(provider.timeLimits),
    ],
  );
  return rows[0];
}

/** Takes the lock of a provider's row. Undefined: the tenant has no such provider. */
export async function lockProvider(tx: Tx, id: string): Promise<ProviderRow | undefined> {
  const rows = await tx.query<ProviderRow>(
    'lock-provider',
    `SELECT ${columns} FROM provider WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
    [tx.tenantId, id],
  );
  return rows[0];
}

/** Writes what of a provider may change. */
export async function updateProvider(tx: Tx, provider: ProviderRow): Promise<void> {
  await tx.query(
    'update-provider',
    `UPDATE provider SET base_url = $3, sealed_key = $4, key_hint = $5, models = $6, sealed_headers = $7,
            header_names = $8, extra_body = $9, dialect = $10, time_limits = $11
      WHERE tenant_id = $1 AND id = $2`,
    [
      tx.tenantId,
      provider.id,
      provider.baseUrl,
      provider.sealedKey,
      provider.keyHint,
      jsonOf(provider.models),
      provider.sealedHeaders,
      jsonOf(provider.headerNames),
      jsonOf(provider.extraBody),
      jsonOf(provider.dialect),
      jsonOf(provider.timeLimits),
    ],
  );
}

/** @returns false when the tenant has no such provider */
export async function deleteProvider(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query('delete-provider', 'DELETE FROM provider WHERE tenant_id = $1 AND id = $2 RETURNING 1', [
    tx.tenantId,
    id,
  ]);
  return rows.length > 0;
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

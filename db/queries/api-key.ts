import type { ApiKeyScope } from '../../contract/keys.ts';
import type { Tx } from '../database.ts';
import { isSuspended } from './tenant.ts';
import { limitsSetFor } from './tenant-limit.ts';

export interface ApiKeyRow {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly shownPrefix: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

const columns = `id, api_key.tenant_id AS "tenantId", api_key.name, shown_prefix AS "shownPrefix", scopes, expires_at AS "expiresAt",
  revoked_at AS "revokedAt", last_used_at AS "lastUsedAt", created_at AS "createdAt"`;

export async function insertApiKey(
  tx: Tx,
  key: {
    id: string;
    tenantId: string;
    name: string;
    sha256: Buffer;
    shownPrefix: string;
    scopes: readonly ApiKeyScope[];
    expiresAt: Date | null;
  },
): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    'insert-api-key',
    `INSERT INTO api_key (id, tenant_id, name, key_sha256, shown_prefix, scopes, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
    [key.id, key.tenantId, key.name, key.sha256, key.shownPrefix, key.scopes, key.expiresAt],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('An INSERT … RETURNING into api_key returned no row.');
  return row;
}

/** A key with what has to be known of its tenant before a request is served. */
export interface KeyOfRequest extends ApiKeyRow {
  /** The limits that the operator set for the tenant. */
  readonly limits: Readonly<Record<string, number>>;
  /** True while the tenant is suspended. */
  readonly suspended: boolean;
}

/** Finds a key. The tenant is not known before, so this needs a service transaction. */
export async function apiKeyBySha256(tx: Tx, sha256: Buffer): Promise<KeyOfRequest | undefined> {
  const rows = await tx.query<KeyOfRequest>(
    'api-key-by-sha256',
    `SELECT ${columns}, ${limitsSetFor('api_key.tenant_id')} AS limits, ${isSuspended('api_key.tenant_id')} AS suspended
       FROM api_key WHERE key_sha256 = $1`,
    [sha256],
  );
  return rows[0];
}

/** Finds a key of the tenant by its id. */
export async function apiKeyById(tx: Tx, id: string): Promise<KeyOfRequest | undefined> {
  const rows = await tx.query<KeyOfRequest>(
    'api-key-by-id',
    `SELECT ${columns}, ${limitsSetFor('api_key.tenant_id')} AS limits, ${isSuspended('api_key.tenant_id')} AS suspended
       FROM api_key WHERE id = $1 AND tenant_id = $2`,
    [id, tx.tenantId],
  );
  return rows[0];
}

/** Finds keys whose tenants are not suspended. They may be of any tenant, so this needs a service transaction, too. */
export async function apiKeysInUse(tx: Tx, ids: readonly string[]): Promise<ApiKeyRow[]> {
  return tx.query<ApiKeyRow>(
    'api-keys-in-use',
    `SELECT ${columns} FROM api_key WHERE id = ANY($1::text[]) AND NOT ${isSuspended('api_key.tenant_id')}`,
    [ids],
  );
}

export async function touchApiKey(tx: Tx, id: string): Promise<void> {
  await tx.query('touch-api-key', 'UPDATE api_key SET last_used_at = now() WHERE id = $1', [id]);
}

export async function apiKeysOf(tx: Tx, limit: number, beforeId: string | null): Promise<ApiKeyRow[]> {
  return tx.query<ApiKeyRow>(
    'api-keys-of',
    `SELECT ${columns} FROM api_key WHERE tenant_id = $1 AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $2`,
    [tx.tenantId, limit, beforeId],
  );
}

/** A key that is revoked twice keeps the first time. @returns false when the tenant has no such key */
export async function revokeApiKey(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    'revoke-api-key',
    'UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE tenant_id = $1 AND id = $2 RETURNING 1',
    [tx.tenantId, id],
  );
  return rows.length > 0;
}

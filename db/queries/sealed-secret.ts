import type { Tx } from '../database.ts';

/** A column that holds sealed secrets, in a table whose rows have an `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
}

/** An expression that is true for a secret without the prefix of the current key. The prefix has five bytes (processes/seal.ts). */
const isUnderOlderKey = (column: string, prefix: string) => `substring(${column} FROM 1 FOR 5) <> ${prefix}`;

/** Counts the secrets of the tenant that are not sealed under the current key. */
export async function countUnderOlderKeys(
  tx: Tx,
  { table, column }: SealedColumn,
  prefix: Uint8Array,
): Promise<number> {
  const rows = await tx.query<{ secrets: number }>(
    `count-older-${table}-${column}`,
    `SELECT count(*)::int AS secrets FROM ${table} WHERE tenant_id = $1 AND ${isUnderOlderKey(column, '$2')}`,
    [tx.tenantId, prefix],
  );
  return rows[0]?.secrets ?? 0;
}

/** Lists some secrets of the tenant that are not sealed under the current key, by the ids of their rows. */
export async function someUnderOlderKeys(
  tx: Tx,
  { table, column }: SealedColumn,
  from: { readonly prefix: Uint8Array; readonly afterId: string; readonly limit: number },
): Promise<{ readonly id: string; readonly sealed: Buffer }[]> {
  return tx.query(
    `list-older-${table}-${column}`,
    `SELECT id, ${column} AS sealed FROM ${table}
      WHERE tenant_id = $1 AND ${isUnderOlderKey(column, '$2')} AND id > $3 ORDER BY id LIMIT $4`,
    [tx.tenantId, from.prefix, from.afterId, from.limit],
  );
}

/** Replaces a sealed secret. @returns false when it is no longer the one that was read: somebody else changed it */
export async function replaceSealed(
  tx: Tx,
  { table, column }: SealedColumn,
  secret: { readonly id: string; readonly before: Buffer; readonly after: Buffer },
): Promise<boolean> {
  const rows = await tx.query(
    `reseal-${table}-${column}`,
    `UPDATE ${table} SET ${column} = $4 WHERE tenant_id = $1 AND id = $2 AND ${column} = $3 RETURNING 1`,
    [tx.tenantId, secret.id, secret.before, secret.after],
  );
  return rows.length > 0;
}

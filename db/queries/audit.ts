import type { Tx } from '../database.ts';

export interface AuditEntry {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Record<string, unknown>;
  readonly createdAt: Date;
  /** With microseconds, because cursors compare it. */
  readonly createdAtText: string;
}

/** To be called in the transaction of the effect that it records, so that no effect is without its entry. */
export async function insertAuditEntry(tx: Tx, entry: Omit<AuditEntry, 'createdAt' | 'createdAtText'>): Promise<void> {
  await tx.query(
    'insert-audit-entry',
    'INSERT INTO audit_entry (id, tenant_id, actor, action, target, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [entry.id, tx.tenantId, entry.actor, entry.action, entry.target, JSON.stringify(entry.detail)],
  );
}

/** Lists entries after `cursor`, newest first. With `families`, only those whose action begins with one of them. */
export async function listAuditEntries(
  tx: Tx,
  families: readonly string[],
  page: { limit: number; cursor: { createdAt: string; id: string } | null },
): Promise<AuditEntry[]> {
  return tx.query<AuditEntry>(
    'list-audit-entries',
    `SELECT id, actor, action, target, detail, created_at AS "createdAt", created_at::text AS "createdAtText"
       FROM audit_entry
      WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS f (family) WHERE starts_with(action, f.family))
        AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
      ORDER BY created_at DESC, id DESC LIMIT $5`,
    [tx.tenantId, families, page.cursor?.createdAt ?? null, page.cursor?.id ?? null, page.limit],
  );
}

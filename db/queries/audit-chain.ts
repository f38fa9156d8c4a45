import type { Tx } from '../database.ts';
import { type AuditEntry, auditColumns } from './audit.ts';

/** Lists the tenants that have entries without a link, in a service transaction. */
export async function tenantsToLink(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('tenants-to-link', 'SELECT DISTINCT tenant_id AS id FROM audit_unlinked');
  return rows.map(({ id }) => id);
}

/** Makes those who link for the same tenant wait for each other, until the transaction ends. */
export function lockChain(tx: Tx): void {
  tx.send('lock-audit-chain', `SELECT pg_advisory_xact_lock(hashtextextended('audit chain of ' || $1::text, 0))`, [
    tx.tenantId,
  ]);
}

/** The sealed head of a chain and its last link. */
export interface ChainEnd {
  readonly sealedHead: Buffer | null;
  /** 0: the chain has no link. */
  readonly lastSeq: number;
  readonly lastHash: string | null;
}

export async function readChainEnd(tx: Tx): Promise<ChainEnd> {
  const rows = await tx.query<ChainEnd>(
    'read-audit-chain-end',
    `SELECT (SELECT sealed_head FROM audit_head WHERE tenant_id = $1) AS "sealedHead",
            coalesce(last.seq, 0)::float8 AS "lastSeq", last.hash AS "lastHash"
       FROM (SELECT 1) AS one
       LEFT JOIN LATERAL (SELECT seq, hash FROM audit_link WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1) AS last ON true`,
    [tx.tenantId],
  );
  return onlyRow(rows);
}

/** An entry without a link, and its time in the queue, with microseconds. */
export type QueuedEntry = AuditEntry & { readonly queuedAt: string };

/** Lists the first entries that have no link, in the order in which they are linked. */
export async function someUnlinked(tx: Tx, limit: number): Promise<QueuedEntry[]> {
  return tx.query<QueuedEntry>(
    'some-unlinked-entries',
    `SELECT ${auditColumns('e')}, u.created_at::text AS "queuedAt"
       FROM audit_unlinked u JOIN audit_entry e ON e.id = u.entry_id AND e.tenant_id = $1
      WHERE u.tenant_id = $1 ORDER BY u.created_at, u.entry_id LIMIT $2`,
    [tx.tenantId, limit],
  );
}

export interface AuditLink {
  readonly seq: number;
  readonly entryId: string;
  readonly hash: string;
}

/**
 * Appends links, takes their entries out of the queue and replaces the head.
 * @param queuedAt the time of the last of the entries in the queue
 */
export function extendChain(tx: Tx, links: readonly AuditLink[], queuedAt: string, sealedHead: Buffer): void {
  tx.send(
    'insert-audit-links',
    `INSERT INTO audit_link (tenant_id, seq, entry_id, hash)
     SELECT $1, l.seq, l."entryId", l.hash
       FROM jsonb_to_recordset($2::jsonb) AS l (seq bigint, "entryId" text, hash text)`,
    [tx.tenantId, JSON.stringify(links)],
  );
  // The time keeps the search to the front of the queue.
  tx.send(
    'forget-unlinked',
    `DELETE FROM audit_unlinked WHERE tenant_id = $1 AND entry_id = ANY ($2::text[]) AND created_at <= $3::timestamptz`,
    [tx.tenantId, links.map(({ entryId }) => entryId), queuedAt],
  );
  tx.send(
    'put-audit-head',
    `INSERT INTO audit_head (tenant_id, sealed_head) VALUES ($1, $2)
     ON CONFLICT (tenant_id, id) DO UPDATE SET sealed_head = $2`,
    [tx.tenantId, sealedHead],
  );
}

/** A link with its entry; null when the entry is gone, or is now another tenant's. */
export interface ChainRow extends AuditLink {
  readonly entry: AuditEntry | null;
}

/** Reads a piece of the chain: the links after `afterSeq` up to `toSeq`, in order. */
export async function chainPiece(
  tx: Tx,
  { afterSeq, toSeq, limit }: { readonly afterSeq: number; readonly toSeq: number; readonly limit: number },
): Promise<ChainRow[]> {
  const rows = await tx.query<Omit<AuditLink, 'seq'> & { seq: bigint } & AuditEntry>(
    'audit-chain-piece',
    `SELECT l.seq, l.entry_id AS "entryId", l.hash, ${auditColumns('e')}
       FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id AND e.tenant_id = $1
      WHERE l.tenant_id = $1 AND l.seq > $2 AND l.seq <= $3 ORDER BY l.seq LIMIT $4`,
    [tx.tenantId, afterSeq, toSeq, limit],
  );
  return rows.map(({ seq, entryId, hash, ...entry }) => ({
    seq: Number(seq),
    entryId,
    hash,
    // A left join gives NULL in every column of an entry that is not there.
    entry: (entry.id as string | null) === null ? null : entry,
  }));
}

/** The place of an entry's link and what hash it has. */
export async function linkAt(tx: Tx, seq: number): Promise<AuditLink | undefined> {
  const rows = await tx.query<{ entryId: string; hash: string }>(
    'audit-link-at',
    'SELECT entry_id AS "entryId", hash FROM audit_link WHERE tenant_id = $1 AND seq = $2',
    [tx.tenantId, seq],
  );
  const row = rows[0];
  return row && { seq, ...row };
}

/** The counts of the chain's tables and the end of the chain, all read in one statement and so at one moment. */
export interface ChainTotals {
  readonly sealedHead: Buffer | null;
  readonly entries: number;
  readonly links: number;
  readonly unlinked: number;
  readonly lastSeq: number;
  /** The entry of the last link. */
  readonly lastEntryId: string | null;
}

export async function chainTotals(tx: Tx): Promise<ChainTotals> {
  const rows = await tx.query<ChainTotals>(
    'audit-chain-totals',
    `SELECT (SELECT sealed_head FROM audit_head WHERE tenant_id = $1) AS "sealedHead",
            (SELECT count(*) FROM audit_entry WHERE tenant_id = $1)::float8 AS entries,
            (SELECT count(*) FROM audit_link WHERE tenant_id = $1)::float8 AS links,
            (SELECT count(*) FROM audit_unlinked WHERE tenant_id = $1)::float8 AS unlinked,
            coalesce(last.seq, 0)::float8 AS "lastSeq", last.entry_id AS "lastEntryId"
       FROM (SELECT 1) AS one
       LEFT JOIN LATERAL (SELECT seq, entry_id FROM audit_link WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1) AS last ON true`,
    [tx.tenantId],
  );
  return onlyRow(rows);
}

function onlyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('A SELECT of one row returned none.');
  return row;
}

/** An entry that is neither linked nor waits for its link, or a place in the queue whose entry is gone. */
export async function entryOutsideChain(tx: Tx): Promise<{ id: string; isGone: boolean } | undefined> {
  const rows = await tx.query<{ id: string; isGone: boolean }>(
    'entry-outside-audit-chain',
    `SELECT e.id, false AS "isGone" FROM audit_entry e
      WHERE e.tenant_id = $1 AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id AND l.tenant_id = $1)
        AND NOT EXISTS (SELECT FROM audit_unlinked u WHERE u.entry_id = e.id AND u.tenant_id = $1)
     UNION ALL
     SELECT u.entry_id, true FROM audit_unlinked u
      WHERE u.tenant_id = $1 AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = u.entry_id AND e.tenant_id = $1)
      LIMIT 1`,
    [tx.tenantId],
  );
  return rows[0];
}

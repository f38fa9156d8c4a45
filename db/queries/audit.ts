import type { AuditKind } from '../../contract/audit.ts';
import type { ToolVerdict } from '../../contract/events.ts';
import type { MemoryBlock } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';

export interface AuditEntry {
  readonly id: string;
  readonly kind: AuditKind;
  /** The id of the API key or of the agent that asked, or a word such as `operator`. */
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly sessionId: string | null;
  readonly agentId: string | null;
  /** The name by which models, policies and events know the tool. */
  readonly tool: string | null;
  readonly verdict: ToolVerdict | null;
  /** Ids, hashes, rules and outcomes. It holds no argument and no text of a session, so erasing one leaves it as it is. */
  readonly detail: Record<string, unknown>;
  readonly createdAt: Date;
}

/** The columns of an entry, read from a table with this alias. */
export const auditColumns = (alias: string) => `${alias}.id, ${alias}.kind, ${alias}.actor, ${alias}.action,
  ${alias}.target, ${alias}.session_id AS "sessionId", ${alias}.agent_id AS "agentId", ${alias}.tool, ${alias}.verdict,
  ${alias}.detail, ${alias}.created_at AS "createdAt"`;

/** An entry as lists show it. */
export interface ListedAuditEntry extends AuditEntry {
  /** With microseconds, because cursors compare it. */
  readonly createdAtText: string;
  /** Its link in the chain; null as long as it has none. */
  readonly seq: bigint | null;
  readonly hash: string | null;
}

/** It is called in the transaction of the change that it records, so that no change is without its entry. */
export async function insertAuditEntry(
  tx: Tx,
  entry: Pick<AuditEntry, 'id' | 'actor' | 'action' | 'target' | 'detail'>,
): Promise<void> {
  await tx.query(
    'insert-audit-entry',
    'INSERT INTO audit_entry (id, tenant_id, actor, action, target, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [entry.id, tx.tenantId, entry.actor, entry.action, entry.target, JSON.stringify(entry.detail)],
  );
}

/** The conditions by which a person searches. Null: any value is right. */
export interface AuditFilter {
  readonly kind: AuditKind | null;
  readonly sessionId: string | null;
  readonly agentId: string | null;
  /** The model's name of the tool, its own name, or `server/tool`. */
  readonly tool: string | null;
  readonly verdict: ToolVerdict | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
  /** An action, or what follows its dot. */
  readonly operation: string | null;
  /** The block of a memory entry that was changed. */
  readonly block: MemoryBlock | null;
}

/** Leaves nothing out. */
export const everyEntry: AuditFilter = {
  kind: null,
  sessionId: null,
  agentId: null,
  tool: null,
  verdict: null,
  createdAfter: null,
  createdBefore: null,
  operation: null,
  block: null,
};

/**
 * Lists entries after `cursor`, newest first.
 * @param families only entries whose action begins with one of them; `['']` for all
 */
export async function listAuditEntries(
  tx: Tx,
  families: readonly string[],
  filter: AuditFilter,
  page: { limit: number; cursor: { createdAt: string; id: string } | null },
): Promise<(ListedAuditEntry & PageRow)[]> {
  return tx.query<ListedAuditEntry & PageRow>(
    'list-audit-entries',
    withinPageBytes(
      `SELECT ${auditColumns('e')}, e.created_at::text AS "createdAtText", l.seq, l.hash
       FROM audit_entry e LEFT JOIN audit_link l ON l.entry_id = e.id AND l.tenant_id = $1
      WHERE e.tenant_id = $1 AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS f (family) WHERE starts_with(e.action, f.family))
        AND ($3::timestamptz IS NULL OR (e.created_at, e.id) < ($3, $4))
        AND ($6::text IS NULL OR e.kind = $6)
        AND ($7::text IS NULL OR e.session_id = $7)
        AND ($8::text IS NULL OR e.agent_id = $8)
        AND ($9::text IS NULL OR e.tool = $9 OR e.detail->>'server_tool' = $9
             OR (e.detail->>'server') || '/' || (e.detail->>'server_tool') = $9)
        AND ($10::text IS NULL OR e.verdict = $10)
        AND ($11::timestamptz IS NULL OR e.created_at > $11)
        AND ($12::timestamptz IS NULL OR e.created_at < $12)
        AND ($13::text IS NULL OR e.action = $13 OR split_part(e.action, '.', 2) = $13)
        AND ($14::text IS NULL OR e.detail->>'block' = $14)
      ORDER BY e.created_at DESC, e.id DESC LIMIT $5`,
      'octet_length(detail::text)',
      '"createdAt" DESC, id DESC',
    ),
    [
      tx.tenantId,
      families,
      page.cursor?.createdAt ?? null,
      page.cursor?.id ?? null,
      page.limit,
      filter.kind,
      filter.sessionId,
      filter.agentId,
      filter.tool,
      filter.verdict,
      filter.createdAfter,
      filter.createdBefore,
      filter.operation,
      filter.block,
    ],
  );
}

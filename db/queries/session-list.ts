import type { EndReason, SessionStatus } from '../../contract/events.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { planFreely } from '../planning.ts';
import { type SessionView, sessionViewColumns, sessionViewTables } from './session-read.ts';

export interface SessionFilter {
  readonly agentId: string | null;
  readonly status: SessionStatus | null;
  readonly reason: EndReason | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
}

/** Lists sessions after `cursor`, newest first. */
export async function listSessions(
  tx: Tx,
  filter: SessionFilter,
  page: { limit: number; cursor: { createdAt: string; id: string } | null },
): Promise<(SessionView & PageRow)[]> {
  planFreely(tx);
  return tx.query<SessionView & PageRow>(
    'list-sessions',
    withinPageBytes(
      `SELECT ${sessionViewColumns} FROM ${sessionViewTables}
      WHERE s.tenant_id = $1
        AND ($2::text IS NULL OR s.agent_id = $2)
        AND ($3::text IS NULL OR s.status = $3)
        AND ($4::text IS NULL OR s.end_reason = $4)
        AND ($5::timestamptz IS NULL OR s.created_at > $5)
        AND ($6::timestamptz IS NULL OR s.created_at < $6)
        AND ($7::timestamptz IS NULL OR (s.created_at, s.id) < ($7, $8))
      ORDER BY s.created_at DESC, s.id DESC LIMIT $9`,
      'octet_length(metadata::text)',
      '"createdAt" DESC, id DESC',
    ),
    [
      tx.tenantId,
      filter.agentId,
      filter.status,
      filter.reason,
      filter.createdAfter,
      filter.createdBefore,
      page.cursor?.createdAt ?? null,
      page.cursor?.id ?? null,
      page.limit,
    ],
  );
}

import type { ApprovalListQuery } from '../../contract/approvals.ts';
import type { RequiredAction } from '../../domain/required-action.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { actionColumns } from './required-action.ts';
import { type LateAnswer, type RanBefore, type ShownToolCallState, shownStateOf } from './tool-call.ts';

/** An action as the list of approvals shows it. */
export interface ActionView extends RequiredAction {
  readonly sessionId: string | null;
  readonly agentId: string | null;
  readonly costNano: bigint;
  readonly callState: ShownToolCallState | null;
  readonly late: LateAnswer | null;
  readonly before: readonly RanBefore[];
  readonly createdAt: Date;
  /** The time of creation with microseconds, because cursors compare it. */
  readonly createdAtText: string;
  readonly answeredAt: Date | null;
}

const columns = `${actionColumns}, a.session_id AS "sessionId", a.agent_id AS "agentId", a.answered_at AS "answeredAt",
  a.asked_at AS "createdAt", a.asked_at::text AS "createdAtText", ${shownStateOf('c')} AS "callState", c.late,
  coalesce(b.spent_nano + b.excess_nano, 0)::bigint AS "costNano", coalesce(r.before, '[]') AS before`;

const sources = `LEFT JOIN tool_call c ON c.session_id = a.session_id AND c.id = a.tool_call_id
  LEFT JOIN budget_account b ON b.tenant_id = a.tenant_id AND b.account = 'run:' || a.session_id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('toolName', l.tool_name, 'turn', l.turn, 'state', l.state)
                     ORDER BY l.turn DESC, l.call_index DESC) AS before
      FROM (SELECT tool_name, turn, call_index, state FROM tool_call
             WHERE session_id = a.session_id AND output IS NOT NULL AND id <> a.tool_call_id
             ORDER BY turn DESC, call_index DESC LIMIT 20) l) r ON true`;

export async function readActionView(tx: Tx, id: string): Promise<ActionView | undefined> {
  const rows = await tx.query<ActionView>(
    'read-action-view',
    `SELECT ${columns} FROM required_action a ${sources} WHERE a.id = $1 AND a.tenant_id = $2`,
    [id, tx.tenantId],
  );
  return rows[0];
}

/** Lists actions after `cursor`, newest first. */
export async function listActionViews(
  tx: Tx,
  filter: Pick<ApprovalListQuery, 'status' | 'kind' | 'session_id' | 'agent_id'>,
  page: { readonly limit: number; readonly cursor: { readonly createdAt: string; readonly id: string } | null },
): Promise<(ActionView & PageRow)[]> {
  return tx.query<ActionView & PageRow>(
    'list-action-views',
    withinPageBytes(
      `SELECT ${columns} FROM (
       SELECT * FROM required_action
        WHERE tenant_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR kind = $3)
          AND ($4::text IS NULL OR session_id = $4) AND ($5::text IS NULL OR agent_id = $5)
          AND ($6::timestamptz IS NULL OR (asked_at, id) < ($6, $7))
        ORDER BY asked_at DESC, id DESC LIMIT $8) a ${sources}
      ORDER BY a.asked_at DESC, a.id DESC`,
      `coalesce(octet_length(args::text), 0) + coalesce(octet_length(pin::text), 0) + coalesce(octet_length(detail::text), 0)
       + coalesce(octet_length(answer::text), 0) + coalesce(octet_length(late::text), 0)`,
      '"createdAt" DESC, id DESC',
    ),
    [
      tx.tenantId,
      filter.status ?? null,
      filter.kind ?? null,
      filter.session_id ?? null,
      filter.agent_id ?? null,
      page.cursor?.createdAt ?? null,
      page.cursor?.id ?? null,
      page.limit,
    ],
  );
}

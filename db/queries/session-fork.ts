import type { OnBudget } from '../../contract/fields.ts';
import type { OnComplete } from '../../contract/runs.ts';
import type { SessionContext } from '../../domain/session-context.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { planFreely } from '../planning.ts';
import { needsMore } from './inherited-turns.ts';
import { type SessionView, sessionViewColumns, sessionViewTables } from './session-read.ts';
import { turnsOf } from './transcript-turns.ts';

/** What a session was started with: a fork begins with the same, unless its request says otherwise. */
export interface SettingsOfSession {
  readonly onComplete: OnComplete;
  readonly idleTimeoutMs: number;
  readonly approvalTimeoutMs: number | null;
  readonly models: string[] | null;
  readonly tools: string[] | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly onBudget: OnBudget;
  readonly metadata: Record<string, unknown>;
  /** The documents that it reads in place of those of its agent. Null: none. */
  readonly context: SessionContext | null;
  /** The cap of its run. Null: it has none. */
  readonly capNano: bigint | null;
  /** The turns that it may make itself, without those that it began with. */
  readonly ownTurns: number;
  /** How many turns it has. */
  readonly turns: number;
}

export async function settingsOfSession(tx: Tx, sessionId: string): Promise<SettingsOfSession | undefined> {
  const rows = await tx.query<SettingsOfSession>(
    'settings-of-session',
    `SELECT s.on_complete AS "onComplete", s.idle_timeout_ms::float8 AS "idleTimeoutMs",
            s.approval_timeout_ms::float8 AS "approvalTimeoutMs", s.models, s.tools, s.context_tokens AS "contextTokens",
            s.max_output_tokens AS "maxOutputTokens", s.on_budget AS "onBudget", s.metadata, s.context, b.cap_nano AS "capNano",
            s.max_turns - s.first_turn AS "ownTurns", s.turns
       FROM ${sessionViewTables} WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

/** A turn at which a session can be forked: it is closed, and in the transcript. */
export interface ForkPoint {
  /** True when its answer has tool calls whose results no model has read, or was cut short or withheld. */
  readonly needsMore: boolean;
}

/** @returns undefined when the session has finished no such turn */
export async function forkPoint(tx: Tx, sessionId: string, turn: number): Promise<ForkPoint | undefined> {
  const rows = await tx.query<ForkPoint>(
    'fork-point',
    `SELECT coalesce(${needsMore('t')}, false) AS "needsMore" FROM ${turnsOf('$1', (t) => `${t}.turn = $3`)} t
      WHERE t.tenant_id = $2 AND t.closed_at IS NOT NULL`,
    [sessionId, tx.tenantId, turn],
  );
  return rows[0];
}

/** How a session stands that begins with turns of another. */
export interface Beginning {
  readonly sourceId: string;
  /** The last turn that it begins with. */
  readonly throughTurn: number;
  /** True when it has nothing to do yet, and waits for a message. */
  readonly waits: boolean;
  /** The source of text from outside in those turns. Null: there is none. */
  readonly taintedBy: string | null;
}

/** Has a session that this transaction has inserted begin behind the turns that it inherits. */
export function markForked(tx: Tx, sessionId: string, beginning: Beginning): void {
  tx.send(
    'mark-forked',
    `UPDATE session SET forked_from = $3, forked_from_turn = $4::int, first_turn = $4::int + 1, turns = $4::int + 1, tainted_by = $5,
            status = CASE WHEN $6 THEN 'idle' ELSE 'running' END, traced_run_since = CASE WHEN $6 THEN NULL ELSE now() END,
            traced_run = CASE WHEN $6 THEN -1 ELSE 0 END,
            idle_cause = CASE WHEN $6 THEN 'awaiting_input' END
      WHERE id = $1 AND tenant_id = $2`,
    [sessionId, tx.tenantId, beginning.sourceId, beginning.throughTurn, beginning.taintedBy, beginning.waits],
  );
}

/** Lists the forks of a session after `cursor`, newest first. */
export async function listForks(
  tx: Tx,
  sessionId: string,
  page: { readonly limit: number; readonly cursor: { readonly createdAt: string; readonly id: string } | null },
): Promise<(SessionView & PageRow)[]> {
  planFreely(tx);
  return tx.query<SessionView & PageRow>(
    'list-forks',
    withinPageBytes(
      `SELECT ${sessionViewColumns} FROM ${sessionViewTables}
      WHERE s.forked_from = $1 AND s.tenant_id = $2
        AND ($3::timestamptz IS NULL OR (s.created_at, s.id) < ($3, $4))
      ORDER BY s.created_at DESC, s.id DESC LIMIT $5`,
      'octet_length(metadata::text)',
      '"createdAt" DESC, id DESC',
    ),
    [sessionId, tx.tenantId, page.cursor?.createdAt ?? null, page.cursor?.id ?? null, page.limit],
  );
}

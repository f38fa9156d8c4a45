import type {
  BudgetShortage,
  EndReason,
  EventType,
  IdleCause,
  SessionError,
  SessionStatus,
} from '../../contract/events.ts';
import type { OnBudget } from '../../contract/fields.ts';
import type { SessionContext } from '../../domain/session-context.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';

/** A session as clients see it. */
export interface SessionView {
  readonly id: string;
  readonly agentId: string;
  readonly status: SessionStatus;
  readonly idleCause: IdleCause | null;
  readonly endReason: EndReason | null;
  readonly error: SessionError | null;
  readonly budget: BudgetShortage | null;
  readonly turns: number;
  readonly maxTurns: number;
  readonly lastSeq: number;
  readonly metadata: Record<string, unknown>;
  /** The money that was spent, including what providers reported above their bound. */
  readonly costNano: bigint;
  readonly capNano: bigint | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly onBudget: OnBudget;
  /** The bytes that models and tool servers sent to it, decoded. */
  readonly receivedBytes: number;
  readonly approvalTimeoutMs: number | null;
  /** The models and tools that the run may use. Null: all. */
  readonly models: readonly string[] | null;
  readonly tools: readonly string[] | null;
  /** How often it was made to go on after it had ended. */
  readonly retries: number;
  /** The session that it was forked from, and the last turn that it has of it. Null: it was not forked. */
  readonly forkedFrom: string | null;
  readonly forkedFromTurn: number | null;
  /** Set if it replays another session. */
  readonly replay: SessionReplay | null;
  /** The documents that it reads in place of those of its agent. Null: none. */
  readonly context: SessionContext | null;
  /** Since when somebody wants the session itself to pause. Null: nobody does. */
  readonly pausedAt: Date | null;
  readonly createdAt: Date;
  /** With microseconds, because cursors compare it. */
  readonly createdAtText: string;
  readonly endedAt: Date | null;
}

export const sessionViewColumns = `s.id, s.agent_id AS "agentId", s.status, s.idle_cause AS "idleCause",
  s.end_reason AS "endReason", s.error, s.budget, s.turns, s.max_turns AS "maxTurns", s.event_seq::int AS "lastSeq", s.metadata,
  coalesce(b.spent_nano + b.excess_nano, 0) AS "costNano", b.cap_nano AS "capNano",
  s.context_tokens AS "contextTokens", s.max_output_tokens AS "maxOutputTokens", s.on_budget AS "onBudget",
  s.received_bytes::float8 AS "receivedBytes",
  s.approval_timeout_ms::float8 AS "approvalTimeoutMs", s.models, s.tools, s.retries, s.replay, s.context,
  s.forked_from AS "forkedFrom", s.forked_from_turn AS "forkedFromTurn", s.paused_at AS "pausedAt", s.created_at AS "createdAt",
  s.created_at::text AS "createdAtText", s.ended_at AS "endedAt"`;

/**
 * A separate subquery makes the name of the account, and OFFSET 0 keeps it separate. Postgres assumes that `||` may leak its
 * operands, so behind row-level security it would not look the account up by the result, but read all accounts of the tenant.
 */
export const sessionViewTables = `session s
  CROSS JOIN LATERAL (SELECT 'run:' || s.id AS account OFFSET 0) run
  LEFT JOIN budget_account b ON b.tenant_id = s.tenant_id AND b.account = run.account`;

export async function readSession(tx: Tx, sessionId: string): Promise<SessionView | undefined> {
  const rows = await tx.query<SessionView>(
    'read-session',
    `SELECT ${sessionViewColumns} FROM ${sessionViewTables} WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

/** The facts about a session that are needed to follow its log. */
export interface SessionLogHead {
  readonly agentId: string;
  readonly status: SessionStatus;
  readonly lastSeq: number;
}

export async function readSessionLogHead(tx: Tx, sessionId: string): Promise<SessionLogHead | undefined> {
  const rows = await tx.query<SessionLogHead>(
    'read-session-log-head',
    `SELECT agent_id AS "agentId", status, event_seq::int AS "lastSeq" FROM session WHERE id = $1 AND tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

export interface EventView {
  readonly seq: number;
  readonly type: EventType;
  /** JSON text that is passed on as it is. Parsing and serializing it again would cost more than all else in a stream. */
  readonly data: string;
  readonly createdAt: Date;
}

/**
 * Reads events after `afterSeq`, in order. `types` null means all types. Since seq has no gaps (I2), the page has an upper
 * end; without it Postgres may read the whole rest of a long log. The end is a parameter, because behind row-level security
 * a sum in SQL cannot be the condition of an index.
 */
export async function readEvents(
  tx: Tx,
  sessionId: string,
  afterSeq: number,
  types: readonly EventType[] | null,
  limit: number,
): Promise<(EventView & PageRow)[]> {
  return tx.query<EventView & PageRow>(
    'read-events',
    withinPageBytes(
      `SELECT seq::int AS seq, type, data::text AS data, created_at AS "createdAt" FROM session_event
      WHERE session_id = $1 AND tenant_id = $2 AND seq > $3 AND ($4::text[] IS NULL OR type = ANY($4))
        AND seq <= $6
      ORDER BY seq LIMIT $5`,
      'octet_length(data)',
      'seq',
    ),
    [sessionId, tx.tenantId, afterSeq, types, limit, types === null ? afterSeq + limit : Number.MAX_SAFE_INTEGER],
  );
}

export interface TailedEvent {
  readonly sessionId: string;
  readonly seq: number;
  readonly type: string;
  readonly data: string;
  /** The time since the transaction that appended it began, by the clock of Postgres. */
  readonly ageMs: number;
}

/**
 * Reads events of many sessions in one round trip: of each session at most `limitEach` events after a seq of its own. See also
 * readEvents.
 */
export async function readEventsOfMany(
  tx: Tx,
  cursors: readonly { sessionId: string; afterSeq: number }[],
  limitEach: number,
): Promise<TailedEvent[]> {
  return tx.query<TailedEvent>(
    'read-events-of-many',
    `SELECT w.session_id AS "sessionId", e.seq::int AS seq, e.type, e.data::text AS data,
            (extract(epoch FROM clock_timestamp() - e.created_at) * 1000)::float8 AS "ageMs"
       FROM unnest($1::text[], $2::bigint[], $4::bigint[]) AS w (session_id, after_seq, last_seq)
      CROSS JOIN LATERAL (
        SELECT seq, type, data, created_at FROM session_event
         WHERE session_id = w.session_id AND tenant_id = $3 AND seq > w.after_seq AND seq <= w.last_seq) e
      ORDER BY w.session_id, e.seq`,
    [
      cursors.map((cursor) => cursor.sessionId),
      cursors.map((cursor) => cursor.afterSeq),
      tx.tenantId,
      cursors.map((cursor) => cursor.afterSeq + limitEach),
    ],
  );
}

import type { Tx } from '../database.ts';
import { needsMore } from './inherited-turns.ts';
import type { ToolCallRow } from './tool-call.ts';
import { turnBefore, turnsOf } from './transcript-turns.ts';

/** The work that is left in an ended session, besides messages. */
export interface WorkLeft {
  /** The number of selections of the turn that was not closed. Null: there is no such turn. */
  readonly openSelections: number | null;
  /** True when the last answer has tool calls whose results no model has read, or was cut short or withheld. */
  readonly lastNeedsMore: boolean;
}

export async function workLeft(tx: Tx, sessionId: string): Promise<WorkLeft> {
  const [row] = await tx.query<WorkLeft>(
    'work-left',
    `SELECT (SELECT (SELECT count(*)::int FROM selection x WHERE x.session_id = t.session_id AND x.turn = t.turn)
               FROM turn t WHERE t.session_id = s.id AND t.turn = s.turns) AS "openSelections",
            coalesce((SELECT ${needsMore('b')}
                        FROM ${turnsOf('s.id', (b) => `${b}.turn = ${turnBefore('s.id', 's.turns')}`)} b), false) AS "lastNeedsMore"
       FROM session s WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
  if (row === undefined) throw new TypeError(`There is no session ${sessionId}.`);
  return row;
}

/**
 * Lists calls of the last turns that were under way when the session ended, and of which nobody knows whether they took effect.
 * A call about which a person was asked has an answer of its own.
 */
export async function unknownEffects(tx: Tx, sessionId: string): Promise<Pick<ToolCallRow, 'id' | 'toolName'>[]> {
  return tx.query(
    'unknown-effects',
    `SELECT c.id, c.tool_name AS "toolName" FROM tool_call c JOIN session s ON s.id = c.session_id
      WHERE c.session_id = $1 AND c.tenant_id = $2 AND c.turn >= s.turns - 1 AND c.state = 'unknown'
        AND c.reason_code = 'tool.not_finished' AND c.effect <> 'read' AND NOT c.idempotent
      ORDER BY c.turn, c.call_index`,
    [sessionId, tx.tenantId],
  );
}

/** Lists the seqs of the messages that the end of a session left unread. */
export async function undeliveredMessages(tx: Tx, sessionId: string): Promise<number[]> {
  const rows = await tx.query<{ seq: number }>(
    'undelivered-messages',
    `SELECT seq::int AS seq FROM session_inbox
      WHERE session_id = $1 AND tenant_id = $2 AND state = 'undelivered' AND type = 'user.message' ORDER BY seq`,
    [sessionId, tx.tenantId],
  );
  return rows.map(({ seq }) => seq);
}

/**
 * Puts them into the inbox again, in order, each under a new id; `sent_as` keeps the id that its sender knows. The run of the
 * workflow that follows reads them unsignalled.
 */
export function requeueMessages(tx: Tx, sessionId: string, messages: readonly { seq: number; newId: string }[]): void {
  if (messages.length === 0) return;
  tx.send(
    'requeue-messages',
    `WITH again AS (
       UPDATE session_inbox i SET state = 'requeued'
         FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS m (seq, new_id, n)
        WHERE i.session_id = $1 AND i.tenant_id = $2 AND i.seq = m.seq
       RETURNING m.n, m.new_id, coalesce(i.sent_as, i.id) AS sent_as, i.payload, i.api_key_id, i.request_id
     ), taken AS (
       UPDATE session SET inbox_seq = inbox_seq + cardinality($3::bigint[]), signalled_seq = inbox_seq + cardinality($3::bigint[])
        WHERE id = $1 AND tenant_id = $2
       RETURNING inbox_seq - cardinality($3::bigint[]) AS before
     )
     INSERT INTO session_inbox (session_id, seq, id, sent_as, tenant_id, type, payload, api_key_id, request_id)
     SELECT $1, taken.before + again.n, again.new_id, again.sent_as, $2, 'user.message', again.payload, again.api_key_id,
            again.request_id
       FROM again, taken`,
    [sessionId, tx.tenantId, messages.map(({ seq }) => seq), messages.map(({ newId }) => newId)],
  );
}

/** An ended session as it goes on. */
export interface RetriedSession {
  /** True when it has nothing to do, and waits for a message. */
  readonly waits: boolean;
  /** The key that answers for it from now on. */
  readonly apiKeyId: string;
  readonly requestId: string;
  readonly maxTurns: number;
  readonly models: readonly string[] | null;
  /** The money that providers charged the run above the bounds of their requests so far. The caller of the retry has seen it. */
  readonly excessNano: bigint;
}

/** Has an ended session, whose row this transaction has locked, go on in the next run of its workflow. */
export function markRetried(tx: Tx, sessionId: string, retried: RetriedSession): void {
  tx.send(
    'mark-retried',
    `UPDATE session SET status = CASE WHEN $2 THEN 'idle' ELSE 'running' END,
            idle_cause = CASE WHEN $2 THEN 'awaiting_input' END, end_reason = NULL, error = NULL, budget = NULL, ended_at = NULL,
            traced_run = traced_run + CASE WHEN $2 THEN 0 ELSE 1 END, traced_run_since = CASE WHEN $2 THEN NULL ELSE now() END,
            traced_run_before_request_id = CASE WHEN $2 THEN traced_run_before_request_id ELSE traced_run_request_id END,
            traced_run_request_id = CASE WHEN $2 THEN traced_run_request_id END, retries = retries + 1, api_key_id = $3, request_id = $4, max_turns = $5, models = $6, excess_asked_nano = $7,
            paused_at = NULL, paused_by = NULL, workflow_started_at = NULL, reconcile_at = now() + interval '2 seconds',
            updated_at = now()
      WHERE id = $1`,
    [
      sessionId,
      retried.waits,
      retried.apiKeyId,
      retried.requestId,
      retried.maxTurns,
      retried.models === null ? null : JSON.stringify(retried.models),
      retried.excessNano,
    ],
  );
}

/** The failures of a turn so far count no more: its selections begin behind them. */
export function beginSelectionsAt(tx: Tx, sessionId: string, turn: number, selection: number): void {
  tx.send('begin-selections-at', 'UPDATE turn SET first_selection = $3 WHERE session_id = $1 AND turn = $2', [
    sessionId,
    turn,
    selection,
  ]);
}

/** The place from which the next run of a session's workflow goes on. */
export interface RunToStart {
  readonly agentId: string;
  readonly requestId: string | null;
  readonly retries: number;
  /** The turn that was not closed, or the next one. */
  readonly turn: number;
  /** The selection of that turn that was answered, or is to be made. */
  readonly selection: number;
  /** The first turn that is its own. It is not 0 where the session began with turns of another. */
  readonly firstTurn: number;
  /** How long it may be idle. Null: it is not. */
  readonly idleTimeoutMs: number | null;
}

/** @returns undefined when the session is gone or over */
export async function runToStart(tx: Tx, sessionId: string): Promise<RunToStart | undefined> {
  const rows = await tx.query<RunToStart>(
    'run-to-start',
    `SELECT s.agent_id AS "agentId", s.request_id AS "requestId", s.retries, s.turns AS turn, s.first_turn AS "firstTurn",
            coalesce((t.answered_by->>'selection')::int, t.first_selection, 0) AS selection,
            CASE WHEN s.status = 'idle' THEN s.idle_timeout_ms::float8 END AS "idleTimeoutMs"
       FROM session s LEFT JOIN turn t ON t.session_id = s.id AND t.turn = s.turns
      WHERE s.id = $1 AND s.tenant_id = $2 AND s.status <> 'ended'`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

import type { BudgetShortage, EndReason, SessionError } from '../../contract/events.ts';
import type { RecordedMessages, SessionReplay } from '../../domain/session-replay.ts';
import type { StoredAnswer, TurnDecision } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import type { NewEvent } from './event.ts';
import type { StoredCuts, ToolCallRow } from './tool-call.ts';
import { callsOf, turnsOf } from './transcript-turns.ts';

/**
 * What an ended session recorded, as its replays read it. Nothing here writes into that session. A turn of its transcript may be a
 * row of another session, and so may all that belongs to it: `RecordedPlace` says of which one.
 */
export interface RecordedPlace {
  readonly sessionId: string;
  readonly turn: number;
}

/** A turn of a recorded transcript. */
export interface RecordedTurn extends RecordedPlace {
  readonly closed: boolean;
}

type Recording = Pick<SessionReplay, 'of' | 'fromTurn'>;

/**
 * Finds the turn that a turn of a replay plays. Both count from the same index. The indexes of a recorded session that was rewound
 * have gaps behind that, and those of its replay have none.
 * @returns undefined when the transcript has no such turn, or its session was erased
 */
export async function recordedTurn(
  tx: Tx,
  { of, fromTurn }: Recording,
  turn: number,
): Promise<RecordedTurn | undefined> {
  const rows = await tx.query<RecordedTurn>(
    'recorded-turn',
    `SELECT session_id AS "sessionId", turn, closed_at IS NOT NULL AS closed
       FROM ${turnsOf('$1', (t) => `${t}.turn >= $3`, 'session_id, tenant_id, turn, closed_at')} t
      WHERE tenant_id = $2 ORDER BY turn OFFSET $4 LIMIT 1`,
    [of, tx.tenantId, fromTurn, turn - fromTurn],
  );
  return rows[0];
}

/** The turns of a transcript that a replay plays. */
export interface PlayedTurns {
  readonly turns: number;
  /** The first and the last of them. Null: there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** The last turn before them. Null: there is none. */
  readonly before: number | null;
  /** The last of these turns whose log is gone, since the session that made it was erased. Null: all logs are there. */
  readonly lost: number | null;
}

export async function playedTurns(tx: Tx, { of, fromTurn }: Recording): Promise<PlayedTurns> {
  const rows = await tx.query<PlayedTurns>(
    'played-turns',
    `SELECT count(*) FILTER (WHERE turn >= $3)::int AS turns, min(turn) FILTER (WHERE turn >= $3) AS first,
            max(turn) FILTER (WHERE turn >= $3) AS last, max(turn) FILTER (WHERE turn < $3) AS before,
            max(turn) FILTER (WHERE turn >= $3 AND EXISTS (
              SELECT FROM selection s WHERE s.session_id = t.session_id AND s.turn = t.turn AND s.selection = 0)
              AND NOT EXISTS (
              SELECT FROM session_event e WHERE e.session_id = t.session_id AND e.key = 'selected:' || t.turn || ':0')) AS lost
       FROM ${turnsOf('$1', () => 'true', 'session_id, tenant_id, turn')} t WHERE tenant_id = $2`,
    [of, tx.tenantId, fromTurn],
  );
  return rows[0] ?? { turns: 0, first: null, last: null, before: null, lost: null };
}

/** Reads events by their keys, in order. */
export async function recordedEvents(tx: Tx, sourceId: string, keys: readonly string[]): Promise<NewEvent[]> {
  return tx.query<NewEvent>(
    'recorded-events',
    `SELECT key, type, data FROM session_event
      WHERE session_id = $1 AND tenant_id = $2 AND key = ANY ($3) ORDER BY seq`,
    [sourceId, tx.tenantId, keys],
  );
}

/** So many events before and behind the selection of a turn may belong to its messages and its answer. */
const NEAR = 400;

/**
 * Reads the interventions of guardrails in the messages (`input`) or in the answer (`output`) of a turn, in order, as those of the
 * turn `asTurn`.
 */
export async function recordedInterventions(
  tx: Tx,
  { sessionId, turn }: RecordedPlace,
  asTurn: number,
  stages: readonly ('input' | 'output' | 'tool_args')[],
): Promise<NewEvent[]> {
  return tx.query<NewEvent>(
    'recorded-interventions',
    `WITH s AS (SELECT seq FROM session_event WHERE session_id = $1 AND key = 'selected:' || $3::int || ':0')
     SELECT e.key, e.type, jsonb_set(e.data::jsonb, '{turnIndex}', to_jsonb($5::int)) AS data FROM session_event e, s
      WHERE e.session_id = $1 AND e.tenant_id = $2 AND e.seq BETWEEN s.seq - ${NEAR} AND s.seq + ${NEAR}
        AND e.type = 'br.guardrail_intervention' AND (e.data->>'turnIndex')::int = $3 AND e.data->>'stage' = ANY ($4)
        AND e.data->>'guardrail' <> 'tool_governance'
      ORDER BY e.seq`,
    [sessionId, tx.tenantId, turn, stages, asTurn],
  );
}

/** The end of a session. */
export interface RecordedEnd {
  readonly reason: EndReason | null;
  readonly error: SessionError | null;
  readonly budget: BudgetShortage | null;
}

export async function recordedEnd(tx: Tx, sourceId: string): Promise<RecordedEnd | undefined> {
  const rows = await tx.query<RecordedEnd>(
    'recorded-end',
    'SELECT end_reason AS reason, error, budget FROM session WHERE id = $1 AND tenant_id = $2',
    [sourceId, tx.tenantId],
  );
  return rows[0];
}

/** The answer of a turn as it is stored. */
export interface RecordedAnswer {
  readonly failedType: string | null;
  readonly answer: StoredAnswer | null;
  readonly answeredBy: { readonly provider: string; readonly model: string; readonly selection: number } | null;
  readonly tokens: number;
  readonly bytes: number;
}

/** Reads how a selection came out. Undefined: the session has no such selection. */
export async function recordedAnswer(
  tx: Tx,
  { sessionId, turn }: RecordedPlace,
  selection: number,
): Promise<RecordedAnswer | undefined> {
  const rows = await tx.query<RecordedAnswer>(
    'recorded-answer',
    `SELECT s.failed_type AS "failedType", t.answer, t.answered_by AS "answeredBy", t.answer_tokens AS tokens, t.answer_bytes AS bytes
       FROM selection s JOIN turn t ON t.session_id = s.session_id AND t.turn = s.turn
      WHERE s.session_id = $1 AND s.tenant_id = $2 AND s.turn = $3 AND s.selection = $4`,
    [sessionId, tx.tenantId, turn, selection],
  );
  return rows[0];
}

/** The decision that closed a turn. Undefined: the session did not close it. */
export async function recordedDecision(tx: Tx, { sessionId, turn }: RecordedPlace): Promise<TurnDecision | undefined> {
  const rows = await tx.query<{ decision: TurnDecision | null }>(
    'recorded-decision',
    'SELECT decision FROM turn WHERE session_id = $1 AND tenant_id = $2 AND turn = $3',
    [sessionId, tx.tenantId, turn],
  );
  return rows[0]?.decision ?? undefined;
}

/** Finds the next messages, behind those of turn `fedTurn`, that were read at one turn of the transcript. Undefined: there are no more. */
export async function nextRecordedMessages(
  tx: Tx,
  { of, fromTurn, fedTurn }: Recording & Pick<SessionReplay, 'fedTurn'>,
): Promise<RecordedMessages | undefined> {
  const rows = await tx.query<RecordedMessages>(
    'next-recorded-messages',
    `WITH transcript AS (
       SELECT session_id, turn, decision->>'kind' AS kind, lag(decision->>'kind') OVER (ORDER BY turn) AS kind_before
         FROM ${turnsOf('$1', () => 'true', 'session_id, tenant_id, turn, decision')} t WHERE tenant_id = $2
     )
     SELECT t.session_id AS "sessionId", t.turn AS "recordedTurn", array_agg(i.seq::int ORDER BY i.seq) AS seqs,
            $3::int + (SELECT count(*)::int FROM transcript p WHERE p.turn >= $3 AND p.turn < t.turn) AS turn,
            coalesce(t.kind_before = 'idle', false) AS "afterIdle"
       FROM transcript t JOIN session_inbox i ON i.session_id = t.session_id AND i.consumed_turn = t.turn
      WHERE t.turn >= $3 AND t.turn > $4 AND i.tenant_id = $2 AND i.type = 'user.message' AND i.state = 'consumed'
      GROUP BY t.session_id, t.turn, t.kind_before ORDER BY t.turn LIMIT 1`,
    [of, tx.tenantId, fromTurn, fedTurn],
  );
  return rows[0];
}

/** A recorded call with its result. */
export interface RecordedCall
  extends Pick<
    ToolCallRow,
    'id' | 'serverId' | 'serverTool' | 'effect' | 'idempotent' | 'bundled' | 'verdict' | 'reasonCode'
  > {
  /** The session that has its row. */
  readonly sessionId: string;
  readonly callIndex: number;
  readonly toolName: string;
  readonly args: Record<string, unknown>;
  readonly state: 'succeeded' | 'failed' | 'denied' | 'unknown';
  readonly output: string;
  readonly isError: boolean;
  readonly items: number;
  readonly bytes: number;
  readonly truncated: boolean | null;
  readonly latencyMs: number | null;
  readonly tokens: number;
  readonly cuts: StoredCuts;
  /** The server as clients were told it. */
  readonly server: string | null;
  /** The place of its result in the log. Null in the log of a version that kept none. */
  readonly resultSeq: number | null;
}

const columns = `c.id, c.session_id AS "sessionId", c.call_index AS "callIndex", c.tool_name AS "toolName", c.server_id AS "serverId", c.server_tool AS "serverTool",
  c.effect, c.idempotent, c.bundled, c.verdict, c.reason_code AS "reasonCode", c.args, c.state, c.output, coalesce(c.is_error, false) AS "isError",
  coalesce(c.items, 0) AS items, coalesce(c.bytes, 0) AS bytes, c.truncated, c.latency_ms AS "latencyMs", c.tokens, c.cuts,
  (SELECT e.data->>'server' FROM session_event e WHERE e.session_id = c.session_id AND e.key = 'tool_use:' || c.id) AS server,
  (SELECT e.seq::int FROM session_event e WHERE e.session_id = c.session_id AND e.key = 'tool_result:' || c.id) AS "resultSeq"`;

/** Lists the calls of a turn that have a result, in order. */
export async function recordedCallsOfTurn(tx: Tx, { sessionId, turn }: RecordedPlace): Promise<RecordedCall[]> {
  return tx.query<RecordedCall>(
    'recorded-calls-of-turn',
    `SELECT ${columns} FROM tool_call c
      WHERE c.session_id = $1 AND c.tenant_id = $2 AND c.turn = $3 AND c.output IS NOT NULL ORDER BY c.call_index`,
    [sessionId, tx.tenantId, turn],
  );
}

/** A call for which a recorded result is looked for. */
export interface SameCall {
  readonly toolName: string;
  readonly args: Record<string, unknown>;
}

/** Finds the call of a recorded transcript, of the same tool with the same arguments, that has `before` such calls before it. */
export async function recordedCall(
  tx: Tx,
  sourceId: string,
  { toolName, args }: SameCall,
  before: number,
): Promise<RecordedCall | undefined> {
  const rows = await tx.query<RecordedCall>(
    'recorded-call',
    `SELECT ${columns} FROM ${callsOf('$1', (c) => `${c}.tool_name = $3 AND ${c}.args = $4::jsonb`)} c
      WHERE c.tenant_id = $2 AND c.output IS NOT NULL
      ORDER BY c.turn, c.call_index OFFSET $5 LIMIT 1`,
    [sourceId, tx.tenantId, toolName, JSON.stringify(args), before],
  );
  return rows[0];
}

/** Counts the calls of a session's transcript, before a place, of the same tool with the same arguments. */
export async function sameCallsBefore(
  tx: Tx,
  sessionId: string,
  { toolName, args }: SameCall,
  { turn, callIndex }: { readonly turn: number; readonly callIndex: number },
): Promise<number> {
  const rows = await tx.query<{ calls: number }>(
    'same-calls-before',
    `SELECT count(*)::int AS calls
       FROM ${callsOf('$1', (c) => `${c}.tool_name = $3 AND ${c}.args = $4::jsonb AND (${c}.turn, ${c}.call_index) < ($5, $6)`)} c
      WHERE c.tenant_id = $2`,
    [sessionId, tx.tenantId, toolName, JSON.stringify(args), turn, callIndex],
  );
  return rows[0]?.calls ?? 0;
}

/** Reads the event of the result of a call, with the interventions in the result before it. */
export async function recordedResultEvents(
  tx: Tx,
  { sessionId, id }: Pick<RecordedCall, 'sessionId' | 'id'>,
): Promise<NewEvent[]> {
  return tx.query<NewEvent>(
    'recorded-result-events',
    `WITH r AS (SELECT seq FROM session_event WHERE session_id = $1 AND key = 'tool_result:' || $3)
     SELECT e.key, e.type, e.data FROM session_event e, r
      WHERE e.session_id = $1 AND e.tenant_id = $2 AND e.seq BETWEEN r.seq - ${NEAR} AND r.seq
        AND (e.seq = r.seq OR starts_with(e.key, 'guardrail:result:' || $3 || ':')) ORDER BY e.seq`,
    [sessionId, tx.tenantId, id],
  );
}

/** Names the tools of a transcript, from a turn on, of which a call was made or allowed. */
export async function recordedTools(tx: Tx, { of, fromTurn }: Recording): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    'recorded-tools',
    `SELECT DISTINCT tool_name AS name FROM ${callsOf('$1', (c) => `${c}.turn >= $3 AND ${c}.verdict <> 'deny'`)} c
      WHERE tenant_id = $2 ORDER BY tool_name`,
    [of, tx.tenantId, fromTurn],
  );
  return rows.map(({ name }) => name);
}

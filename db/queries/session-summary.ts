import type { SessionCompacted } from '../../contract/session-compacted.ts';
import type { SummarizedTurn } from '../../domain/summary.ts';
import type { Tx } from '../database.ts';
import { SUMMARY_SELECTION } from './model-attempt.ts';
import { callsOf, summariesOf, turnsOf } from './transcript-turns.ts';

/** A summary of the first turns of a session. */
export interface SessionSummary {
  readonly throughTurn: number;
  readonly text: string;
}

/** A summary that a prompt was sized with. */
export interface SizedSummary extends SessionSummary {
  /** An upper bound of its bytes in a request. */
  readonly bytes: number;
}

export interface SummarySize {
  readonly throughTurn: number;
  readonly tokens: number;
  /** An upper bound of its bytes in a request. */
  readonly bytes: number;
}

/** Reads the size of the latest summary of a session in a prompt. */
export async function latestSummarySize(tx: Tx, sessionId: string): Promise<SummarySize | undefined> {
  const rows = await tx.query<SummarySize>(
    'latest-summary-size',
    `SELECT through_turn AS "throughTurn", tokens, bytes FROM ${summariesOf('$1')} y ORDER BY through_turn DESC LIMIT 1`,
    [sessionId],
  );
  return rows[0];
}

/** A summary as clients see it. */
export interface SummaryView extends SessionSummary {
  readonly provider: string;
  readonly model: string;
  readonly createdAt: Date;
}

/** Lists the summaries of a session whose last turn is one of these, in order. */
export async function summariesThrough(
  tx: Tx,
  sessionId: string,
  { firstTurn, lastTurn }: { readonly firstTurn: number; readonly lastTurn: number },
): Promise<SummaryView[]> {
  return tx.query<SummaryView>(
    'summaries-through',
    `SELECT through_turn AS "throughTurn", text, provider, model, created_at AS "createdAt"
       FROM ${summariesOf('$1', (y) => `${y}.through_turn BETWEEN $3 AND $4`)} y WHERE tenant_id = $2 ORDER BY through_turn`,
    [sessionId, tx.tenantId, firstTurn, lastTurn],
  );
}

/** The input of a summary that is due, without the texts of the turns. */
export interface SummaryToMake {
  /** True if it is stored already. */
  readonly stored: boolean;
  readonly latest: SessionSummary | null;
  /** The beginning of what the user wrote last. Null if the user wrote nothing. */
  readonly latestMessage: string | null;
  /** The prompt of the turn shows the turns before this one in part, or not at all. */
  readonly wholeFrom: number;
  readonly budgetDailyNano: bigint | null;
}

/** The border between the turns that a turn's prompt shows whole and those before them. The parameter is an expression of SQL. */
const wholeFrom = (turn: string): string => `greatest(
  (${turn}.manifest->'transcript'->>'firstTurn')::int,
  (SELECT greatest((s.transcript->>'wholeFrom')::int, (s.transcript->>'messagesFrom')::int) FROM selection s
    WHERE s.session_id = ${turn}.session_id AND s.turn = ${turn}.turn
      AND s.selection = (${turn}.answered_by->>'selection')::int))`;

/**
 * True when turns that the prompt shows in part, or not at all, are in no summary. Ten turns lie
 * between two requests, so that a window that moves every turn, or a model that fails, costs little. The parameter is an expression of SQL.
 */
export const summaryDue = (turn: string): string => `coalesce(
  (SELECT max(x.through_turn) FROM ${summariesOf(`${turn}.session_id`)} x), -1) < ${wholeFrom(turn)} - 1
  AND NOT EXISTS (SELECT 1 FROM model_attempt m
                   WHERE m.session_id = ${turn}.session_id AND m.selection = ${SUMMARY_SELECTION} AND m.turn > ${turn}.turn - 10)`;

export async function readSummaryToMake(tx: Tx, sessionId: string, turn: number): Promise<SummaryToMake | undefined> {
  const rows = await tx.query<SummaryToMake>(
    'read-summary-to-make',
    `SELECT EXISTS (SELECT 1 FROM session_summary x WHERE x.session_id = $1 AND x.asked_turn = $2) AS stored,
            (SELECT jsonb_build_object('throughTurn', x.through_turn, 'text', x.text) FROM ${summariesOf('$1')} x
              ORDER BY x.through_turn DESC LIMIT 1) AS latest,
            (SELECT left(m.user_messages->>-1, 1200)
               FROM ${turnsOf('$1', (m) => `${m}.user_messages <> '[]'`, 'turn, user_messages')} m
              ORDER BY m.turn DESC LIMIT 1) AS "latestMessage",
            coalesce(${wholeFrom('t')}, 0) AS "wholeFrom",
            (SELECT a.budget_daily_nano FROM agent a JOIN session s ON s.agent_id = a.agent_id
              WHERE s.id = $1 AND a.tenant_id = $3) AS "budgetDailyNano"
       FROM turn t WHERE t.session_id = $1 AND t.turn = $2`,
    [sessionId, turn, tx.tenantId],
  );
  return rows[0];
}

/** The turns from `from` to `to`, oldest first, at most `limit` of them. @param characters how much of each text is read */
export async function turnsToSummarize(
  tx: Tx,
  sessionId: string,
  { from, to, limit, characters }: { from: number; to: number; limit: number; characters: number },
): Promise<SummarizedTurn[]> {
  return tx.query<SummarizedTurn>(
    'turns-to-summarize',
    `SELECT t.turn, left(t.answer->>'text', $5) AS text,
            (SELECT coalesce(jsonb_agg(left(m, $5) || (
                      SELECT CASE count(*) WHEN 0 THEN '' ELSE ' [with ' || count(*) || ' images]' END
                        FROM jsonb_array_elements(t.message_images) i WHERE (i->>'message')::int = n - 1) ORDER BY n), '[]')
               FROM jsonb_array_elements_text(t.user_messages) WITH ORDINALITY AS u (m, n)) AS "userMessages",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.tool_name, 'args', left(c.args::text, 300),
                      'output', left(c.output, $5)) ORDER BY c.call_index), '[]')
               FROM tool_call c WHERE c.session_id = t.session_id AND c.turn = t.turn AND c.call_index < 32) AS calls
       FROM ${turnsOf('$1', (t) => `${t}.turn BETWEEN $2 AND $3`)} t ORDER BY t.turn LIMIT $4`,
    [sessionId, from, to, limit, characters],
  );
}

/** Reads the content of the turns of a session up to one of them. */
export async function contentOfTurns(
  tx: Tx,
  sessionId: string,
  throughTurn: number,
): Promise<SessionCompacted['data']['dropped']> {
  const rows = await tx.query<SessionCompacted['data']['dropped']>(
    'content-of-turns',
    `SELECT count(*)::int AS turns, coalesce(sum(jsonb_array_length(user_messages)), 0)::int AS messages,
            coalesce(sum(input_bytes::bigint + answer_bytes + results_bytes), 0)::float8 AS bytes,
            (SELECT count(*)::int FROM ${callsOf('$1', (c) => `${c}.turn <= $2`, 'id')} c) AS "toolCalls"
       FROM ${turnsOf('$1', (t) => `${t}.turn <= $2`)} t`,
    [sessionId, throughTurn],
  );
  return rows[0] ?? { turns: 0, messages: 0, toolCalls: 0, bytes: 0 };
}

/**
 * Stores a summary with its event, in a transaction that holds the lock of the session: so no event of the log comes between
 * `afterSeq` and the summary. One that reaches as far as a stored one changes nothing.
 */
export function insertSummary(
  tx: Tx,
  sessionId: string,
  summary: SessionSummary &
    SummarySize & {
      readonly askedTurn: number;
      readonly provider: string;
      readonly model: string;
      /** The last seq of the log. */
      readonly afterSeq: number;
      readonly event: SessionCompacted['data'];
    },
): void {
  tx.send(
    'insert-summary',
    `INSERT INTO session_summary (session_id, through_turn, tenant_id, asked_turn, text, tokens, bytes, provider, model,
                                  after_seq, event, number)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (SELECT count(*) + 1 FROM session_summary WHERE session_id = $1))
     ON CONFLICT DO NOTHING`,
    [
      sessionId,
      summary.throughTurn,
      tx.tenantId,
      summary.askedTurn,
      summary.text,
      summary.tokens,
      summary.bytes,
      summary.provider,
      summary.model,
      summary.afterSeq,
      JSON.stringify(summary.event),
    ],
  );
}

import type { ModelUsage } from '../../domain/model-usage.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { TraceFact } from '../../telemetry/trace-fact.ts';
import type { TracedAttempt, TracedCall, TracedTurn, TracedTurnContent } from '../../telemetry/traced-turn.ts';
import type { Tx } from '../database.ts';
import { inOneMessage } from '../one-message.ts';
import { shownStateOf } from './tool-call.ts';

/** A request for a summary belongs to the turn before it, and may end some turns later. */
const SUMMARY_TURNS = 20;

const ms = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;

/**
 * Reads what the spans of a turn are made of. What an earlier run of the session did in the same turn is left out, because its
 * spans are sent already.
 */
export async function readTracedTurn(
  tx: Tx,
  { kind, turn, run: { sessionId, sinceMs } }: TraceFact,
  withContent: boolean,
): Promise<TracedTurn> {
  const { attempts, calls, over, content } = await inOneMessage({
    attempts: tracedAttempts(tx, sessionId, turn, sinceMs),
    calls: tracedCalls(tx, sessionId, turn, sinceMs, withContent),
    over: kind === 'run_over' ? runOverMs(tx, sessionId, turn) : undefined,
    content: withContent ? contentOf(tx, sessionId, turn) : undefined,
  });
  return { attempts, calls, overMs: over ?? sinceMs, content };
}

async function tracedAttempts(tx: Tx, sessionId: string, turn: number, sinceMs: number): Promise<TracedAttempt[]> {
  const rows = await tx.query<Omit<TracedAttempt, 'costUsd'> & { costNano: bigint; usage: ModelUsage | null }>(
    'traced-attempts',
    `SELECT a.turn, a.selection, a.attempt, a.provider, a.model, a.failed_type AS "failedType",
            ${ms('a.dispatched_at')} AS "startMs", ${ms('greatest(a.closed_at, a.dispatched_at)')} AS "endMs",
            a.first_token_ms AS "firstTokenMs", a.charged_nano + a.excess_nano AS "costNano", a.usage,
            coalesce((t.answered_by->>'selection')::int = a.selection AND a.failed_type IS NULL, false) AS answered
       FROM model_attempt a LEFT JOIN turn t ON t.session_id = a.session_id AND t.turn = a.turn
      WHERE a.session_id = $1 AND a.tenant_id = $2 AND a.turn BETWEEN $3::int - ${SUMMARY_TURNS} AND $3::int
        AND NOT a.recorded AND a.dispatched_at IS NOT NULL AND a.closed_at >= to_timestamp($4::float8 / 1000)
        AND (a.selection >= 0 AND a.turn = $3::int
             OR a.selection < 0 AND a.closed_at > coalesce(
                  (SELECT b.debited_at FROM turn b WHERE b.session_id = $1 AND b.turn = $3::int - 1), '-infinity'))
      ORDER BY a.turn, a.selection, a.attempt`,
    [sessionId, tx.tenantId, turn, sinceMs],
  );
  return rows.map(({ costNano, ...attempt }) => ({ ...attempt, costUsd: usdFromNano(costNano) }));
}

async function tracedCalls(
  tx: Tx,
  sessionId: string,
  turn: number,
  sinceMs: number,
  withContent: boolean,
): Promise<TracedCall[]> {
  return tx.query<TracedCall>(
    'traced-calls',
    // The name of a tool that there is not is the model's word, and may be anything (I10).
    `SELECT c.id, CASE WHEN c.server_id = 'none' THEN 'none' ELSE c.tool_name END AS tool, c.server_id AS "serverId", ${shownStateOf('c')} AS outcome, c.reason_code AS reason,
            ${ms(`coalesce(
              CASE WHEN c.first_dispatched_at >= to_timestamp($4::float8 / 1000) THEN c.first_dispatched_at ELSE c.dispatched_at END,
              c.finished_at - coalesce(c.latency_ms, 0) * interval '1 millisecond')`)} AS "startMs",
            ${ms('greatest(c.finished_at, c.dispatched_at)')} AS "endMs",
            CASE WHEN $5 THEN jsonb_build_object('args', c.args, 'result', c.output) END AS content,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', a.kind, 'askedMs', ${ms('a.asked_at')},
                      'answeredMs', ${ms('a.answered_at')}) ORDER BY a.asked_at, a.id), '[]')
               FROM required_action a
              WHERE a.session_id = c.session_id AND a.tool_call_id = c.id AND a.tenant_id = c.tenant_id) AS asked
       FROM tool_call c
      WHERE c.session_id = $1 AND c.tenant_id = $2 AND c.turn = $3 AND c.finished_at >= to_timestamp($4::float8 / 1000)
      ORDER BY c.call_index`,
    [sessionId, tx.tenantId, turn, sinceMs, withContent],
  );
}

/** The end of the session, or of its last turn. @param turn the turn in which the run ended, or the next one */
async function runOverMs(tx: Tx, sessionId: string, turn: number): Promise<number | undefined> {
  const rows = await tx.query<{ overMs: number }>(
    'run-over-ms',
    `SELECT ${ms(`coalesce(greatest(s.ended_at, (SELECT t.debited_at FROM turn t WHERE t.session_id = s.id AND t.turn = $3::int - 1)),
                           now())`)} AS "overMs"
       FROM session s WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId, turn],
  );
  return rows[0]?.overMs;
}

async function contentOf(tx: Tx, sessionId: string, turn: number): Promise<TracedTurnContent | undefined> {
  const rows = await tx.query<TracedTurnContent>(
    'content-of-traced-turn',
    `SELECT user_messages AS messages, answer->>'text' AS answer
       FROM turn WHERE session_id = $1 AND tenant_id = $2 AND turn = $3`,
    [sessionId, tx.tenantId, turn],
  );
  return rows[0];
}

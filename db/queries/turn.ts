import type { SelectionCandidate } from '../../domain/routing-records.ts';
import type { TurnSize } from '../../domain/transcript-window.ts';
import type { ContextManifest, StoredAnswer, TurnDecision } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';

export interface TurnRow {
  readonly turn: number;
  readonly manifest: ContextManifest;
  readonly taskClass: string;
  readonly answer: StoredAnswer | null;
  readonly answeredBy: { readonly provider: string; readonly model: string; readonly selection: number } | null;
  readonly decision: TurnDecision | null;
  /** The candidates of a turn that had no model to choose, each with why. Null if one was chosen. */
  readonly unserved: readonly SelectionCandidate[] | null;
}

export async function readTurn(tx: Tx, sessionId: string, turn: number): Promise<TurnRow | undefined> {
  const rows = await tx.query<TurnRow>(
    'read-turn',
    `SELECT turn, manifest, task_class AS "taskClass", answer, answered_by AS "answeredBy", decision, unserved
       FROM turn WHERE session_id = $1 AND turn = $2`,
    [sessionId, turn],
  );
  return rows[0];
}

export function insertTurn(
  tx: Tx,
  sessionId: string,
  turn: {
    turn: number;
    manifest: ContextManifest;
    taskClass: string;
    userMessages: readonly string[];
    inputTokens: number;
    inputBytes: number;
  },
): void {
  tx.send(
    'insert-turn',
    // The sum over all earlier turns is only taken where a version before stored the turn before without one.
    `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, user_messages, input_tokens, input_bytes, bytes_before)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
             coalesce((SELECT p.input_bytes + p.answer_bytes + p.results_bytes + coalesce(p.bytes_before,
                         (SELECT coalesce(sum(e.input_bytes + e.answer_bytes + e.results_bytes), 0) FROM turn e
                           WHERE e.session_id = $1 AND e.turn < p.turn))
                         FROM turn p WHERE p.session_id = $1 AND p.turn = $2 - 1), 0))`,
    [
      sessionId,
      turn.turn,
      tx.tenantId,
      JSON.stringify(turn.manifest),
      turn.taskClass,
      JSON.stringify(turn.userMessages),
      turn.inputTokens,
      turn.inputBytes,
    ],
  );
}

/** Stores the texts of context sources under their hashes. A text that is stored already costs only a look-up. */
export function storeContextBlocks(tx: Tx, sessionId: string, blocks: readonly { hash: string; text: string }[]): void {
  if (blocks.length === 0) return;
  tx.send(
    'store-context-blocks',
    `INSERT INTO session_context (session_id, tenant_id, hash, text)
     SELECT $1, $2, hash, text FROM unnest($3::text[], $4::text[]) AS b (hash, text)
     ON CONFLICT DO NOTHING`,
    [sessionId, tx.tenantId, blocks.map((block) => block.hash), blocks.map((block) => block.text)],
  );
}

/** An expression for the text under a hash. Until context_block is dropped, a worker of the previous version may have stored it there. */
export const contextText = (sessionId: string, tenantId: string, hash: string): string => `coalesce(
  (SELECT text FROM session_context WHERE session_id = ${sessionId} AND hash = ${hash}),
  (SELECT text FROM context_block WHERE tenant_id = ${tenantId} AND hash = ${hash}))`;

/** Reads texts by their hashes. A hash without a text is left out. */
export async function readContextBlocks(
  tx: Tx,
  sessionId: string,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.query<{ hash: string; text: string }>(
    'read-context-blocks',
    `SELECT hash, text FROM (SELECT h.hash, ${contextText('$1', '$2', 'h.hash')} AS text FROM unnest($3::text[]) AS h (hash)) b
      WHERE text IS NOT NULL`,
    [sessionId, tx.tenantId, hashes],
  );
  return new Map(rows.map((row) => [row.hash, row.text]));
}

/**
 * The sizes of the turns in a session's window, oldest first. The first turn is always among them, and so is the turn that
 * is asked for if it is stored. They were counted when each part was stored and are never counted again.
 */
export async function turnSizes(tx: Tx, sessionId: string, turn: number): Promise<TurnSize[]> {
  return tx.query<TurnSize>(
    'turn-sizes',
    `SELECT turn, input_tokens + answer_tokens + results_tokens AS tokens, input_bytes + answer_bytes + results_bytes AS bytes
       FROM turn
      WHERE session_id = $1
        AND (turn >= (SELECT window_first_turn FROM session WHERE id = $1) OR turn = 0 OR turn = $2) ORDER BY turn`,
    [sessionId, turn],
  );
}

export interface TranscriptTurn {
  readonly turn: number;
  readonly userMessages: readonly string[];
  readonly answer: StoredAnswer | null;
  readonly results:
    | readonly {
        readonly id: string;
        readonly toolName: string;
        readonly output: string | null;
        readonly isError: boolean | null;
      }[]
    | null;
}

/** The turns of a transcript that a process has read before, and by which it knows whether they are still the same. */
export interface KnownTurns {
  /** Where the window began. */
  readonly firstTurn: number;
  /** The last of the turns, and when it was closed. A closed turn does not change. */
  readonly lastTurn: number;
  readonly lastClosedAt: string;
}

export interface ReadTurn extends TranscriptTurn {
  /** Null: the turn may still change. */
  readonly closedAt: string | null;
}

export interface ReadTranscript {
  /** Where the window of the turn begins. */
  readonly firstTurn: number;
  /** True when the known turns are the beginning of the transcript: only later ones are in `turns`. */
  readonly knownHold: boolean;
  readonly turns: readonly ReadTurn[];
}

/**
 * Reads the transcript in the prompt of a turn: the first turn, and the turns from where the window begins up to this one.
 * Each with its messages, its answer, and results in the order of the calls. Turns that are known are not read again, as
 * long as the window begins where it began and the last of them is the one that was read.
 */
export async function readTranscript(
  tx: Tx,
  sessionId: string,
  turn: number,
  known: KnownTurns | undefined,
): Promise<ReadTranscript> {
  const rows = await tx.query<ReadTurn & { firstTurn: number; knownHold: boolean }>(
    'read-transcript',
    `SELECT w.first_turn AS "firstTurn", w.known_hold AS "knownHold", t.closed_at::text AS "closedAt",
            t.turn, t.user_messages AS "userMessages", t.answer,
            (SELECT jsonb_agg(jsonb_build_object('id', c.id, 'toolName', c.tool_name, 'output', c.output, 'isError', c.is_error)
                              ORDER BY c.call_index)
               FROM tool_call c WHERE c.session_id = t.session_id AND c.turn = t.turn) AS results
       FROM (SELECT (o.manifest->'transcript'->>'firstTurn')::int AS first_turn,
                    coalesce((o.manifest->'transcript'->>'firstTurn')::int = $3
                             AND k.closed_at::text = $5, false) AS known_hold
               FROM turn o LEFT JOIN turn k ON k.session_id = o.session_id AND k.turn = $4::int
              WHERE o.session_id = $1 AND o.turn = $2) w
      CROSS JOIN LATERAL (
        SELECT 0 AS turn WHERE w.first_turn > 0 AND NOT w.known_hold
        UNION ALL
        SELECT generate_series(CASE WHEN w.known_hold THEN $4 + 1 ELSE w.first_turn END, $2::int)
      ) shown
       JOIN turn t ON t.session_id = $1 AND t.turn = shown.turn
      ORDER BY t.turn`,
    [sessionId, turn, known?.firstTurn ?? null, known?.lastTurn ?? null, known?.lastClosedAt ?? null],
  );
  return { firstTurn: rows[0]?.firstTurn ?? 0, knownHold: rows[0]?.knownHold ?? false, turns: rows };
}

export function storeAnswer(
  tx: Tx,
  sessionId: string,
  turn: number,
  answer: StoredAnswer,
  size: { tokens: number; bytes: number },
  answeredBy: { provider: string; model: string; selection: number },
): void {
  tx.send(
    'store-answer',
    `UPDATE turn SET answer = $3, answer_tokens = $4, answer_bytes = $5, answered_by = $6, answered_at = now()
      WHERE session_id = $1 AND turn = $2`,
    [sessionId, turn, JSON.stringify(answer), size.tokens, size.bytes, JSON.stringify(answeredBy)],
  );
}

/** Closes a turn: stores the size of its results in the prompt, and the decision that a second run must return. */
export function closeTurn(tx: Tx, sessionId: string, turn: number, decision: TurnDecision): void {
  tx.send(
    'close-turn',
    `UPDATE turn t
        SET decision = $3, closed_at = now(),
            results_tokens = coalesce(c.tokens, 0), results_bytes = coalesce(c.bytes, 0)
       FROM (SELECT sum(tokens)::int AS tokens, sum(octet_length(to_json(output)::text) + 256)::int AS bytes
               FROM tool_call WHERE session_id = $1 AND turn = $2) c
      WHERE t.session_id = $1 AND t.turn = $2`,
    [sessionId, turn, JSON.stringify(decision)],
  );
}

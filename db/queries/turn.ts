import type { ImageRef } from '../../domain/images/image-ref.ts';
import type { SelectionCandidate } from '../../domain/routing-records.ts';
import type { CuttableSize } from '../../domain/transcript-window.ts';
import type { ContextManifest, StoredAnswer, TurnDecision } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import { turnBefore, turnsOf } from './transcript-turns.ts';

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

/** A reference to an image of a message, with the index of the message in its turn. */
export interface MessageImage extends ImageRef {
  readonly message: number;
}

export function insertTurn(
  tx: Tx,
  sessionId: string,
  turn: {
    turn: number;
    manifest: ContextManifest;
    taskClass: string;
    messages: readonly { readonly text: string; readonly images?: readonly ImageRef[] | undefined }[];
    size: CuttableSize;
  },
): void {
  const images = turn.messages.flatMap((message, index) =>
    (message.images ?? []).map((image): MessageImage => ({ ...image, message: index })),
  );
  tx.send(
    'insert-turn',
    // The sum over all earlier turns is only taken where a version before stored the turn before without one.
    `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, user_messages, input_tokens, input_bytes,
                       input_levels, message_images, refreshed_at, bytes_before)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp(),
             coalesce((SELECT p.input_bytes + p.answer_bytes + p.results_bytes + coalesce(p.bytes_before,
                         (SELECT coalesce(sum(e.input_bytes + e.answer_bytes + e.results_bytes), 0)
                            FROM ${turnsOf('$1', (e) => `${e}.turn < p.turn`)} e))
                         FROM ${turnsOf('$1', (p) => `${p}.turn = ${turnBefore('$1', '$2::int')}`)} p), 0))`,
    [
      sessionId,
      turn.turn,
      tx.tenantId,
      JSON.stringify(turn.manifest),
      turn.taskClass,
      JSON.stringify(turn.messages.map(({ text }) => text)),
      turn.size.whole[0],
      turn.size.whole[1],
      turn.size.levels === null ? null : JSON.stringify(turn.size.levels),
      images.length === 0 ? null : JSON.stringify(images),
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

/** True when the turn was refreshed already. */
export async function isTurnStored(tx: Tx, sessionId: string, turn: number): Promise<boolean> {
  const rows = await tx.query('is-turn-stored', 'SELECT 1 FROM turn WHERE session_id = $1 AND turn = $2', [
    sessionId,
    turn,
  ]);
  return rows.length > 0;
}

/** The subject of a turn that brings no message: the latest messages before it. */
export interface SpokenBefore {
  /** The turn that brought the latest messages. Null: there is none. */
  readonly messageTurn: number | null;
  readonly messages: readonly string[];
  /** The beginning of the answer that those messages followed, and of the latest answer. */
  readonly answerBefore: string;
  readonly latestAnswer: string;
}

/** Reads what was said before a turn. */
export async function readSpokenBefore(tx: Tx, sessionId: string, turn: number): Promise<SpokenBefore> {
  const answer = (ofTurn: string) =>
    `coalesce((SELECT left(answer->>'text', 1000) FROM ${turnsOf('$1', (a) => `${a}.turn = ${ofTurn}`)} a), '')`;
  const [row] = await tx.query<SpokenBefore>(
    'read-spoken-before',
    // A version before did not keep which turn brought the latest messages: the first one did, at least.
    `SELECT m.turn AS "messageTurn", coalesce(m.user_messages, '[]') AS messages,
            ${answer(turnBefore('$1', 'b.turn'))} AS "answerBefore", ${answer(turnBefore('$1', '$2::int'))} AS "latestAnswer"
       FROM (SELECT coalesce((manifest->>'messageTurn')::int, 0) AS turn
               FROM ${turnsOf('$1', (t) => `${t}.turn = ${turnBefore('$1', '$2::int')}`)} t) b
       LEFT JOIN LATERAL ${turnsOf('$1', (m) => `${m}.turn = b.turn`)} m ON true`,
    [sessionId, turn],
  );
  return row ?? { messageTurn: null, messages: [], answerBefore: '', latestAnswer: '' };
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

/**
 * Closes a turn: the decision that a re-run must return, and what its results take in a prompt, whole and cut to each level.
 * Beside its text, a result takes 10 tokens and 256 bytes, and each of its images as much as the line that may stand in its
 * place.
 * @param closing.cutLevels how many levels there are
 */
export function closeTurn(
  tx: Tx,
  sessionId: string,
  turn: number,
  {
    decision,
    cutLevels,
    standIn,
  }: { decision: TurnDecision; cutLevels: number; standIn: readonly [tokens: number, bytes: number] },
): void {
  tx.send(
    'close-turn',
    `WITH call AS MATERIALIZED (
       SELECT tokens, octet_length(to_json(output)::text) AS bytes, cuts, call_index, images,
              10 + n * $5::int AS more_tokens, 256 + n * $6::int AS more_bytes
         FROM tool_call CROSS JOIN LATERAL (SELECT coalesce(jsonb_array_length(images), 0) AS n) counted
        WHERE session_id = $1 AND turn = $2
     ), at AS (
       SELECT level, sum(coalesce((cuts->level->>2)::int, tokens) + more_tokens)::int AS tokens,
              sum(coalesce((cuts->level->>3)::int, bytes) + more_bytes)::int AS bytes
         FROM call CROSS JOIN generate_series(0, $4 - 1) level
        WHERE EXISTS (SELECT 1 FROM call WHERE cuts IS NOT NULL)
        GROUP BY level
     )
     UPDATE turn
        SET decision = $3, closed_at = now(), debited_at = clock_timestamp(),
            results_tokens = (SELECT coalesce(sum(tokens + more_tokens), 0)::int FROM call),
            results_bytes = (SELECT coalesce(sum(bytes + more_bytes), 0)::int FROM call),
            result_images = (SELECT jsonb_agg(i ORDER BY call_index, place)
                               FROM call CROSS JOIN jsonb_array_elements(images) WITH ORDINALITY AS e (i, place)),
            results_levels = (SELECT jsonb_agg(jsonb_build_array(tokens, bytes) ORDER BY level) FROM at)
      WHERE session_id = $1 AND turn = $2`,
    [sessionId, turn, JSON.stringify(decision), cutLevels, standIn[0], standIn[1]],
  );
}

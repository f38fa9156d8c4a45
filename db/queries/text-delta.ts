import type { Tx } from '../database.ts';

/** A piece of an answer under way. Offsets count UTF-16 code units of the whole text. */
export interface DeltaPiece {
  readonly sessionId: string;
  readonly turn: number;
  /** The place of the attempt in the ledger, which decides whether its text may still be written. */
  readonly selection: number;
  readonly selectionAttempt: number;
  /** The number of the attempt within the turn. */
  readonly attempt: number;
  readonly afterSeq: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Writes pieces of answers whose attempts are under way. Nothing is written for an attempt that is closed or is being closed
 * right now, so the transaction that closes it leaves no text behind. The subquery that locks an attempt makes Postgres look
 * it up by its key, however large it takes the ledger to be. A piece replaces an earlier one with the same start, so a write
 * whose outcome is not known can be repeated with the text that came meanwhile.
 * @returns the sessions of the pieces that were written
 */
export async function writeDeltas(tx: Tx, pieces: readonly DeltaPiece[]): Promise<string[]> {
  const rows = await tx.query<{ sessionId: string }>(
    'write-deltas',
    `INSERT INTO text_delta (session_id, turn, attempt, start_at, end_at, tenant_id, after_seq, provider, model, text)
     SELECT p.session_id, p.turn, p.attempt, p.start_at, p.end_at, $10, p.after_seq, a.provider, a.model, p.text
       FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::int[], $8::int[], $9::text[])
            AS p (session_id, turn, selection, selection_attempt, attempt, after_seq, start_at, end_at, text)
      CROSS JOIN LATERAL (
        SELECT provider, model FROM model_attempt
         WHERE session_id = p.session_id AND turn = p.turn AND selection = p.selection AND attempt = p.selection_attempt
           AND tenant_id = $10 AND state = 'dispatched'
           FOR SHARE SKIP LOCKED) a
     ON CONFLICT (session_id, turn, attempt, start_at) DO UPDATE SET end_at = EXCLUDED.end_at, text = EXCLUDED.text
     RETURNING session_id AS "sessionId"`,
    [
      pieces.map((piece) => piece.sessionId),
      pieces.map((piece) => piece.turn),
      pieces.map((piece) => piece.selection),
      pieces.map((piece) => piece.selectionAttempt),
      pieces.map((piece) => piece.attempt),
      pieces.map((piece) => piece.afterSeq),
      pieces.map((piece) => piece.start),
      pieces.map((piece) => piece.end),
      pieces.map((piece) => piece.text),
      tx.tenantId,
    ],
  );
  return rows.map((row) => row.sessionId);
}

/**
 * Deletes the text of an answer that is now stored or given up. To be called after the statement that closes its attempt: that
 * statement waits for the last write, so this one sees it. Sessions that nobody followed have no text.
 */
export function dropDeltas(tx: Tx, session: { readonly id: string; readonly deltasAsked: boolean }): void {
  if (session.deltasAsked) tx.send('drop-deltas', 'DELETE FROM text_delta WHERE session_id = $1', [session.id]);
}

/** How far a reader has read the text of a session's answer under way. */
export interface DeltaPosition {
  readonly turn: number;
  readonly attempt: number;
  /** The start of the newest piece that the reader has. That piece may have grown. */
  readonly pieceStart: number;
}

export interface DeltaRead {
  readonly sessionId: string;
  readonly turn: number;
  readonly attempt: number;
  readonly afterSeq: number;
  readonly provider: string;
  readonly model: string;
  /** The place of the beginning of `text`: the position that was asked for, or 0 if the attempt is another than the reader knew. */
  readonly start: number;
  readonly text: string;
  readonly pieceStart: number;
}

/** Reads the text of the newest attempt of many sessions, of each from a position of its own. Sessions without text are left out. */
export async function readDeltasOfMany(
  tx: Tx,
  cursors: readonly { readonly sessionId: string; readonly position: DeltaPosition | undefined }[],
): Promise<DeltaRead[]> {
  return tx.query<DeltaRead>(
    'read-deltas-of-many',
    `SELECT w.session_id AS "sessionId", h.turn, h.attempt, h.after_seq::int AS "afterSeq", h.provider, h.model,
            p.start, p.text, h.start_at AS "pieceStart"
       FROM unnest($1::text[], $2::int[], $3::int[], $4::int[]) AS w (session_id, turn, attempt, piece_start)
      CROSS JOIN LATERAL (
        SELECT turn, attempt, after_seq, provider, model, start_at FROM text_delta
         WHERE session_id = w.session_id AND tenant_id = $5
         ORDER BY turn DESC, attempt DESC, start_at DESC LIMIT 1) h
      CROSS JOIN LATERAL (
        SELECT min(start_at) AS start, string_agg(text, '' ORDER BY start_at) AS text FROM text_delta
         WHERE session_id = w.session_id AND turn = h.turn AND attempt = h.attempt
           AND start_at >= CASE WHEN w.turn = h.turn AND w.attempt = h.attempt THEN w.piece_start ELSE 0 END) p`,
    [
      cursors.map((cursor) => cursor.sessionId),
      cursors.map((cursor) => cursor.position?.turn ?? null),
      cursors.map((cursor) => cursor.position?.attempt ?? null),
      cursors.map((cursor) => cursor.position?.pieceStart ?? null),
      tx.tenantId,
    ],
  );
}

/**
 * Notes that streams ask for the text of these sessions' answers, for `forMs` from now. Sessions whose row is locked just now
 * are left out, so that no stage waits for a reader.
 * @returns the sessions that were marked; `fresh` if no stream had asked before
 */
export async function markDeltasWanted(
  tx: Tx,
  sessionIds: readonly string[],
  forMs: number,
): Promise<{ readonly id: string; readonly fresh: boolean }[]> {
  return tx.query(
    'mark-deltas-wanted',
    `WITH due AS (
       SELECT id, coalesce(deltas_wanted_until <= now(), true) AS fresh FROM session
        WHERE id = ANY ($1) AND tenant_id = $2 FOR NO KEY UPDATE SKIP LOCKED
     )
     UPDATE session s SET deltas_wanted_until = now() + make_interval(secs => $3::float8 / 1000)
       FROM due WHERE s.id = due.id
     RETURNING s.id, due.fresh`,
    [sessionIds, tx.tenantId, forMs],
  );
}

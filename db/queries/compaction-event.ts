import type { Tx } from '../database.ts';

/** The event of a summary. It stands behind the event `afterSeq` of the log and in front of the next. */
export interface CompactionEvent {
  readonly afterSeq: number;
  /** Counts the summaries of its session from 1. */
  readonly number: number;
  /** JSON text that is passed on as it is. */
  readonly data: string;
}

/** The id of the event in streams and lists, which is also a cursor. */
export function compactionId({ afterSeq, number }: CompactionCursor): string {
  return `${afterSeq}.0.${number}`;
}

/** The position of a reader: it has the event `afterSeq`, and behind that the summaries up to `number`. */
export interface CompactionCursor {
  readonly afterSeq: number;
  readonly number: number;
}

/** Reads the events of summaries behind a cursor that stand in front of the event `beforeSeq`, or of an earlier one, in order. */
export async function readCompactions(
  tx: Tx,
  sessionId: string,
  { afterSeq, number }: CompactionCursor,
  beforeSeq: number,
  limit: number,
): Promise<(CompactionEvent & { readonly createdAt: Date })[]> {
  return tx.query(
    'read-compactions',
    `SELECT after_seq::int AS "afterSeq", number, event::text AS data, created_at AS "createdAt" FROM session_summary
      WHERE session_id = $1 AND tenant_id = $2 AND after_seq >= $3 AND after_seq < $4 AND number > $5 ORDER BY number LIMIT $6`,
    [sessionId, tx.tenantId, afterSeq, beforeSeq, number, limit],
  );
}

/**
 * Reads the events of summaries of many sessions: of each those that may stand in front of one of the `limitEach` events after a
 * seq of its own. To be sent after the events are read. A summary is stored before the event that it stands in front of, so for
 * each event that was found it is found, too.
 */
export async function readCompactionsOfMany(
  tx: Tx,
  cursors: readonly { readonly sessionId: string; readonly afterSeq: number }[],
  limitEach: number,
): Promise<(CompactionEvent & { readonly sessionId: string })[]> {
  return tx.query(
    'read-compactions-of-many',
    `SELECT w.session_id AS "sessionId", c.after_seq::int AS "afterSeq", c.number, c.event::text AS data
       FROM unnest($1::text[], $2::bigint[], $4::bigint[]) AS w (session_id, after_seq, before_seq)
      CROSS JOIN LATERAL (
        SELECT after_seq, number, event FROM session_summary
         WHERE session_id = w.session_id AND tenant_id = $3 AND after_seq >= w.after_seq AND after_seq < w.before_seq) c
      ORDER BY w.session_id, c.number`,
    [
      cursors.map((cursor) => cursor.sessionId),
      cursors.map((cursor) => cursor.afterSeq),
      tx.tenantId,
      cursors.map((cursor) => cursor.afterSeq + limitEach),
    ],
  );
}

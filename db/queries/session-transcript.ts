import type { MediaRef } from '../../domain/media/media-ref.ts';
import type { StoredAnswer } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { turnsOf } from './transcript-turns.ts';
import type { MessageImage } from './turn.ts';

export interface TranscriptView {
  readonly turn: number;
  readonly userMessages: readonly string[];
  readonly messageImages: readonly MessageImage[] | null;
  readonly answer: StoredAnswer | null;
  readonly answeredBy: { readonly provider: string; readonly model: string } | null;
  readonly results: readonly {
    readonly id: string;
    readonly toolName: string;
    readonly state: string;
    readonly output: string | null;
    readonly isError: boolean | null;
    readonly artifactId: string | null;
    readonly images: readonly MediaRef[] | null;
  }[];
}

/** Reads the conversation from `firstTurn` on, oldest first: messages, answer, and results in the order of the calls. */
export async function readTranscriptView(
  tx: Tx,
  sessionId: string,
  firstTurn: number,
  limit: number,
): Promise<(TranscriptView & PageRow)[]> {
  return tx.query<TranscriptView & PageRow>(
    'read-transcript-view',
    withinPageBytes(
      `SELECT t.turn, t.user_messages AS "userMessages", t.message_images AS "messageImages", t.answer, t.answered_by AS "answeredBy",
            coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'toolName', c.tool_name, 'state', c.state,
                                                          'output', c.output, 'isError', c.is_error,
                                                          'images', c.images, 'artifactId',
                                                          (SELECT a.id FROM artifact a
                                                            WHERE a.session_id = c.session_id AND a.tool_call_id = c.id))
                                       ORDER BY c.call_index)
                        FROM tool_call c WHERE c.session_id = t.session_id AND c.turn = t.turn), '[]') AS results
       FROM ${turnsOf('$1', (t) => `${t}.turn >= $3`)} t WHERE t.tenant_id = $2 ORDER BY t.turn LIMIT $4`,
      `octet_length("userMessages"::text) + coalesce(octet_length(answer::text), 0) + octet_length(results::text)`,
      'turn',
    ),
    [sessionId, tx.tenantId, firstTurn, limit],
  );
}

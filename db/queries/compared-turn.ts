import type { StoredAnswer, TurnDecision } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { turnsOf } from './transcript-turns.ts';

/** A turn as it is compared with that of another session. */
export interface ComparedTurnRow {
  readonly turn: number;
  readonly userMessages: readonly string[];
  readonly answer: Pick<StoredAnswer, 'text'> | null;
  readonly answeredBy: { readonly provider: string; readonly model: string } | null;
  readonly decision: TurnDecision | null;
  /** What its requests cost, in nano-dollars. */
  readonly costNano: bigint;
  readonly durationMs: number | null;
  readonly calls: readonly {
    readonly id: string;
    readonly toolName: string;
    readonly args: Record<string, unknown>;
    readonly state: string;
    readonly isError: boolean | null;
    /** Hashes of the arguments and of the result, which are equal where those are. Null: there is no result yet. */
    readonly argsHash: string;
    readonly outputHash: string | null;
  }[];
}

/** Hashes text in Postgres, so that long results need not be sent to be compared. */
const hashed = (text: string): string => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;

/** Reads turns from `firstTurn` on, in order. Results are left out but for their hashes. */
export async function readComparedTurns(
  tx: Tx,
  sessionId: string,
  firstTurn: number,
  limit: number,
): Promise<(ComparedTurnRow & PageRow)[]> {
  return tx.query<ComparedTurnRow & PageRow>(
    'read-compared-turns',
    withinPageBytes(
      `SELECT t.turn, t.user_messages AS "userMessages", jsonb_build_object('text', t.answer->'text') AS answer,
            t.answered_by AS "answeredBy", t.decision,
            (SELECT coalesce(sum(a.charged_nano + a.excess_nano), 0)::bigint FROM model_attempt a
              WHERE a.session_id = t.session_id AND a.turn = t.turn) AS "costNano",
            (extract(epoch FROM t.closed_at - t.created_at) * 1000)::float8 AS "durationMs",
            coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'toolName', c.tool_name, 'args', c.args, 'state', c.state,
                                                          'isError', c.is_error, 'argsHash', ${hashed('c.args::text')},
                                                          'outputHash', ${hashed('c.output')})
                                       ORDER BY c.call_index)
                        FROM tool_call c WHERE c.session_id = t.session_id AND c.turn = t.turn), '[]') AS calls
       FROM ${turnsOf('$1', (t) => `${t}.turn >= $3`)} t WHERE t.tenant_id = $2 ORDER BY t.turn LIMIT $4`,
      `octet_length("userMessages"::text) + octet_length(answer::text) + octet_length(calls::text)`,
      'turn',
    ),
    [sessionId, tx.tenantId, firstTurn, limit],
  );
}

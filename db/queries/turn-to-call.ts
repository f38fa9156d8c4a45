import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import type { SessionSummary } from './session-summary.ts';
import { contextText } from './turn.ts';

/** A turn whose model is to be called: the selection, and the prompt without the transcript. */
export interface TurnToCall {
  /** True if an answer is stored already. */
  readonly answered: boolean;
  readonly system: string | null;
  /** Null if no volatile source has content. */
  readonly volatile: string | null;
  /** The summary that its prompt was sized with. Null if there was none. */
  readonly summary: SessionSummary | null;
  /** Pins of the tools with which the prompt was sized. Null if a process of an earlier version stored the turn without them. */
  readonly toolPins: readonly string[] | null;
  readonly provider: string;
  readonly model: string;
  readonly requestBytes: number;
  readonly maxTokens: number;
  readonly failedType: string | null;
  /** Tokens of the whole prompt, by our own tokenizer. */
  readonly promptTokens: number;
  /** The failure type of the last selection of this turn that failed. Null if none did. */
  readonly failedBefore: string | null;
  readonly interrupted: boolean;
}

/** @returns undefined when there is no such turn or selection */
export async function readTurnToCall(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: number,
): Promise<TurnToCall | undefined> {
  const rows = await tx.query<TurnToCall>(
    'read-turn-to-call',
    `SELECT t.answer IS NOT NULL AS answered,
            ${contextText('$2', '$1', "t.manifest->>'systemHash'")} AS system,
            ${contextText('$2', '$1', "t.manifest->>'volatileHash'")} AS volatile,
            (SELECT jsonb_build_object('throughTurn', y.through_turn, 'text', y.text) FROM session_summary y
              WHERE y.session_id = $2 AND y.through_turn = (t.manifest->>'summaryThrough')::int) AS summary,
            t.manifest->'toolPins' AS "toolPins",
            s.provider, s.model, s.request_bytes AS "requestBytes", s.max_tokens AS "maxTokens",
            s.failed_type AS "failedType", coalesce(s.prompt_tokens, (t.manifest->>'promptTokens')::int, 0) AS "promptTokens",
            (SELECT x.failed_type FROM selection x
              WHERE x.session_id = $2 AND x.turn = $3 AND x.selection < $4 AND x.failed_type IS NOT NULL
              ORDER BY x.selection DESC LIMIT 1) AS "failedBefore",
            ${interruptWaiting('$2')} AS interrupted
       FROM turn t JOIN selection s ON s.session_id = t.session_id AND s.turn = t.turn
      WHERE t.session_id = $2 AND t.turn = $3 AND s.selection = $4`,
    [tx.tenantId, sessionId, turn, selection],
  );
  return rows[0];
}

import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import { contextText } from './turn.ts';

/** A turn whose model is to be called: its prompt but for the transcript, and the selection. */
export interface TurnToCall {
  /** An answer is stored already. */
  readonly answered: boolean;
  readonly system: string | null;
  /** Null: no volatile source has anything. */
  readonly volatile: string | null;
  /** Turns between the first and the next in the prompt. */
  readonly droppedTurns: number;
  /** Of the tools its prompt was sized with; null: of a version that kept none. */
  readonly toolPins: readonly string[] | null;
  readonly provider: string;
  readonly model: string;
  readonly requestBytes: number;
  readonly maxTokens: number;
  readonly failedType: string | null;
  /** Tokens of the whole prompt, by our own tokenizer. */
  readonly promptTokens: number;
  /** What failed last in this turn. Null: nothing. */
  readonly failedBefore: string | null;
  readonly interrupted: boolean;
}

/** Undefined: the turn or its selection is not there. */
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
            (t.manifest->'transcript'->>'droppedTurns')::int AS "droppedTurns", t.manifest->'toolPins' AS "toolPins",
            s.provider, s.model, s.request_bytes AS "requestBytes", s.max_tokens AS "maxTokens",
            s.failed_type AS "failedType", (t.manifest->>'promptTokens')::int AS "promptTokens",
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

import type { SelectionCandidate } from '../../domain/routing-records.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { Tx } from '../database.ts';

export interface SelectionView {
  readonly selection: number;
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
  readonly candidates: readonly SelectionCandidate[];
  readonly propensity: number;
  readonly maxTokens: number;
  /** Null in selections of versions before, like the window. */
  readonly promptTokens: number | null;
  readonly window: TranscriptWindow | null;
  readonly failedType: string | null;
  readonly failedStatus: number | null;
  readonly failedMessage: string | null;
}

/** Lists all selections of a turn, in order. */
export async function selectionsOfTurn(tx: Tx, sessionId: string, turn: number): Promise<SelectionView[]> {
  return tx.query<SelectionView>(
    'selections-of-turn',
    `SELECT selection, provider, model, reason, candidates, propensity, max_tokens AS "maxTokens",
            prompt_tokens AS "promptTokens", transcript AS window,
            failed_type AS "failedType", (failure->>'status')::int AS "failedStatus",
            failure->>'message' AS "failedMessage"
       FROM selection WHERE session_id = $1 AND tenant_id = $2 AND turn = $3 ORDER BY selection`,
    [sessionId, tx.tenantId, turn],
  );
}

/** Keeps what stood against each candidate of a turn that had no model to choose. */
export function storeUnserved(
  tx: Tx,
  sessionId: string,
  turn: number,
  candidates: readonly SelectionCandidate[],
): void {
  tx.send('store-unserved', 'UPDATE turn SET unserved = $3 WHERE session_id = $1 AND turn = $2', [
    sessionId,
    turn,
    JSON.stringify(candidates),
  ]);
}

export interface AttemptView {
  readonly selection: number;
  readonly attempt: number;
  readonly state: string;
  readonly reservedNano: bigint;
  readonly chargedNano: bigint;
  readonly excessNano: bigint;
  readonly failedType: string | null;
}

/** Lists the ledger's rows of a turn, in order. */
export async function attemptsOfTurn(tx: Tx, sessionId: string, turn: number): Promise<AttemptView[]> {
  return tx.query<AttemptView>(
    'attempts-of-turn',
    `SELECT selection, attempt, state, reserved_nano AS "reservedNano", charged_nano AS "chargedNano",
            excess_nano AS "excessNano", failed_type AS "failedType"
       FROM model_attempt WHERE session_id = $1 AND tenant_id = $2 AND turn = $3 ORDER BY selection, attempt`,
    [sessionId, tx.tenantId, turn],
  );
}

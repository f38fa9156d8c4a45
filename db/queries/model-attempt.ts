import type { ModelUsage } from '../../domain/model-usage.ts';
import type { Tx } from '../database.ts';

export type AttemptState = 'reserved' | 'dispatched' | 'settled' | 'released' | 'unknown';

/** The place in the ledger of requests for a summary: a turn has selections from 0 on, and nothing is selected for these. */
export const SUMMARY_SELECTION = -1;

/** When the first and the last piece of an answer came, in milliseconds from when its request was sent. */
export interface TokenTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** One request to a model, as the ledger has it. */
export interface ModelAttempt {
  readonly turn: number;
  readonly selection: number;
  readonly attempt: number;
  readonly agentId: string;
  readonly provider: string;
  readonly model: string;
  readonly dayAccount: string;
  readonly state: AttemptState;
  readonly reservedNano: bigint;
  readonly chargedNano: bigint;
  readonly excessNano: bigint;
}

const columns = `turn, selection, attempt, agent_id AS "agentId", provider, model, day_account AS "dayAccount", state,
  reserved_nano AS "reservedNano", charged_nano AS "chargedNano", excess_nano AS "excessNano"`;

export function insertAttempt(
  tx: Tx,
  sessionId: string,
  attempt: Omit<ModelAttempt, 'chargedNano' | 'excessNano'>,
): void {
  tx.send(
    'insert-attempt',
    `INSERT INTO model_attempt (session_id, turn, selection, attempt, tenant_id, agent_id, provider, model, day_account,
                                state, reserved_nano, dispatched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $10 = 'dispatched' THEN clock_timestamp() END)`,
    [
      sessionId,
      attempt.turn,
      attempt.selection,
      attempt.attempt,
      tx.tenantId,
      attempt.agentId,
      attempt.provider,
      attempt.model,
      attempt.dayAccount,
      attempt.state,
      attempt.reservedNano,
    ],
  );
}

/** Lists the attempts of a selection, in order. */
export async function attemptsOf(tx: Tx, sessionId: string, turn: number, selection: number): Promise<ModelAttempt[]> {
  return tx.query<ModelAttempt>(
    'attempts-of',
    `SELECT ${columns} FROM model_attempt WHERE session_id = $1 AND turn = $2 AND selection = $3 ORDER BY attempt`,
    [sessionId, turn, selection],
  );
}

/** Counts the attempts of the selections before this one in its turn. */
export async function attemptsBefore(tx: Tx, sessionId: string, turn: number, selection: number): Promise<number> {
  const rows = await tx.query<{ attempts: number }>(
    'attempts-before',
    'SELECT count(*)::int AS attempts FROM model_attempt WHERE session_id = $1 AND turn = $2 AND selection < $3',
    [sessionId, turn, selection],
  );
  return rows[0]?.attempts ?? 0;
}

/** Lists the attempts of a session that still hold money. */
export async function openAttempts(tx: Tx, sessionId: string): Promise<ModelAttempt[]> {
  return tx.query<ModelAttempt>(
    'open-attempts',
    `SELECT ${columns} FROM model_attempt WHERE session_id = $1 AND state IN ('reserved', 'dispatched')
      ORDER BY turn, selection, attempt`,
    [sessionId],
  );
}

export function markDispatched(tx: Tx, sessionId: string, attempt: ModelAttempt): void {
  tx.send(
    'mark-dispatched',
    `UPDATE model_attempt SET state = 'dispatched', dispatched_at = clock_timestamp()
      WHERE session_id = $1 AND turn = $2 AND selection = $3 AND attempt = $4`,
    [sessionId, attempt.turn, attempt.selection, attempt.attempt],
  );
}

/** Writes how an attempt came out. The caller changes the accounts in the same transaction. */
export function markClosed(
  tx: Tx,
  sessionId: string,
  attempt: ModelAttempt,
  outcome: {
    state: 'settled' | 'released' | 'unknown';
    chargedNano: bigint;
    excessNano: bigint;
    usage?: ModelUsage | undefined;
    failedType?: string | undefined;
    tokens?: TokenTimes | undefined;
  },
): void {
  tx.send(
    'mark-closed',
    `UPDATE model_attempt SET state = $5, charged_nano = $6, excess_nano = $7, usage = $8, failed_type = $9, closed_at = now(),
            first_token_ms = coalesce($10, first_token_ms), last_token_ms = coalesce($11, last_token_ms)
      WHERE session_id = $1 AND turn = $2 AND selection = $3 AND attempt = $4`,
    [
      sessionId,
      attempt.turn,
      attempt.selection,
      attempt.attempt,
      outcome.state,
      outcome.chargedNano,
      outcome.excessNano,
      outcome.usage === undefined ? null : JSON.stringify(outcome.usage),
      outcome.failedType ?? null,
      outcome.tokens?.firstMs ?? null,
      outcome.tokens?.lastMs ?? null,
    ],
  );
}

import type { KeptFailure, PosteriorRecord, SelectionCandidate } from '../../domain/routing-records.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { Tx } from '../database.ts';

export const posteriorColumns = `provider, model, mean, kappa, alpha, beta, extract(epoch FROM updated_at)::float8 * 1000 AS "updatedAtMs",
  cost_n AS "costN", cost_mean_log AS "costMeanLog", cost_m2_log AS "costM2Log"`;

export interface SelectionRow {
  readonly selection: number;
  readonly providerId: string;
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
  readonly candidates: readonly SelectionCandidate[];
  readonly propensity: number;
  readonly requestBytes: number;
  readonly promptTokens: number;
  readonly transcript: TranscriptWindow;
  readonly maxTokens: number;
  readonly withoutCache: boolean;
  /** How long the answer might have been with more money. Null: selected by a version that did not keep it. */
  readonly wantedTokens: number | null;
  readonly failedType: string | null;
}

export function insertSelection(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: Omit<SelectionRow, 'failedType'> & {
    /** How long it waited for a model or for money, and for a slot, before it was made. */
    readonly waitedMs?: number | undefined;
    readonly queuedMs?: number | undefined;
  },
): void {
  tx.send(
    'insert-selection',
    `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
                            propensity, request_bytes, max_tokens, prompt_tokens, transcript, without_cache, wanted_tokens,
                            waited_ms, queued_ms, selected_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, clock_timestamp())`,
    [
      sessionId,
      turn,
      selection.selection,
      tx.tenantId,
      selection.providerId,
      selection.provider,
      selection.model,
      selection.reason,
      JSON.stringify(selection.candidates),
      selection.propensity,
      selection.requestBytes,
      selection.maxTokens,
      selection.promptTokens,
      JSON.stringify(selection.transcript),
      selection.withoutCache,
      selection.wantedTokens,
      selection.waitedMs ?? null,
      selection.queuedMs ?? null,
    ],
  );
}

/** The failure of a selection that is void because the tenant was suspended. It says nothing about the model. */
export const TENANT_SUSPENDED = 'tenant.suspended';

export function markSelectionFailed(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: number,
  { type, ...failure }: KeptFailure & { readonly connection?: string | undefined },
): void {
  tx.send(
    'mark-selection-failed',
    'UPDATE selection SET failed_type = $4, failure = $5 WHERE session_id = $1 AND turn = $2 AND selection = $3',
    [sessionId, turn, selection, type, JSON.stringify(failure)],
  );
}

/** Locks the posterior of an arm. Undefined: nothing was learned about it yet. */
export async function lockPosterior(
  tx: Tx,
  taskClass: string,
  provider: string,
  model: string,
): Promise<PosteriorRecord | undefined> {
  const rows = await tx.query<PosteriorRecord>(
    'lock-posterior',
    `SELECT ${posteriorColumns} FROM posterior
      WHERE tenant_id = $1 AND task_class = $2 AND provider = $3 AND model = $4 FOR UPDATE`,
    [tx.tenantId, taskClass, provider, model],
  );
  return rows[0];
}

/** Locks the posterior into which a turn is counted. Undefined: nothing was learned yet, or there is nothing to learn from. */
export async function lockPosteriorOfTurn(
  tx: Tx,
  sessionId: string,
  turn: number,
): Promise<PosteriorRecord | undefined> {
  const rows = await tx.query<PosteriorRecord>(
    'lock-posterior-of-turn',
    `SELECT ${posteriorColumns} FROM posterior
      WHERE tenant_id = $1
        AND (task_class, provider, model) = (SELECT task_class, answered_by->>'provider', answered_by->>'model' FROM turn
                                              WHERE session_id = $2 AND turn = $3 AND decision IS NULL
                                                AND NOT answer @> '{"partial": true}')
        FOR UPDATE`,
    [tx.tenantId, sessionId, turn],
  );
  return rows[0];
}

/** Makes sure that there is a row to lock, so that the first two updates of an arm do not overwrite each other (I9). */
export function ensurePosterior(tx: Tx, taskClass: string, row: PosteriorRecord): void {
  tx.send(
    'ensure-posterior',
    `INSERT INTO posterior (tenant_id, task_class, provider, model, mean, kappa, alpha, beta, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000)) ON CONFLICT DO NOTHING`,
    [tx.tenantId, taskClass, row.provider, row.model, row.mean, row.kappa, row.alpha, row.beta, row.updatedAtMs],
  );
}

/** Writes the outcome of a turn and the new posterior. If the outcome was counted already, neither is written (I9). */
export function storeOutcome(
  tx: Tx,
  outcome: { sessionId: string; turn: number; taskClass: string; reward: number },
  posterior: PosteriorRecord,
): void {
  tx.send(
    'store-outcome',
    `WITH counted AS (
       INSERT INTO outcome (session_id, turn, stage, tenant_id, reward) VALUES ($2, $3, 'turn', $1, $4)
       ON CONFLICT DO NOTHING RETURNING 1
     )
     UPDATE posterior SET mean = $8, kappa = $9, alpha = $10, beta = $11, updated_at = to_timestamp($12::float8 / 1000),
            cost_n = $13, cost_mean_log = $14, cost_m2_log = $15, samples = samples + 1
      WHERE tenant_id = $1 AND task_class = $5 AND provider = $6 AND model = $7 AND EXISTS (SELECT 1 FROM counted)`,
    [
      tx.tenantId,
      outcome.sessionId,
      outcome.turn,
      outcome.reward,
      outcome.taskClass,
      posterior.provider,
      posterior.model,
      posterior.mean,
      posterior.kappa,
      posterior.alpha,
      posterior.beta,
      posterior.updatedAtMs,
      posterior.costN,
      posterior.costMeanLog,
      posterior.costM2Log,
    ],
  );
}

import type { Tx } from '../database.ts';
import type { ModelAttempt } from './model-attempt.ts';

/**
 * Keeps what a model reported last. It bounds its later requests of the session (domain/input-bound.ts).
 * @param reported.outputTokens null: those of no answer that is stored
 */
export function storeInputReport(
  tx: Tx,
  sessionId: string,
  { turn, provider, model }: Pick<ModelAttempt, 'turn' | 'provider' | 'model'>,
  reported: { readonly inputTokens: number; readonly outputTokens: number | null },
): void {
  tx.send(
    'store-input-report',
    `INSERT INTO input_report (session_id, provider, model, tenant_id, turn, input_tokens, output_tokens)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (session_id, provider, model) DO UPDATE
        SET turn = excluded.turn, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
      WHERE excluded.turn >= input_report.turn`,
    [sessionId, provider, model, tx.tenantId, turn, reported.inputTokens, reported.outputTokens],
  );
}

import type { Tx } from '../database.ts';
import type { ModelAttempt } from './model-attempt.ts';

/** Keeps the input tokens that a model reported last. They bound its later requests of the session (domain/input-bound.ts). */
export function storeInputReport(
  tx: Tx,
  sessionId: string,
  { turn, provider, model }: Pick<ModelAttempt, 'turn' | 'provider' | 'model'>,
  inputTokens: number,
): void {
  tx.send(
    'store-input-report',
    `INSERT INTO input_report (session_id, provider, model, tenant_id, turn, input_tokens) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (session_id, provider, model) DO UPDATE SET turn = excluded.turn, input_tokens = excluded.input_tokens
      WHERE excluded.turn >= input_report.turn`,
    [sessionId, provider, model, tx.tenantId, turn, inputTokens],
  );
}

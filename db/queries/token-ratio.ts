import type { TokenRatio } from '../../domain/token-ratio.ts';
import type { Tx } from '../database.ts';
import type { ModelAttempt } from './model-attempt.ts';

/** A shorter prompt is mostly what its protocol adds. */
const LEAST_TOKENS = 1_000;
/** A ratio that is nearer to the known one changes nothing, so that budgets, and with them prompts, seldom change. */
const LEAST_DIFFERENCE = 0.05;

/**
 * Learns from a report how many tokens a model counts for one of ours. Images are none of our tokens, so prompts with images
 * say nothing. The row of a model is only locked if it changes: all sessions share it.
 */
export function learnTokenRatio(
  tx: Tx,
  sessionId: string,
  { turn, selection, provider, model }: Pick<ModelAttempt, 'turn' | 'selection' | 'provider' | 'model'>,
  inputTokens: number,
): void {
  tx.send(
    'learn-token-ratio',
    `INSERT INTO token_ratio (tenant_id, provider, model, ratio)
     SELECT $1, $2, $3, m.ratio
       FROM (SELECT least(greatest($4::float8 / prompt_tokens, 0.5), 3) AS ratio FROM selection
              WHERE session_id = $5 AND turn = $6 AND selection = $7 AND prompt_tokens >= ${LEAST_TOKENS}
                AND coalesce((transcript->>'imageTokens')::int, 0) = 0) m
      WHERE NOT EXISTS (SELECT FROM token_ratio k
                         WHERE k.tenant_id = $1 AND k.provider = $2 AND k.model = $3
                           AND abs(m.ratio - k.ratio) <= k.ratio * ${LEAST_DIFFERENCE})
     ON CONFLICT (tenant_id, provider, model) DO UPDATE
        SET ratio = (token_ratio.ratio + excluded.ratio) / 2, measured_at = now()`,
    [tx.tenantId, provider, model, inputTokens, sessionId, turn, selection],
  );
}

/** Reads what is known of the tokens of models. Most tenants have a few models that answered. */
export async function readTokenRatios(tx: Tx): Promise<TokenRatio[]> {
  return tx.query<TokenRatio>(
    'read-token-ratios',
    'SELECT provider, model, ratio FROM token_ratio WHERE tenant_id = $1',
    [tx.tenantId],
  );
}

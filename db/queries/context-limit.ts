import type { Tx } from '../database.ts';

/** How long prompt and answer may be for a model that refused a longer request, in tokens by our own count. */
export interface ContextLimit {
  readonly provider: string;
  readonly model: string;
  readonly tokens: number;
  /** When it is forgotten. */
  readonly until: Date;
}

/** What was learned is forgotten after a while: a server may be started anew with more memory. */
const KEPT_FOR = `interval '7 days'`;
const KEPT = `learned_at > now() - ${KEPT_FOR}`;

export async function contextLimits(tx: Tx): Promise<ContextLimit[]> {
  return tx.query<ContextLimit>(
    'context-limits',
    `SELECT provider, model, tokens, learned_at + ${KEPT_FOR} AS until FROM context_limit WHERE tenant_id = $1 AND ${KEPT}`,
    [tx.tenantId],
  );
}

/** Remembers the limit of a model. Of two that hold, the lower one stays. */
export function learnContextLimit(tx: Tx, { provider, model, tokens }: Omit<ContextLimit, 'until'>): void {
  tx.send(
    'learn-context-limit',
    `INSERT INTO context_limit (tenant_id, provider, model, tokens) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, provider, model) DO UPDATE
        SET tokens = CASE WHEN context_limit.${KEPT} THEN least(context_limit.tokens, $4) ELSE $4 END, learned_at = now()`,
    [tx.tenantId, provider, model, tokens],
  );
}

/** Forgets what the models of a provider refused, because somebody changed it or a test of it passed: it may be another server. */
export async function forgetContextLimits(tx: Tx, provider: string): Promise<void> {
  await tx.query(
    'forget-context-limits',
    `UPDATE context_limit SET learned_at = '-infinity' WHERE tenant_id = $1 AND provider = $2`,
    [tx.tenantId, provider],
  );
}

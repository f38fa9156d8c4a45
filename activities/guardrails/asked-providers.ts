import { listGuardrailProviders } from '../../db/queries/guardrail-provider.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { type AskedProviders, createAskedProviders } from '../../guardrails/asked-providers.ts';
import { openedSecret } from '../opened-secret.ts';
import type { StageDeps } from '../stage-deps.ts';

/**
 * @param suspended once it aborts, no provider is waited for any more, as if none answered
 * @returns undefined when no rule asks a provider, as for most tenants: then nothing is read
 */
export async function askedProviders(
  deps: Pick<StageDeps, 'db' | 'sealer' | 'report' | 'askProvider'>,
  tenantId: string,
  layers: GuardrailLayers,
  suspended?: AbortSignal,
): Promise<AskedProviders | undefined> {
  if (!compiledRules(layers).rules.some(({ kind, rule }) => kind === 'provider' && rule.enabled)) return undefined;
  const rows = await deps.db.transaction(tenantId, listGuardrailProviders);
  const providers = rows.map(({ sealedKey, ...row }) => ({
    ...row,
    key: sealedKey === null ? { secret: undefined } : openedSecret(deps, sealedKey, { tenantId, rowId: row.id }),
  }));
  return createAskedProviders((provider, text, place) => deps.askProvider(provider, text, place, suspended), providers);
}

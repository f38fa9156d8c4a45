import type { ModelTarget } from '../../models/model-call.ts';
import type { ConnectedProvider, OfferedModel } from '../../models/model-registry.ts';
import { openedSecret } from '../opened-secret.ts';
import type { StageDeps } from '../stage-deps.ts';

/**
 * A selected model with its key in the clear, which must not outlive the request (I10).
 * @returns undefined when the key does not open: it was sealed with another sealing key than this worker's, and no
 * retry mends that
 */
export function targetOf(
  deps: StageDeps,
  tenantId: string,
  spec: OfferedModel,
  ofTenant: readonly ConnectedProvider[],
): ModelTarget | undefined {
  const provider = deps.registry.providers(ofTenant).find((candidate) => candidate.id === spec.providerId);
  const apiKey = provider === undefined ? '' : apiKeyOf(deps, tenantId, provider);
  if (apiKey === undefined) return undefined;
  return {
    provider: spec.provider,
    kind: spec.kind,
    model: spec.model,
    protocol: spec.protocol,
    baseUrl: spec.baseUrl,
    apiKey,
  };
}

function apiKeyOf(deps: StageDeps, tenantId: string, provider: ConnectedProvider): string | undefined {
  switch (provider.key.kind) {
    case 'none':
      return '';
    case 'plain':
      return provider.key.apiKey;
    case 'sealed':
      return openedSecret(deps, provider.key.sealed, { tenantId, rowId: provider.id });
  }
}

import type { ModelTarget } from '../../models/model-call.ts';
import type { ConnectedProvider, OfferedModel } from '../../models/model-registry.ts';
import type { StageDeps } from '../stage-deps.ts';

/** A selected model with its key opened: lives as long as the request (I10). */
export function targetOf(
  deps: StageDeps,
  tenantId: string,
  spec: OfferedModel,
  ofTenant: readonly ConnectedProvider[],
): ModelTarget {
  const provider = deps.registry.providers(ofTenant).find((candidate) => candidate.id === spec.providerId);
  return {
    provider: spec.provider,
    model: spec.model,
    protocol: spec.protocol,
    ...(spec.baseUrl === undefined ? {} : { baseUrl: spec.baseUrl }),
    apiKey: provider === undefined ? '' : apiKeyOf(deps, tenantId, provider),
  };
}

function apiKeyOf(deps: StageDeps, tenantId: string, provider: ConnectedProvider): string {
  switch (provider.key.kind) {
    case 'none':
      return '';
    case 'plain':
      return provider.key.apiKey;
    case 'sealed':
      return deps.sealer.open(provider.key.sealed, { tenantId, rowId: provider.id });
  }
}

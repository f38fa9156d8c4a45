import { sealedHeadersRow } from '../../domain/provider-record.ts';
import type { ModelTarget } from '../../models/model-call.ts';
import type { ConnectedProvider, OfferedModel } from '../../models/model-registry.ts';
import { openedSecret } from '../opened-secret.ts';
import type { StageDeps } from '../stage-deps.ts';

/**
 * A selected model with its key and headers in the clear, which must not outlive the request (I10).
 * @returns undefined when they do not open: they were sealed with another sealing key than this worker's, and no
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
  const headers = provider === undefined ? {} : headersOf(deps, tenantId, provider);
  if (apiKey === undefined || headers === undefined) return undefined;
  return {
    provider: spec.provider,
    kind: spec.kind,
    model: spec.model,
    protocol: spec.protocol,
    baseUrl: spec.baseUrl,
    apiKey,
    headers,
    extraBody: spec.extraBody,
    dialect: spec.dialect,
    timeLimits: spec.timeLimits,
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

function headersOf(
  deps: StageDeps,
  tenantId: string,
  { id, sealedHeaders }: ConnectedProvider,
): Record<string, string> | undefined {
  if (sealedHeaders === null) return {};
  const opened = openedSecret(deps, sealedHeaders, { tenantId, rowId: sealedHeadersRow(id) });
  // It was checked when it was sealed.
  return opened === undefined ? undefined : (JSON.parse(opened) as Record<string, string>);
}

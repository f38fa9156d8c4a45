import { sealedHeadersRow } from '../../domain/provider-record.ts';
import type { ModelTarget } from '../../models/model-call.ts';
import type { ConnectedProvider, OfferedModel } from '../../models/model-registry.ts';
import { type OpenedSecret, openedSecret } from '../opened-secret.ts';
import type { StageDeps } from '../stage-deps.ts';

/**
 * A selected model with its key and headers in the clear, which must not outlive the request (I10). Or why they do not open: no
 * retry mends that.
 */
export function targetOf(
  deps: StageDeps,
  tenantId: string,
  spec: OfferedModel,
  ofTenant: readonly ConnectedProvider[],
): { readonly target: ModelTarget } | { readonly problem: string } {
  const provider = deps.registry.providers(ofTenant).find((candidate) => candidate.id === spec.providerId);
  const apiKey = provider === undefined ? NONE : apiKeyOf(deps, tenantId, provider);
  if ('problem' in apiKey) return apiKey;
  const headers = provider === undefined ? NONE : headersOf(deps, tenantId, provider);
  if ('problem' in headers) return headers;
  return {
    target: {
      provider: spec.provider,
      kind: spec.kind,
      model: spec.model,
      protocol: spec.protocol,
      baseUrl: spec.baseUrl,
      apiKey: apiKey.secret,
      // They were checked when they were sealed.
      headers: headers.secret === '' ? {} : (JSON.parse(headers.secret) as Record<string, string>),
      extraBody: spec.extraBody,
      dialect: spec.dialect,
      timeLimits: spec.timeLimits,
    },
  };
}

const NONE: { readonly secret: string } = { secret: '' };

function apiKeyOf(deps: StageDeps, tenantId: string, provider: ConnectedProvider): OpenedSecret {
  switch (provider.key.kind) {
    case 'none':
      return NONE;
    case 'plain':
      return { secret: provider.key.apiKey };
    case 'sealed':
      return openedSecret(deps, provider.key.sealed, { tenantId, rowId: provider.id });
  }
}

function headersOf(deps: StageDeps, tenantId: string, { id, sealedHeaders }: ConnectedProvider): OpenedSecret {
  return sealedHeaders === null ? NONE : openedSecret(deps, sealedHeaders, { tenantId, rowId: sealedHeadersRow(id) });
}

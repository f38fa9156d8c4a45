import type { ProviderRecord } from '../domain/provider-record.ts';
import type { ProviderSettings } from '../processes/provider-settings.ts';
import type { ModelSpec, ProviderCatalog } from './catalog.ts';
import { findKind } from './kinds/kinds.ts';
import { simulated } from './kinds/simulated.ts';

/** A provider of a tenant, from its row or from the environment of the service. */
export interface ConnectedProvider extends Omit<ProviderRecord, 'key'> {
  readonly key: ProviderRecord['key'] | { readonly kind: 'plain'; readonly apiKey: string };
}

export interface OfferedModel extends ModelSpec {
  readonly providerId: string;
}

export interface ModelRegistry {
  /** The tenant's providers, and those of the environment unless the tenant has one of the same name. */
  providers(ofTenant: readonly ConnectedProvider[]): readonly ConnectedProvider[];
  /**
   * The models that a run may choose from. `filter` narrows them by model id, `provider/id` or `provider/*`, and null
   * takes all. The simulated provider counts only while there is no other, or when the filter names it.
   */
  offeredModels(ofTenant: readonly ConnectedProvider[], filter: readonly string[] | null): OfferedModel[];
  /** The entries of a filter that match no model of any provider. */
  unmatched(ofTenant: readonly ConnectedProvider[], filter: readonly string[]): string[];
}

export function createModelRegistry(deps: {
  catalog: ProviderCatalog;
  /** What the environment of the service says about providers. */
  settings: readonly ProviderSettings[];
}): ModelRegistry {
  const fromEnvironment = deps.settings.flatMap(providerOfSettings);

  const providers: ModelRegistry['providers'] = (ofTenant) => {
    const names = new Set(ofTenant.map((provider) => provider.name));
    return [...ofTenant, ...fromEnvironment.filter((provider) => !names.has(provider.name))];
  };

  const modelsOf = (ofTenant: readonly ConnectedProvider[]) =>
    providers(ofTenant).map((provider) => ({
      provider,
      models: deps.catalog.modelsOfProvider(provider).map((spec) => ({ ...spec, providerId: provider.id })),
    }));

  return {
    providers,
    offeredModels(ofTenant, filter) {
      const all = modelsOf(ofTenant);
      const onlySimulated = all.every(({ provider }) => provider.kind === simulated.name);
      return all.flatMap(({ provider, models }) => {
        if (filter !== null) return models.filter((model) => filter.some((entry) => names(entry, model)));
        return provider.kind === simulated.name && !onlySimulated ? [] : models;
      });
    },
    unmatched(ofTenant, filter) {
      const all = modelsOf(ofTenant).flatMap(({ models }) => models);
      return filter.filter((entry) => !all.some((model) => names(entry, model)));
    },
  };
}

function names(entry: string, model: ModelSpec): boolean {
  return entry === model.model || entry === `${model.provider}/${model.model}` || entry === `${model.provider}/*`;
}

/** The provider that the environment connects, unless something that its kind needs is not set. */
function providerOfSettings({ kind, apiKey, baseUrl }: ProviderSettings): ConnectedProvider[] {
  const facts = findKind(kind);
  if (facts === undefined) return [];
  if (facts.needsKey && apiKey === undefined) return [];
  if (facts.publicBaseUrl === undefined && baseUrl === undefined) return [];
  return [
    {
      id: `prov_env_${kind}`,
      kind,
      name: kind,
      baseUrl: baseUrl ?? null,
      models: null,
      sealedHeaders: null,
      extraBody: null,
      dialect: null,
      key: apiKey === undefined ? { kind: 'none' } : { kind: 'plain', apiKey },
    },
  ];
}

import type { ProviderRecord } from '../domain/provider-record.ts';
import type { ModelSpec, ProviderCatalog } from './catalog.ts';

/** A provider of a tenant, from its row or from the environment of the service. */
export interface ConnectedProvider extends Omit<ProviderRecord, 'key'> {
  readonly key: ProviderRecord['key'] | { readonly kind: 'plain'; readonly apiKey: string };
}

export interface OfferedModel extends ModelSpec {
  readonly providerId: string;
}

export interface ModelRegistry {
  /** The tenant's providers and those of the environment, whose names lose to the tenant's own. */
  providers(ofTenant: readonly ConnectedProvider[]): readonly ConnectedProvider[];
  /**
   * Models a run may choose from. `filter` narrows by model id, `provider/id` or `provider/*`; null takes all. The
   * simulated provider counts only while there is no other, or when the filter names it.
   */
  offeredModels(ofTenant: readonly ConnectedProvider[], filter: readonly string[] | null): OfferedModel[];
  /** Entries of a filter that match no model of any provider. */
  unmatched(ofTenant: readonly ConnectedProvider[], filter: readonly string[]): string[];
}

export interface EnvironmentProviders {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
  readonly openaiBaseUrl?: string;
  readonly googleKey?: string;
  /** Base URL of the simulated provider, where it is offered. */
  readonly simulatedUrl?: string;
}

export function createModelRegistry(deps: {
  catalog: ProviderCatalog;
  environment: EnvironmentProviders;
}): ModelRegistry {
  const fromEnvironment = environmentProviders(deps.environment);

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
      const onlySimulated = all.every(({ provider }) => provider.kind === 'simulated');
      return all.flatMap(({ provider, models }) => {
        if (filter !== null) return models.filter((model) => filter.some((entry) => names(entry, model)));
        return provider.kind === 'simulated' && !onlySimulated ? [] : models;
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

function environmentProviders(environment: EnvironmentProviders): ConnectedProvider[] {
  const found: ConnectedProvider[] = [];
  const add = (kind: string, apiKey: string | undefined, baseUrl: string | null = null) => {
    if (!apiKey) return;
    found.push({ id: `prov_env_${kind}`, kind, name: kind, baseUrl, models: null, key: { kind: 'plain', apiKey } });
  };
  add('anthropic', environment.anthropicKey);
  add('openai', environment.openaiKey, environment.openaiBaseUrl ?? null);
  add('google', environment.googleKey);
  if (environment.simulatedUrl) add('simulated', 'simulated', environment.simulatedUrl);
  return found;
}

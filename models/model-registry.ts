import { createHash } from 'node:crypto';
import { isNamedBy } from '../domain/model-name.ts';
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
  /** Names the address and the key that it is dialled with: an outage of others is none of this model. */
  readonly connection: string;
}

export interface ModelRegistry {
  /** The tenant's providers, and those of the environment unless the tenant has one of the same name. */
  providers(ofTenant: readonly ConnectedProvider[]): readonly ConnectedProvider[];
  /**
   * The models that a run may choose from. `filter` narrows them by model id, `provider/id` or `provider/*`, and null
   * takes all. The simulated provider counts only while there is no other, or when the filter names it.
   */
  offeredModels(ofTenant: readonly ConnectedProvider[], filter: readonly string[] | null): OfferedModel[];
  /** The models that one provider offers. */
  modelsOf(provider: ConnectedProvider): OfferedModel[];
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

  const modelsOf: ModelRegistry['modelsOf'] = (provider) => {
    const made = { providerId: provider.id, connection: connectionOf(provider) };
    return deps.catalog.modelsOfProvider(provider).map((spec) => ({ ...spec, ...made }));
  };

  const byProvider = (ofTenant: readonly ConnectedProvider[]) =>
    providers(ofTenant).map((provider) => ({ provider, models: modelsOf(provider) }));

  return {
    providers,
    modelsOf,
    offeredModels(ofTenant, filter) {
      const all = byProvider(ofTenant);
      const onlySimulated = all.every(({ provider }) => provider.kind === simulated.name);
      return all.flatMap(({ provider, models }) => {
        if (filter !== null) return models.filter((model) => filter.some((entry) => isNamedBy(entry, model)));
        return provider.kind === simulated.name && !onlySimulated ? [] : models;
      });
    },
    unmatched(ofTenant, filter) {
      const all = byProvider(ofTenant).flatMap(({ models }) => models);
      return filter.filter((entry) => !all.some((model) => isNamedBy(entry, model)));
    },
  };
}

/**
 * It has 32 bits: too few to guess a key from, and enough to tell a key from the one before it. A sealed key is other
 * bytes each time that it is sealed.
 */
function connectionOf({ id, baseUrl, key }: ConnectedProvider): string {
  const hash = createHash('sha256').update(JSON.stringify([id, baseUrl]));
  if (key.kind === 'sealed') hash.update(key.sealed);
  if (key.kind === 'plain') hash.update(key.apiKey);
  return hash.digest('hex').slice(0, 8);
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
      timeLimits: null,
      key: apiKey === undefined ? { kind: 'none' } : { kind: 'plain', apiKey },
    },
  ];
}

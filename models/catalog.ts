import type { RegisteredModel } from '../contract/providers.ts';
import type { ModelRates } from '../domain/prices.ts';
import { defaultModels, type KnownModel } from './default-models.ts';
import type { ModelProtocol } from './model-call.ts';
import { priceOf } from './price-table.ts';
import { publicEndpoints } from './public-endpoints.ts';
import { simulatedBaseUrl, simulatedModels } from './simulated-models.ts';

export type ProviderKind = 'anthropic' | 'openai' | 'google' | 'openai-compatible' | 'simulated';

export interface CatalogEntry {
  readonly kind: ProviderKind;
  readonly displayName: string;
  readonly protocols: readonly ModelProtocol[];
  /** Version path included, as `base_url` of a provider is too. Absent: `base_url` must be given. */
  readonly publicBaseUrl?: string;
  /** The environment variable that brings a key without a registration. */
  readonly environmentVariable?: string;
  readonly needsKey: boolean;
  readonly needsBaseUrl: boolean;
  readonly needsModels: boolean;
  readonly defaultModels: readonly string[];
}

/** What of a provider's row decides which models it offers. */
export interface ProviderRow {
  readonly kind: string;
  readonly name: string;
  readonly baseUrl?: string | null | undefined;
  readonly models?: readonly RegisteredModel[] | null | undefined;
}

/** A model that can be dialled and whose cost has a bound. Only the key is missing to a ModelTarget. */
export interface ModelSpec {
  readonly provider: string;
  readonly model: string;
  readonly protocol: ModelProtocol;
  readonly baseUrl?: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
  readonly rates: ModelRates;
}

export interface ProviderCatalog {
  readonly entries: readonly CatalogEntry[];
  find(kind: string): CatalogEntry | undefined;
  /** The models a provider offers; those without a known price are left out, and an unknown kind offers none. */
  modelsOfProvider(row: ProviderRow): ModelSpec[];
}

/** Of a registered model that says nothing: small enough that a provider refuses no prompt over it. */
const ASSUMED_CONTEXT_WINDOW = 32_768;
const ASSUMED_MAX_OUTPUT_TOKENS = 4_096;

/** Prices of the table change by date, so they are looked up again after this long. */
const PRICE_AGE_MS = 60 * 60 * 1000;

const idsOf = (models: readonly { readonly id: string }[]): string[] => models.map((model) => model.id);

export const catalogEntries: readonly CatalogEntry[] = [
  publicEntry('anthropic', 'Anthropic', 'anthropic-messages', 'ANTHROPIC_API_KEY', defaultModels.anthropic),
  publicEntry('openai', 'OpenAI', 'openai-chat', 'OPENAI_API_KEY', defaultModels.openai),
  publicEntry('google', 'Google Gemini', 'google-generate', 'GOOGLE_GENERATIVE_AI_API_KEY', defaultModels.google),
  {
    kind: 'openai-compatible',
    displayName: 'OpenAI-compatible endpoint',
    protocols: ['openai-chat'],
    // Local servers often have none.
    needsKey: false,
    needsBaseUrl: true,
    needsModels: true,
    defaultModels: [],
  },
  {
    kind: 'simulated',
    displayName: 'Simulated provider',
    protocols: [...new Set(simulatedModels.map((model) => model.protocol))],
    needsKey: false,
    needsBaseUrl: true,
    needsModels: false,
    defaultModels: idsOf(simulatedModels),
  },
];

export function createProviderCatalog(deps: { readonly now?: () => number } = {}): ProviderCatalog {
  const now = deps.now ?? Date.now;
  const known = new Map<string, { readonly rates: ModelRates | undefined; readonly readAtMs: number }>();

  const tablePrice = (kind: ProviderKind, model: string): ModelRates | undefined => {
    const nowMs = now();
    const kept = known.get(`${kind} ${model}`);
    if (kept !== undefined && nowMs - kept.readAtMs < PRICE_AGE_MS) return kept.rates;
    const rates = priceOf(kind, model, undefined, new Date(nowMs));
    // Tenants name models freely; the table knows some hundreds.
    if (known.size > 1_000) known.clear();
    known.set(`${kind} ${model}`, { rates, readAtMs: nowMs });
    return rates;
  };

  const find = (kind: string) => catalogEntries.find((entry) => entry.kind === kind);
  return {
    entries: catalogEntries,
    find,
    modelsOfProvider(row) {
      const kind = find(row.kind)?.kind;
      switch (kind) {
        case undefined:
          return [];
        case 'simulated':
          return simulatedSpecs(row);
        case 'openai-compatible':
          return (row.models ?? []).flatMap((model) => registeredSpec(row, kind, model, undefined, tablePrice));
        default: {
          const models: readonly RegisteredModel[] = row.models?.length
            ? row.models
            : defaultModels[kind].map(({ id }) => ({ id }));
          return models.flatMap((model) => {
            const facts = defaultModels[kind].find((each) => each.id === model.id);
            return registeredSpec(row, kind, model, facts, tablePrice);
          });
        }
      }
    },
  };
}

function registeredSpec(
  row: ProviderRow,
  kind: ProviderKind,
  model: RegisteredModel,
  facts: KnownModel | undefined,
  tablePrice: (kind: ProviderKind, model: string) => ModelRates | undefined,
): ModelSpec[] {
  const protocol = catalogEntries.find((entry) => entry.kind === kind)?.protocols[0];
  const priced = model.input_usd_per_mtok !== undefined && model.output_usd_per_mtok !== undefined;
  const rates = priced ? priceOf(kind, model.id, model) : tablePrice(kind, model.id);
  if (rates === undefined || protocol === undefined) return [];
  return [
    {
      provider: row.name,
      model: model.id,
      protocol,
      ...(row.baseUrl ? { baseUrl: row.baseUrl } : {}),
      contextWindow: model.context_window ?? facts?.contextWindow ?? ASSUMED_CONTEXT_WINDOW,
      maxOutputTokens: model.max_output_tokens ?? facts?.maxOutputTokens ?? ASSUMED_MAX_OUTPUT_TOKENS,
      capabilities: model.capabilities ?? facts?.capabilities ?? ['tools'],
      rates,
    },
  ];
}

function simulatedSpecs(row: ProviderRow): ModelSpec[] {
  const { baseUrl } = row;
  if (!baseUrl) return [];
  return simulatedModels.flatMap((model) => {
    const rates = priceOf('simulated', model.id, {
      input_usd_per_mtok: model.inputUsdPerMtok,
      output_usd_per_mtok: model.outputUsdPerMtok,
      cache_read_usd_per_mtok: model.cacheReadUsdPerMtok,
    });
    if (rates === undefined) return [];
    const { protocol, contextWindow, maxOutputTokens, capabilities } = model;
    const spec = { contextWindow, maxOutputTokens, capabilities, rates };
    return [{ provider: row.name, model: model.id, protocol, baseUrl: simulatedBaseUrl(baseUrl, protocol), ...spec }];
  });
}

function publicEntry(
  kind: 'anthropic' | 'openai' | 'google',
  displayName: string,
  protocol: ModelProtocol,
  environmentVariable: string,
  models: readonly KnownModel[],
): CatalogEntry {
  return {
    kind,
    displayName,
    protocols: [protocol],
    publicBaseUrl: publicEndpoints[protocol],
    environmentVariable,
    needsKey: true,
    needsBaseUrl: false,
    needsModels: false,
    defaultModels: idsOf(models),
  };
}

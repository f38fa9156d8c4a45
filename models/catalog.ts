import type { DialectSettings, ExtraBody } from '../contract/provider-options.ts';
import type { RegisteredModel } from '../contract/providers.ts';
import type { TimeLimitSettings } from '../contract/time-limits.ts';
import type { MediaInput } from '../domain/media/media-window.ts';
import { type ModelRates, soundPricePercentOf } from '../domain/prices.ts';
import { createSizedCache } from '../domain/sized-cache.ts';
import { type TimeLimits, timeLimitsWith } from '../domain/time-limits.ts';
import { dialectWith } from './dialect.ts';
import { adapterOf, findKind, type ListedKind, type ProviderKindName, providerKinds } from './kinds/kinds.ts';
import { mediaCapabilitiesOf, mediaInputOf } from './media-input.ts';
import type { ModelProtocol } from './model-call.ts';
import { priceOf } from './price-table.ts';

/** The part of a provider's row that decides which models it offers. */
export interface ProviderRow {
  readonly kind: string;
  readonly name: string;
  readonly baseUrl?: string | null | undefined;
  readonly models?: readonly RegisteredModel[] | null | undefined;
  readonly extraBody?: ExtraBody | null | undefined;
  readonly dialect?: DialectSettings | null | undefined;
  readonly timeLimits?: TimeLimitSettings | null | undefined;
}

/** A model that can be dialled and whose cost has a bound. With a key it makes a ModelTarget. */
export interface ModelSpec {
  /** The provider's `name`. */
  readonly provider: string;
  readonly kind: ProviderKindName;
  readonly model: string;
  readonly protocol: ModelProtocol;
  readonly baseUrl: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
  readonly rates: ModelRates;
  readonly dialect: DialectSettings;
  readonly timeLimits: TimeLimits;
  readonly extraBody: ExtraBody | undefined;
  /** What `extraBody` adds to a request. */
  readonly extraBodyBytes: number;
  /** True when a request writes into a prompt cache only if it says so. */
  readonly cachesOnRequest: boolean;
  /** Undefined: it takes no images, sounds or documents. */
  readonly mediaInput: MediaInput | undefined;
}

export interface ProviderCatalog {
  readonly kinds: readonly ListedKind[];
  find(name: string): ListedKind | undefined;
  /** The models that a provider offers. Models without a known price are left out, and an unknown kind offers none. */
  modelsOfProvider(row: ProviderRow): ModelSpec[];
}

/** Assumed of a registered model that does not say: so small that no provider refuses a prompt for its size. */
const ASSUMED_CONTEXT_WINDOW = 32_768;
/** Assumed of a model that does not say: no more, and no more than a quarter of its context window. */
const MOST_ASSUMED_OUTPUT_TOKENS = 8_192;

/** Tenants name models freely; the price table knows some hundreds. */
const KEPT_BYTES = 2 * 1024 * 1024;
const RATES_BYTES = 1_024;

/** Prices of the table change by date, so they are looked up again after this long. */
const PRICE_AGE_MS = 60 * 60 * 1000;

export function createProviderCatalog(deps: { readonly now?: () => number } = {}): ProviderCatalog {
  const now = deps.now ?? Date.now;
  const tablePrices = createSizedCache<{ readonly rates: ModelRates | undefined }>({
    maxBytes: KEPT_BYTES,
    bytesOf: () => RATES_BYTES,
    ttlMs: PRICE_AGE_MS,
    nowMs: now,
  });

  const tablePrice = (kind: ListedKind, model: string): ModelRates | undefined => {
    const key = `${kind.name} ${model}`;
    const kept = tablePrices.get(key);
    if (kept !== undefined) return kept.rates;
    const rates = priceOf(kind, model, undefined, new Date(now()));
    tablePrices.set(key, { rates });
    return rates;
  };

  const specOf = (row: ProviderRow, kind: ListedKind, baseUrl: string, model: RegisteredModel): ModelSpec[] => {
    const facts = kind.knownModels.find((each) => each.id === model.id);
    const given = model.input_usd_per_mtok === undefined ? facts?.prices : model;
    const rates = given === undefined ? tablePrice(kind, model.id) : priceOf(kind, model.id, given);
    if (rates === undefined) return [];
    const protocol = facts?.protocol ?? kind.adapters[0].protocol;
    const usual = adapterOf({ kind: kind.name, protocol }).dialect;
    const dialect = { ...row.dialect, ...model.dialect };
    const capabilities = model.capabilities ?? facts?.capabilities ?? assumedCapabilities(model.id);
    const contextWindow = model.context_window ?? facts?.contextWindow ?? ASSUMED_CONTEXT_WINDOW;
    return [
      {
        provider: row.name,
        kind: kind.name,
        model: model.id,
        protocol,
        baseUrl: kind.endpointUrl?.(baseUrl, protocol) ?? baseUrl,
        contextWindow,
        maxOutputTokens: model.max_output_tokens ?? facts?.maxOutputTokens ?? assumedOutputTokens(contextWindow),
        capabilities,
        rates,
        dialect,
        timeLimits: timeLimitsWith({ ...row.timeLimits, ...model.time_limits }),
        extraBody: row.extraBody ?? undefined,
        extraBodyBytes: row.extraBody == null ? 0 : Buffer.byteLength(JSON.stringify(row.extraBody)),
        // What a proxy writes into a cache, or an extra body asks for, is not in our hands.
        cachesOnRequest: dialectWith(usual, dialect).cacheMarks && row.extraBody == null && kind.isOwnAddress(baseUrl),
        mediaInput: mediaInputOf(model.id, {
          capabilities,
          dialect: dialectWith(usual, dialect),
          soundPricePercent: soundPricePercentOf(rates),
        }),
      },
    ];
  };

  return {
    kinds: providerKinds,
    find: findKind,
    modelsOfProvider(row) {
      const kind = findKind(row.kind);
      const baseUrl = row.baseUrl || kind?.publicBaseUrl;
      if (kind === undefined || baseUrl === undefined) return [];
      return offeredModels(kind, row).flatMap((model) => specOf(row, kind, baseUrl, model));
    },
  };
}

function assumedCapabilities(model: string): readonly string[] {
  return ['tools', ...mediaCapabilitiesOf(model)];
}

function assumedOutputTokens(contextWindow: number): number {
  return Math.min(MOST_ASSUMED_OUTPUT_TOKENS, Math.floor(contextWindow / 4));
}

function offeredModels(kind: ListedKind, row: ProviderRow): readonly RegisteredModel[] {
  const known = kind.knownModels.map(({ id }) => ({ id }));
  switch (kind.offers) {
    case 'known':
      return known;
    case 'registered':
      return row.models ?? [];
    case 'registered_or_known':
      return row.models?.length ? row.models : known;
  }
}

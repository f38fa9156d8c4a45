import type { LanguageModelV3, SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { DialectSetting } from '../../contract/provider-options.ts';
import type { ProviderVariables } from '../../processes/provider-settings.ts';
import type { Dialect } from '../dialect.ts';
import type { CountForm } from '../input-count/count-form.ts';
import type { ModelProtocol } from '../model-call.ts';
import type { GivenPrices } from '../price-table.ts';

/**
 * Everything that is known of one kind of provider. Each kind is one file of this folder and one line of kinds.ts.
 * Members that a kind has no use for are set to undefined, so that a new kind does not compile until it has answered
 * every question.
 */
export interface ProviderKind {
  /** The name that `POST /v1/providers` takes. */
  readonly name: string;
  readonly displayName: string;
  /** How its endpoints are spoken to. A model that does not say its protocol speaks the first. */
  readonly adapters: readonly [ProtocolAdapter, ...ProtocolAdapter[]];
  /** The address that its maker serves, version path included. Undefined: a provider of the kind must give a `base_url`. */
  readonly publicBaseUrl: string | undefined;
  /** The address of one protocol behind a provider's `base_url`. Undefined: they are the same. */
  readonly endpointUrl: ((baseUrl: string, protocol: ModelProtocol) => string) | undefined;
  readonly needsKey: boolean;
  /** The environment variables that connect a provider of the kind for every tenant. */
  readonly environment: Omit<ProviderVariables, 'kind'> | undefined;
  /**
   * The models that a provider of the kind offers: those of its registration, those below, or those of its registration
   * with those below as the default.
   */
  readonly offers: 'registered' | 'known' | 'registered_or_known';
  /** Dearest first. */
  readonly knownModels: readonly KnownModel[];
  /** The kind's name in the price table of @pydantic/genai-prices. Undefined: the table has no prices for it. */
  readonly priceTableId: string | undefined;
  /** Input tokens that the provider bills although no byte of the request holds them. */
  readonly hiddenInputTokens: number;
  /** What it costs to write into the prompt cache where no price says it, in percent of the price of input. */
  readonly cacheWritePercent: number;
  /** True for an address of the maker itself. A proxy may change what it passes on, and bill otherwise than it counts. */
  readonly isOwnAddress: (baseUrl: string) => boolean;
  /** True for a model that certainly tokenizes text by o200k_base. */
  readonly isTokenizedByO200k: (model: { readonly baseUrl: string; readonly model: string }) => boolean;
}

/** A model whose limits are known without asking the tenant. */
export interface KnownModel {
  readonly id: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
  /** Absent: the first protocol of its kind. */
  readonly protocol?: ModelProtocol;
  /** Absent: those of the price table. */
  readonly prices?: GivenPrices;
}

export const STANDARD_CAPABILITIES = ['tools', 'streaming', 'prompt-cache'] as const;
/** Models that see images and read documents. */
export const MEDIA_CAPABILITIES = [...STANDARD_CAPABILITIES, 'images', 'files'] as const;
export const REASONING_CAPABILITIES = [...MEDIA_CAPABILITIES, 'reasoning'] as const;

/** One protocol of a kind, as the provider libraries speak it. */
export interface ProtocolAdapter {
  readonly protocol: ModelProtocol;
  /**
   * Makes the library's model object. It imports the library only then: each takes 60 to 200 ms to load, and the
   * supervisor, the simulated provider and most API processes never dial.
   */
  languageModel(endpoint: ModelEndpoint): Promise<LanguageModelV3>;
  /** How its servers usually want their requests. */
  readonly dialect: Dialect;
  /** How its providers are asked for the input tokens of a request. */
  readonly inputCount: CountForm;
  /** What a provider of the protocol may want otherwise. */
  readonly dialectSettings: readonly DialectSetting[];
  /** Options of the library for a request. */
  providerOptions(request: {
    readonly baseUrl: string;
    readonly cacheKey: string | undefined;
  }): SharedV3ProviderOptions;
}

/** What a library needs to dial one model. It holds the key: never logged, never serialised (I10). */
export interface ModelEndpoint {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** Sent beside those of the library. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly fetch: typeof globalThis.fetch;
}

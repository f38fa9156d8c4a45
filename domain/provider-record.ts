import type { DialectSettings, ExtraBody } from '../contract/provider-options.ts';
import type { RegisteredModel } from '../contract/providers.ts';
import type { TimeLimitSettings } from '../contract/time-limits.ts';

/** A model provider as a tenant registered it, its key still sealed. */
export interface ProviderRecord {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly baseUrl: string | null;
  /** Null: the default models of the kind. */
  readonly models: readonly RegisteredModel[] | null;
  /** A JSON object of names and values, sealed under `sealedHeadersRow`. */
  readonly sealedHeaders: Uint8Array | null;
  readonly extraBody: ExtraBody | null;
  readonly dialect: DialectSettings | null;
  readonly timeLimits: TimeLimitSettings | null;
  readonly key: { readonly kind: 'none' } | { readonly kind: 'sealed'; readonly sealed: Uint8Array };
}

/** The row id to which a provider's headers are sealed. The key is sealed to the provider's own: neither opens as the other. */
export function sealedHeadersRow(providerId: string): string {
  return `${providerId}/headers`;
}

import type { RegisteredModel } from '../contract/providers.ts';

/** A model provider as a tenant registered it, its key still sealed. */
export interface ProviderRecord {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly baseUrl: string | null;
  /** Null: the default models of the kind. */
  readonly models: readonly RegisteredModel[] | null;
  readonly key: { readonly kind: 'none' } | { readonly kind: 'sealed'; readonly sealed: Uint8Array };
}

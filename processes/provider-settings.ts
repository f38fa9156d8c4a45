import { z } from 'zod';
import { apiKeySchema, parsedBy, parseHttpUrl } from './setting-formats.ts';

/** The names of the environment variables that connect a provider of one kind for every tenant. */
export interface ProviderVariables {
  readonly kind: string;
  /** Undefined: the kind takes no key from the environment. */
  readonly apiKey: string | undefined;
  /** Undefined: the kind takes no address from the environment. */
  readonly baseUrl: string | undefined;
}

/** What those variables hold. */
export interface ProviderSettings {
  readonly kind: string;
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
}

/** The schema of the environment variables that these kinds read. */
export function providerSettingsSchema(kinds: readonly ProviderVariables[]) {
  const shape: Record<string, z.ZodType<string | undefined>> = {};
  for (const { apiKey, baseUrl } of kinds) {
    if (apiKey !== undefined) shape[apiKey] = apiKeySchema;
    // Every tenant is shown the address.
    if (baseUrl !== undefined) shape[baseUrl] = parsedBy(parseHttpUrl);
  }
  return z.object(shape).transform((values): ProviderSettings[] => {
    const read = (name: string | undefined) => (name === undefined ? undefined : values[name]);
    return kinds.map(({ kind, apiKey, baseUrl }) => ({ kind, apiKey: read(apiKey), baseUrl: read(baseUrl) }));
  });
}

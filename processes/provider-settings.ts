import { z } from 'zod';
import { httpUrlSchema } from '../contract/fields.ts';

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

/** Every tenant is shown the address, so it must hold no credentials. */
const baseUrlSchema = z
  .string()
  .refine(
    (url) => httpUrlSchema.safeParse(url).success,
    'must be an http or https address without a user name and a password',
  );

/** The schema of the environment variables that these kinds read. */
export function providerSettingsSchema(kinds: readonly ProviderVariables[]) {
  const shape: Record<string, z.ZodType<string | undefined>> = {};
  for (const { apiKey, baseUrl } of kinds) {
    if (apiKey !== undefined) shape[apiKey] = z.string().optional();
    if (baseUrl !== undefined) shape[baseUrl] = baseUrlSchema.optional();
  }
  return z.object(shape).transform((values): ProviderSettings[] => {
    const read = (name: string | undefined) => (name === undefined ? undefined : values[name]);
    return kinds.map(({ kind, apiKey, baseUrl }) => ({ kind, apiKey: read(apiKey), baseUrl: read(baseUrl) }));
  });
}

import { z } from 'zod';

/** The prefixes of the ids that the service makes. What follows a prefix sorts by time of creation. */
export const idPrefixSchema = z.enum([
  'ten',
  'sess',
  'evt',
  'call',
  'art',
  'apr',
  'prov',
  'mcp',
  'grd',
  'oauth',
  'pol',
  'mem',
  'key',
  'aud',
  'req',
  'bulk',
]);
export type IdPrefix = z.infer<typeof idPrefixSchema>;

/** `<prefix>_` and 26 characters of Crockford base32: 50 bits of time and 80 random bits. */
export const idSchema = (prefix: IdPrefix) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `must be an id like ${prefix}_01jc…`);

/** The id of an agent. The client chooses it. */
export const agentIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{3,64}$/, 'must be 3 to 64 characters of a-z, 0-9 and -')
  .describe('3 to 64 characters of a-z, 0-9 and -.');

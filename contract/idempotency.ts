import { z } from 'zod';

/** The header `Idempotency-Key` of any POST: chosen by the client, unique for 24 h among the requests of its tenant. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces')
  .describe('The same key with the same request within 24 h: the stored answer, and nothing is done again.');

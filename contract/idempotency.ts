import { z } from 'zod';

/** The header `Idempotency-Key` of a POST. The client chooses it. Within 24 h a tenant uses one key for one request. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces')
  .describe('The same request with the same key within 24 h gets the stored answer, and nothing is done again.');

import { z } from 'zod';

/** Free-form data of the client's: kept and returned, never read. */
export const metadataSchema = z.record(z.string(), z.unknown());

const MAX_USD = 1_000_000_000;

/** US dollars as a JSON number; kept exactly as integer nano-dollars. */
export const usdSchema = z.number().min(0).max(MAX_USD);

/** Like usdSchema, above zero once rounded to 1e-9. */
export const positiveUsdSchema = z.number().min(1e-9, 'must be greater than 0').max(MAX_USD);

const MAX_TEXT_BYTES = 256 * 1024;

/** A refinement that carries its own error code, so that too much text is a 413 and not a 400. */
export interface RefinementParams {
  readonly errorCode: 'message_too_large';
}
const tooLarge: RefinementParams = { errorCode: 'message_too_large' };

/** Text for the agent: at least one character, at most 256 KiB of UTF-8. */
export const messageTextSchema = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_TEXT_BYTES, {
    message: 'must be at most 256 KiB of text',
    params: { ...tooLarge },
  });

/** `?limit=1..100&cursor=` of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(500).optional(),
});

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

export const deletedSchema = z.object({ id: z.string(), deleted: z.literal(true) });

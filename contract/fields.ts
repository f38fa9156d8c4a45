import { z } from 'zod';

/** Data of the client in any form. The service keeps and returns it and never reads it. */
export const metadataSchema = z.record(z.string(), z.unknown());

const MAX_USD = 1_000_000_000;

/** US dollars as a JSON number. They are kept exactly, as integer nano-dollars. */
export const usdSchema = z.number().min(0).max(MAX_USD);

/** Like usdSchema, but above zero when rounded to 1e-9. */
export const positiveUsdSchema = z.number().min(1e-9, 'must be greater than 0').max(MAX_USD);

const MAX_TEXT_BYTES = 256 * 1024;

/** The most tokens that a prompt may hold. SOUL, tools and the latest message are sent even where they take more. */
export const contextTokensSchema = z.int().min(1_024).max(100_000_000);

/** The most tokens that one answer may have. */
export const maxOutputTokensSchema = z.int().min(16).max(10_000_000);

/**
 * What a run does when it comes to the end of its money. `stop`: it ends as `budget_exhausted`. `ask`: it goes idle until a
 * cap is raised or the next day (UTC) brings money. `downgrade`: it goes on with shorter prompts and cheaper models, then ends.
 */
export const onBudgetSchema = z.enum(['stop', 'ask', 'downgrade']);
export type OnBudget = z.infer<typeof onBudgetSchema>;

/** A session may be idle, and an approval may wait, at most this long. */
export const MAX_IDLE_TIMEOUT_S = 30 * 24 * 3600;
export const approvalTimeoutSchema = z.number().positive().max(MAX_IDLE_TIMEOUT_S);

/** The codes that a refinement may give: too much text is a 413 and not a 400. */
export const refinementCodes = ['message_too_large', 'image_too_large', 'too_many_images'] as const;

/** The parameters of a refinement with an error code of its own. */
export interface RefinementParams {
  readonly errorCode: (typeof refinementCodes)[number];
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

/** A time in the years 1 to 9999, since Postgres knows no year 0. */
export const timestampSchema = z.iso
  .datetime({ offset: true })
  .refine(isStorableTime, 'must be in the years 1 to 9999');

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

function isStorableTime(text: string): boolean {
  const timeMs = Date.parse(text);
  return timeMs >= FIRST_MS && timeMs <= LAST_MS;
}

/** An address to dial. It is shown to all who may read, so it must contain no credentials (I10). */
export const httpUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an absolute address with http or https' })
  .max(2_000)
  .refine(hasNoCredentials, 'must contain no user name and no password');

function hasNoCredentials(text: string): boolean {
  // It is no address at all and is refused for that.
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** The parameters `?limit=1..100&cursor=` of every list. */
/** The models that a run may choose from. */
export const modelsSchema = z.array(z.string().min(1).max(300)).min(1).max(100);

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(500).optional(),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

/** A page of a list, as `pageSchema` describes one. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

/** The answer to every DELETE. */
export const deletedSchema = z.object({ id: z.string(), deleted: z.literal(true) });
export type Deleted = z.infer<typeof deletedSchema>;

import { z } from 'zod';

/** The arguments of both tools that search. */
export const searchInputSchema = z.strictObject({
  query: z.string().min(1).max(1_000).describe('Words to look for. Beginnings of words match too.'),
  limit: z.number().int().min(1).max(50).default(10).describe('How many results at most.'),
});

/** The answer to a query of punctuation. */
export const NO_WORD = 'The query has no word in it. Give at least one word of letters or digits.';

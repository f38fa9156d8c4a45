import type { z } from 'zod';
import { type memoryMatchesSchema, memoryQuerySchema } from '../../contract/memory.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { searchMemoryEntries } from '../../db/queries/memory-search.ts';
import { closeFacts, type QueryVector } from '../../db/queries/query-vector.ts';
import { memoryMatches } from '../../domain/memory-matches.ts';
import { searchTerms } from '../../domain/text-search.ts';
import { hasScope, requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { agentOf } from './memory-entry.ts';

interface SearchInput {
  readonly query: unknown;
  readonly body: unknown;
}

/** Somebody who searches waits for nothing else. */
const LEAST_WAIT_MS = 2_000;
/** The most facts that are found by their meaning. */
const CLOSE_FACTS = 100;

/** The vector of a query, before the query is served. Undefined: there is none, or the request is refused anyway. */
export async function meaningOfQuery(ctx: ServiceContext, body: unknown): Promise<QueryVector | undefined> {
  const parsed = memoryQuerySchema.safeParse(body);
  if (ctx.meaning === undefined || !parsed.success || !hasScope(ctx, 'read')) return undefined;
  const { query } = parsed.data;
  const asked = await ctx.meaning.vectorOf(ctx.tenantId, query, LEAST_WAIT_MS);
  return asked && { text: query, asked };
}

/** Finds the facts that match a query best, by words, and by meaning where the query has a vector. */
export const searchMemory: Verb<SearchInput, z.infer<typeof memoryMatchesSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const request = parseInput(memoryQuerySchema, input.body);
  const agentId = agentOf(request, input.query) ?? null;
  const { query, limit } = request;
  const terms = searchTerms(query);
  const { meant } = ctx;
  const found = await ctx.db.transaction(ctx.tenantId, (tx) =>
    inOneMessage({
      byWords: searchMemoryEntries(tx, agentId, terms),
      byMeaning:
        meant === undefined ? [] : closeFacts(tx, agentId, { kind: 'given', vector: meant.asked }, CLOSE_FACTS),
    }),
  );
  const data = memoryMatches(found, terms.length, limit).map(({ entry, score, foundBy }) => ({
    id: entry.id,
    block: entry.block,
    fact: entry.fact,
    pinned: entry.pinned,
    score,
    found_by: foundBy,
  }));
  return { data, next_cursor: null };
};

import { storeQueryVectors } from '../../db/queries/query-vector.ts';
import { queriesOfMemorySearches } from '../../db/queries/tool-call.ts';
import { embeddedText } from '../../domain/meaning.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SelectionRef } from '../stage-results.ts';
import type { OpenedAttempt } from './open-attempt.ts';

/**
 * Makes the vectors of the texts for which the agent is about to search its memory. The search itself is a local activity, which
 * touches nothing but Postgres, so the vectors are made here, when the answer with its calls is stored. A search without a vector
 * goes by words alone, as one does whose worker died here.
 * @param called the names of the tools that the answer calls
 */
export async function storeMeaningOfSearches(
  { db, meaning }: Pick<StageDeps, 'db' | 'meaning'>,
  ref: SelectionRef,
  { catalog }: Pick<OpenedAttempt, 'catalog'>,
  called: readonly string[],
): Promise<void> {
  if (meaning === undefined) return;
  const searches = called.some((name) => {
    const tool = catalog.byName.get(name);
    return tool?.serverId === 'memory' && tool.serverTool === 'search';
  });
  if (!searches) return;
  // The database has the queries as the guardrails left them.
  const queries = await db.transaction(ref.tenantId, (tx) => queriesOfMemorySearches(tx, ref.sessionId, ref.turn));
  const vectors = await Promise.all(
    queries.map(async (query) => {
      const asked = await meaning.vectorOf(ref.tenantId, query);
      return asked === undefined ? [] : [{ text: embeddedText(query), asked }];
    }),
  );
  await db.transaction(ref.tenantId, async (tx) => storeQueryVectors(tx, ref.sessionId, vectors.flat()));
}

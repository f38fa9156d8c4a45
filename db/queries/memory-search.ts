import type { Tx } from '../database.ts';
import type { MemoryEntry } from './memory-entry.ts';
import { searchLanguage } from './word-search.ts';

export interface FactWithWords extends Pick<MemoryEntry, 'id' | 'block' | 'fact' | 'pinned'> {
  /** The places (from 0) of the terms that the fact matches. */
  readonly hits: readonly number[];
}

/** The most entries that one term finds. */
const ENTRIES_OF_A_TERM = 1_000;

/**
 * Searches all facts that an agent reads for terms: words in lower case, each of which finds the words that begin with it and
 * those that have the same stem. The 200 entries with most of the terms are returned. `agentId` null means the facts of all
 * agents.
 */
export async function searchMemoryEntries(
  tx: Tx,
  agentId: string | null,
  terms: readonly string[],
): Promise<FactWithWords[]> {
  return tx.query<FactWithWords>(
    'search-memory-entries',
    `WITH term AS (
       SELECT t.place::int - 1 AS place, r.low COLLATE "C" AS low, r.high COLLATE "C" AS high
         FROM unnest($3::text[]) WITH ORDINALITY AS t (word, place)
        CROSS JOIN LATERAL (SELECT t.word AS low, t.word || chr(1114111) AS high
                            UNION SELECT s, s || chr(1) FROM unnest(searched_words(${searchLanguage('$1')}, t.word, 1)) AS s) r
     ), hit AS (
       SELECT DISTINCT f.entry_id, t.place
         FROM term t
        CROSS JOIN LATERAL (SELECT entry_id FROM memory_word w
                             WHERE w.tenant_id = $1 AND w.word >= t.low AND w.word < t.high
                               AND ($2::text IS NULL OR w.agent_id IN ($2, '')) LIMIT ${ENTRIES_OF_A_TERM}) f
     )
     SELECT m.id, m.block, m.fact, m.pinned, h.hits
       FROM (SELECT entry_id, array_agg(place) AS hits FROM hit GROUP BY entry_id) h
       JOIN memory_entry m ON m.id = h.entry_id AND m.tenant_id = $1
      ORDER BY cardinality(h.hits) DESC, m.created_at DESC, m.id DESC LIMIT 200`,
    [tx.tenantId, agentId, terms],
  );
}

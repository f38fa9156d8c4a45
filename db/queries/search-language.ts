import type { SearchLanguage } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';

/** So many texts are indexed by one statement. A text of REFERENCE is long. */
const FACTS = 1_000;
const DOCUMENTS = 50;

export async function readSearchLanguage(tx: Tx): Promise<SearchLanguage> {
  const [row] = await tx.query<{ language: SearchLanguage }>(
    'read-search-language',
    'SELECT search_language AS language FROM tenant WHERE id = $1',
    [tx.tenantId],
  );
  if (row === undefined) throw new Error('The tenant of a transaction is gone.');
  return row.language;
}

/**
 * Changes the language in which texts are searched, and finds the words of all texts of the tenant anew. 10,000 facts take about
 * two seconds.
 */
export async function changeSearchLanguage(tx: Tx, language: SearchLanguage): Promise<void> {
  tx.send('change-search-language', 'UPDATE tenant SET search_language = $2 WHERE id = $1', [tx.tenantId, language]);
  tx.send('forget-memory-words', 'DELETE FROM memory_word WHERE tenant_id = $1', [tx.tenantId]);
  tx.send('forget-document-words', 'DELETE FROM document_word WHERE tenant_id = $1', [tx.tenantId]);
  await inBatches(FACTS, (after) =>
    tx.query<{ last: string | null; indexed: number }>(
      'index-memory-words',
      `WITH next AS (SELECT id, agent_id, fact FROM memory_entry WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3),
            words AS (INSERT INTO memory_word (tenant_id, agent_id, word, entry_id)
                      SELECT $1, coalesce(agent_id, ''), word, id
                        FROM next CROSS JOIN LATERAL unnest(searched_words($4, fact, 300)) AS word
                      ON CONFLICT DO NOTHING)
       SELECT max(id) AS last, count(*)::int AS indexed FROM next`,
      [tx.tenantId, after[0] ?? '', FACTS, language],
    ),
  );
  await inBatches(DOCUMENTS, (after) =>
    tx.query<{ last: string | null; lastAgent: string | null; indexed: number }>(
      'index-document-words',
      `WITH next AS (SELECT agent_id, kind, name, content FROM context_document
                      WHERE tenant_id = $1 AND kind = 'reference' AND (agent_id, name) > ($2, $3)
                      ORDER BY agent_id, name LIMIT $4),
            words AS (INSERT INTO document_word (tenant_id, agent_id, kind, name, word)
                      SELECT $1, agent_id, kind, name, word
                        FROM next CROSS JOIN LATERAL unnest(searched_words($5, name || ' ' || content, 200)) AS word
                      ON CONFLICT DO NOTHING)
       SELECT (array_agg(agent_id ORDER BY agent_id DESC, name DESC))[1] AS "lastAgent",
              (array_agg(name ORDER BY agent_id DESC, name DESC))[1] AS last, count(*)::int AS indexed FROM next`,
      [tx.tenantId, after[1] ?? '', after[0] ?? '', DOCUMENTS, language],
    ),
  );
}

/** Repeats a statement, each time behind the last text of the time before, until it finds no full batch. */
async function inBatches(
  size: number,
  index: (after: readonly string[]) => Promise<{ last: string | null; lastAgent?: string | null; indexed: number }[]>,
): Promise<void> {
  let after: readonly string[] = [];
  for (;;) {
    const [row] = await index(after);
    if (row === undefined || row.last === null || row.indexed < size) return;
    after = [row.last, row.lastAgent ?? ''];
  }
}

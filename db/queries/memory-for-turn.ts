import type { Conversation } from '../../domain/conversation.ts';
import type { Asked } from '../../domain/meaning.ts';
import type { TurnMemoryEntry } from '../../domain/memory-ranking.ts';
import type { Tx } from '../database.ts';
import { closeFacts } from './query-vector.ts';
import { conversationWords, foundByWords } from './word-search.ts';

/** The most entries of a kind that a turn reads: rules, pinned facts, recent facts, matches. */
const ENTRIES_OF_A_KIND = 40;
/** An operator is told how many entries were not read, up to so many. */
const COUNTED = 1_000;

const columns = `m.id, m.block, m.fact, m.tokens, m.pinned, m.updated_at AS "updatedAt", m.fact_key AS key`;

/** Reads which facts have words of the conversation, the best match first. */
export async function matchingMemory(tx: Tx, agentId: string, about: Conversation): Promise<TurnMemoryEntry[]> {
  const listed = (agent: string) =>
    `SELECT entry_id AS id FROM memory_word m WHERE m.tenant_id = $1 AND m.agent_id = ${agent} AND m.word = w.word
      ORDER BY entry_id DESC`;
  return tx.query<TurnMemoryEntry>(
    'matching-memory',
    `WITH ${foundByWords(conversationWords('$1', '$3', '$4'), [listed('$2'), listed("''")], '$5')}
     SELECT ${columns}, f.score, NULL::float8 AS closeness FROM found f JOIN memory_entry m ON m.id = f.id AND m.tenant_id = $1
      ORDER BY f.score DESC, m.id DESC`,
    [tx.tenantId, agentId, about.message, about.answer, ENTRIES_OF_A_KIND],
  );
}

/** Reads which facts are close to the latest message in their meaning, the closest first. */
export async function closeMemory(tx: Tx, agentId: string, asked: Asked): Promise<TurnMemoryEntry[]> {
  const facts = await closeFacts(tx, agentId, asked, ENTRIES_OF_A_KIND);
  return facts.map((fact) => ({ ...fact, score: null }));
}

/**
 * Reads what a turn reads whatever it is about: rules of how the agent works, pinned facts, and those that changed last. Each
 * part is in the order of an index: without agent_id in it, Postgres would sort all shared entries.
 */
export async function standingMemory(tx: Tx, agentId: string): Promise<TurnMemoryEntry[]> {
  const agents = ['agent_id = $2', 'agent_id IS NULL'];
  const kinds = [`AND block = 'system'`, 'AND pinned', ''];
  const reads = kinds.flatMap((kind) =>
    agents.map(
      (agent) =>
        `(SELECT * FROM memory_entry WHERE tenant_id = $1 AND ${agent} ${kind}
           ORDER BY agent_id, updated_at DESC LIMIT $3)`,
    ),
  );
  return tx.query<TurnMemoryEntry>(
    'standing-memory',
    `SELECT ${columns}, NULL::float8 AS score, NULL::float8 AS closeness FROM (${reads.join(' UNION ALL ')}) m ORDER BY m.updated_at DESC, m.id DESC`,
    [tx.tenantId, agentId, ENTRIES_OF_A_KIND],
  );
}

/** Counts the entries that an agent reads, up to 1,000. */
export async function countMemory(tx: Tx, agentId: string): Promise<number> {
  const [row] = await tx.query<{ entries: number }>(
    'count-memory',
    `SELECT count(*)::int AS entries FROM (
       (SELECT 1 FROM memory_entry WHERE tenant_id = $1 AND agent_id = $2 LIMIT $3)
       UNION ALL
       (SELECT 1 FROM memory_entry WHERE tenant_id = $1 AND agent_id IS NULL LIMIT $3)) m`,
    [tx.tenantId, agentId, COUNTED],
  );
  return Math.min(row?.entries ?? 0, COUNTED);
}

import type { MemoryBlock } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';

export interface MemoryEntry {
  readonly id: string;
  /** Null means that all agents of the tenant share it. */
  readonly agentId: string | null;
  readonly block: MemoryBlock;
  readonly fact: string;
  readonly tokens: number;
  readonly pinned: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns =
  'id, agent_id AS "agentId", block, fact, tokens, pinned, created_at AS "createdAt", updated_at AS "updatedAt"';

export interface MemoryFilter {
  /** Narrows to what this agent reads: its own entries and the shared ones. Null means the entries of all agents. */
  readonly agentId: string | null;
  readonly block: MemoryBlock | null;
  /** Narrows to entries after the one with this id. Null begins with the newest. */
  readonly after: string | null;
  readonly limit: number;
}

/** Lists entries, newest first, by their ids, which are ordered by time. */
export async function listMemoryEntries(tx: Tx, filter: MemoryFilter): Promise<MemoryEntry[]> {
  return tx.query<MemoryEntry>(
    'list-memory-entries',
    `SELECT ${columns} FROM memory_entry
      WHERE tenant_id = $1 AND ($2::text IS NULL OR agent_id = $2 OR agent_id IS NULL)
        AND ($3::text IS NULL OR block = $3)
        AND ($4::text IS NULL OR id < $4)
      ORDER BY id DESC LIMIT $5`,
    [tx.tenantId, filter.agentId, filter.block, filter.after, filter.limit],
  );
}

export interface NewMemoryEntry extends Omit<MemoryEntry, 'createdAt' | 'updatedAt'> {
  /** Facts with the same key are one fact. */
  readonly key: string;
}

export interface NotedFact {
  readonly entry: MemoryEntry;
  /** True: the entry was there before. */
  readonly known: boolean;
}

/** Notes one fact as noteFacts does. */
export async function noteFact(tx: Tx, entry: NewMemoryEntry): Promise<NotedFact> {
  const [noted] = await noteFacts(tx, [entry]);
  if (noted === undefined) throw new Error('A fact was neither known nor noted.');
  return noted;
}

/**
 * Notes facts in one round trip. A fact that the same agents know already, up to case, blanks and punctuation, is kept as it is:
 * it is only pinned, or moved from `general` to the given block.
 * @param entries each key at most once
 * @returns the facts in the order in which they were given
 */
export async function noteFacts(tx: Tx, entries: readonly NewMemoryEntry[]): Promise<NotedFact[]> {
  const rows = await tx.query<MemoryEntry & { known: boolean }>(
    'note-facts',
    `WITH given AS (
       SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::boolean[], $8::text[])
         WITH ORDINALITY AS g (id, agent_id, block, fact, tokens, pinned, key, place)
     ), same AS (
       SELECT g.place, g.block, g.pinned, m.id
         FROM given g
        CROSS JOIN LATERAL (SELECT id FROM memory_entry
                             WHERE tenant_id = $1 AND fact_key = md5(g.key) AND agent_id IS NOT DISTINCT FROM g.agent_id
                             ORDER BY id LIMIT 1) m
     ), kept AS (
       UPDATE memory_entry m
          SET pinned = m.pinned OR s.pinned, updated_at = now(),
              block = CASE WHEN m.block = 'general' OR s.block = 'system' THEN s.block ELSE m.block END
         FROM same s WHERE m.id = s.id RETURNING m.*, s.place
     ), added AS (
       INSERT INTO memory_entry (id, tenant_id, agent_id, block, fact, tokens, pinned, fact_key)
       SELECT id, $1, agent_id, block, fact, tokens, pinned, md5(key) FROM given g
        WHERE NOT EXISTS (SELECT FROM same s WHERE s.place = g.place) RETURNING *
     )
     SELECT ${columns}, known
       FROM (SELECT id, agent_id, block, fact, tokens, pinned, created_at, updated_at, true AS known, place FROM kept
              UNION ALL
             SELECT a.id, a.agent_id, a.block, a.fact, a.tokens, a.pinned, a.created_at, a.updated_at, false, g.place
               FROM added a JOIN given g ON g.id = a.id) noted
      ORDER BY place`,
    [
      tx.tenantId,
      entries.map(({ id }) => id),
      entries.map(({ agentId }) => agentId),
      entries.map(({ block }) => block),
      entries.map(({ fact }) => fact),
      entries.map(({ tokens }) => tokens),
      entries.map(({ pinned }) => pinned),
      entries.map(({ key }) => key),
    ],
  );
  return rows.map(({ known, ...entry }) => ({ entry, known }));
}

export interface MemoryChange {
  /** Given together with its tokens and its key, or not at all. */
  readonly fact?: { readonly text: string; readonly tokens: number; readonly key: string } | undefined;
  readonly block?: MemoryBlock | undefined;
  readonly pinned?: boolean | undefined;
}

/** Changes the given fields. Undefined: this tenant has no such entry (I8). */
export async function updateMemoryEntry(tx: Tx, id: string, change: MemoryChange): Promise<MemoryEntry | undefined> {
  const rows = await tx.query<MemoryEntry>(
    'update-memory-entry',
    `UPDATE memory_entry SET fact = coalesce($3, fact), tokens = coalesce($4, tokens), block = coalesce($5, block),
                             pinned = coalesce($6, pinned), fact_key = coalesce(md5($7), fact_key), updated_at = now()
      WHERE tenant_id = $1 AND id = $2 RETURNING ${columns}`,
    [tx.tenantId, id, change.fact?.text, change.fact?.tokens, change.block, change.pinned, change.fact?.key],
  );
  return rows[0];
}

/** @returns the block of the entry; undefined when there was none */
export async function deleteMemoryEntry(tx: Tx, id: string): Promise<MemoryBlock | undefined> {
  const rows = await tx.query<{ block: MemoryBlock }>(
    'delete-memory-entry',
    'DELETE FROM memory_entry WHERE tenant_id = $1 AND id = $2 RETURNING block',
    [tx.tenantId, id],
  );
  return rows[0]?.block;
}

/** Counts entries and tokens of each block. Blocks without an entry are missing. `agentId` means the same as in MemoryFilter. */
export async function memoryBlocks(
  tx: Tx,
  agentId: string | null,
): Promise<{ block: MemoryBlock; entries: number; tokens: number }[]> {
  return tx.query(
    'memory-blocks',
    `SELECT block, count(*)::int AS entries, sum(tokens)::int AS tokens FROM memory_entry
      WHERE tenant_id = $1 AND ($2::text IS NULL OR agent_id = $2 OR agent_id IS NULL)
      GROUP BY block ORDER BY block`,
    [tx.tenantId, agentId],
  );
}

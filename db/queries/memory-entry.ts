import type { MemoryBlock } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';
import { agentOfSession } from './session.ts';

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

export type NewMemoryEntry = Omit<MemoryEntry, 'createdAt' | 'updatedAt'>;

export async function insertMemoryEntry(tx: Tx, entry: NewMemoryEntry): Promise<MemoryEntry> {
  const [row] = await tx.query<MemoryEntry>(
    'insert-memory-entry',
    `INSERT INTO memory_entry (id, tenant_id, agent_id, block, fact, tokens, pinned)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
    [entry.id, tx.tenantId, entry.agentId, entry.block, entry.fact, entry.tokens, entry.pinned],
  );
  if (row === undefined) throw new Error('An insert into memory_entry returned no row.');
  return row;
}

export interface MemoryChange {
  /** Given together with its tokens, or not at all. */
  readonly fact?: { readonly text: string; readonly tokens: number };
  readonly block?: MemoryBlock;
  readonly pinned?: boolean;
}

/** Changes the given fields. Undefined: this tenant has no such entry (I8). */
export async function updateMemoryEntry(tx: Tx, id: string, change: MemoryChange): Promise<MemoryEntry | undefined> {
  const rows = await tx.query<MemoryEntry>(
    'update-memory-entry',
    `UPDATE memory_entry SET fact = coalesce($3, fact), tokens = coalesce($4, tokens), block = coalesce($5, block),
                             pinned = coalesce($6, pinned), updated_at = now()
      WHERE tenant_id = $1 AND id = $2 RETURNING ${columns}`,
    [tx.tenantId, id, change.fact?.text, change.fact?.tokens, change.block, change.pinned],
  );
  return rows[0];
}

/** @returns false when there was no such entry */
export async function deleteMemoryEntry(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    'delete-memory-entry',
    'DELETE FROM memory_entry WHERE tenant_id = $1 AND id = $2 RETURNING id',
    [tx.tenantId, id],
  );
  return rows.length === 1;
}

export interface MemoryMatch extends Pick<MemoryEntry, 'id' | 'block' | 'fact' | 'pinned'> {
  /** The places (from 0) of the patterns that the fact matches. */
  readonly hits: readonly number[];
  /** How many entries were searched, with hits or without. */
  readonly total: number;
}

/**
 * Searches the facts that an agent reads for patterns (case-insensitive POSIX regular expressions): among the 1,000 newest,
 * it finds the 200 with most hits. `agentId` null means the facts of all agents.
 */
export async function matchMemoryEntries(
  tx: Tx,
  agentId: string | null,
  patterns: readonly string[],
): Promise<MemoryMatch[]> {
  return tx.query<MemoryMatch>(
    'match-memory-entries',
    `SELECT m.id, m.block, m.fact, m.pinned, h.hits, m.total::int AS total
       FROM (SELECT *, count(*) OVER () AS total
               FROM (SELECT * FROM memory_entry
                      WHERE tenant_id = $1 AND ($2::text IS NULL OR agent_id = $2 OR agent_id IS NULL)
                      ORDER BY created_at DESC, id DESC LIMIT 1000) newest) m
      CROSS JOIN LATERAL (
        SELECT array_agg(p.place::int - 1) FILTER (WHERE m.fact ~* p.pattern) AS hits
          FROM unnest($3::text[]) WITH ORDINALITY AS p (pattern, place)) h
      WHERE h.hits IS NOT NULL ORDER BY cardinality(h.hits) DESC, m.created_at DESC, m.id DESC LIMIT 200`,
    [tx.tenantId, agentId, patterns],
  );
}

/** The most entries from which the context of a turn is made. */
const ENTRIES_FOR_TURN = 60;

/** A union, because with an OR Postgres would look at every entry of the tenant. The parameters are expressions of SQL. */
const entriesForTurn = (tenantId: string, agentId: string, limit: string) =>
  `SELECT ${columns}
     FROM (SELECT * FROM memory_entry WHERE tenant_id = ${tenantId} AND agent_id = ${agentId}
           UNION ALL
           SELECT * FROM memory_entry WHERE tenant_id = ${tenantId} AND agent_id IS NULL) own_and_shared
    ORDER BY pinned DESC, created_at DESC, id DESC LIMIT ${limit}`;

/** Reads the entries from which the context of a turn is made: pinned ones first, then the newest. */
export async function memoryEntriesForTurn(tx: Tx, agentId: string, limit = ENTRIES_FOR_TURN): Promise<MemoryEntry[]> {
  return tx.query<MemoryEntry>('memory-entries-for-turn', entriesForTurn('$1', '$2', '$3'), [
    tx.tenantId,
    agentId,
    limit,
  ]);
}

/** Does the same as `memoryEntriesForTurn`, for the agent of a session. */
export async function memoryEntriesForSession(tx: Tx, sessionId: string): Promise<MemoryEntry[]> {
  const text = entriesForTurn('$1', agentOfSession('$2', '$1'), '$3');
  return tx.query<MemoryEntry>('memory-entries-for-session', text, [tx.tenantId, sessionId, ENTRIES_FOR_TURN]);
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

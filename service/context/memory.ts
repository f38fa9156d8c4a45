import type { z } from 'zod';
import type { Deleted, Page } from '../../contract/fields.ts';
import {
  createMemoryEntrySchema,
  MAX_FACT_CHARACTERS,
  type MemoryEntryResource,
  memoryBlockSchema,
  type memoryBlocksSchema,
  type memoryFilledSchema,
  memoryInitSchema,
  memoryListQuerySchema,
  type memoryMatchesSchema,
  memoryQuerySchema,
  memoryScopeQuerySchema,
  patchMemoryEntrySchema,
} from '../../contract/memory.ts';
import type { Tx } from '../../db/database.ts';
import {
  deleteMemoryEntry,
  listMemoryEntries,
  type MemoryEntry,
  type NewMemoryEntry,
  noteFact,
  memoryBlocks as readBlocks,
  updateMemoryEntry,
} from '../../db/queries/memory-entry.ts';
import { searchMemoryEntries } from '../../db/queries/memory-search.ts';
import { factKey } from '../../domain/fact-key.ts';
import { rankCandidates, searchTerms } from '../../domain/text-search.ts';
import { countTokens } from '../../domain/tokens.ts';
import { newId } from '../../processes/ids.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeIdCursor, pageOf, pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

interface EntryRef {
  readonly entryId: string;
}
interface ListInput {
  readonly query: unknown;
  /** The block whose entries are listed. Absent: all. */
  readonly block?: string | undefined;
}
interface BodyInput {
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Lists every block with its size. With `agent_id`, only what that agent reads counts.
 * @throws ServiceError invalid_cursor
 */
export const memoryBlocks: Verb<{ query: unknown }, z.infer<typeof memoryBlocksSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { agent_id: agentId, ...query } = parseInput(memoryListQuerySchema, input.query);
  const filled = await ctx.db.transaction(ctx.tenantId, (tx) => readBlocks(tx, agentId ?? null));
  const data = memoryBlockSchema.options.map(
    (block) => filled.find((each) => each.block === block) ?? { block, entries: 0, tokens: 0 },
  );
  return pageOfWhole(data, query, ({ block }) => block);
};

/**
 * Lists entries, newest first, of one block or of all.
 * @throws ServiceError invalid_request for an unknown block, invalid_cursor
 */
export const listEntries: Verb<ListInput, Page<MemoryEntryResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor, agent_id: agentId } = parseInput(memoryListQuerySchema, input.query);
  const block = input.block === undefined ? null : parseInput(memoryBlockSchema, input.block);
  const filter = { agentId: agentId ?? null, block, after: decodeIdCursor('mem', cursor), limit: limit + 1 };
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listMemoryEntries(tx, filter));
  return pageOf(rows, limit, entryResource, (row) => row.id);
};

interface NotedFact {
  /** False: the same fact was known. */
  readonly created: boolean;
  readonly entry: MemoryEntryResource;
}

/** Notes a fact for every agent or, with `agent_id`, for one. @throws ServiceError agent_not_found, quota_exceeded */
export const appendEntry: Verb<BodyInput, NotedFact> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(createMemoryEntrySchema, input.body);
  const agentId = agentOf(request, input.query);
  const entry = newEntry(ctx, request, agentId);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await checkAgent(tx, agentId);
    await requireRoom(tx, { memory_entries: 1 });
    const noted = await noteFact(tx, entry);
    await audit(tx, ctx, noted.known ? 'memory.update' : 'memory.create', noted.entry.id, { block: noted.entry.block });
    return { created: !noted.known, entry: entryResource(noted.entry) };
  });
};

/** Changes an entry. @throws ServiceError memory_entry_not_found */
export const changeEntry: Verb<EntryRef & { body: unknown }, MemoryEntryResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const { fact, block, pinned } = parseInput(patchMemoryEntrySchema, input.body);
  const change = {
    fact: fact === undefined ? undefined : { text: fact, tokens: countTokens(fact), key: factKey(fact) },
    block,
    pinned,
  };
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await updateMemoryEntry(tx, input.entryId, change);
    if (row === undefined) throw noEntry(input);
    await audit(tx, ctx, 'memory.update', row.id, { block: row.block });
    return entryResource(row);
  });
};

/** Removes an entry. @throws ServiceError memory_entry_not_found */
export const removeEntry: Verb<EntryRef, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const block = await deleteMemoryEntry(tx, input.entryId);
    if (block === undefined) throw noEntry(input);
    await audit(tx, ctx, 'memory.delete', input.entryId, { block });
    return { id: input.entryId, deleted: true };
  });
};

/** Finds the facts that match a query best. */
export const searchMemory: Verb<BodyInput, z.infer<typeof memoryMatchesSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const request = parseInput(memoryQuerySchema, input.body);
  const agentId = agentOf(request, input.query);
  const { query, limit } = request;
  const terms = searchTerms(query);
  const entries = await ctx.db.transaction(ctx.tenantId, (tx) => searchMemoryEntries(tx, agentId ?? null, terms));
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  const total = entries.length;
  const candidates = entries.map(({ id, hits }) => ({ name: id, nameHits: [], contentHits: hits, total }));
  const data = rankCandidates(candidates, terms.length, limit).flatMap(({ name, score }) => {
    const entry = entryOf.get(name);
    return entry === undefined
      ? []
      : [{ id: entry.id, block: entry.block, fact: entry.fact, pinned: entry.pinned, score }];
  });
  return { data, next_cursor: null };
};

/** Fills the memory from documents. Each paragraph or list item becomes a fact. @throws ServiceError agent_not_found, quota_exceeded */
export const initMemory: Verb<BodyInput, z.infer<typeof memoryFilledSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(memoryInitSchema, input.body);
  const agentId = agentOf(request, input.query);
  const entries = request.documents
    .flatMap(({ content, block = 'general' }) => factsOf(content).map((fact) => ({ fact, block, pinned: false })))
    .slice(0, MAX_FACTS)
    .map((entry) => newEntry(ctx, entry, agentId));
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await checkAgent(tx, agentId);
    await requireRoom(tx, { memory_entries: entries.length });
    const data: MemoryEntryResource[] = [];
    for (const fact of entries) {
      const { entry, known } = await noteFact(tx, fact);
      if (!known) data.push(entryResource(entry));
    }
    await audit(tx, ctx, 'memory.init', agentId ?? 'all agents', { created: data.length });
    return { created: data.length, data };
  });
};

const MAX_FACTS = 500;

function factsOf(document: string): string[] {
  return document
    .split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+\.)\s)/)
    .map((part) => part.replace(/^\s*(?:[-*•]|\d+\.)\s+/, '').trim())
    .filter((part) => part !== '' && !/^#+\s[^\n]*$/.test(part))
    .map((part) => part.slice(0, MAX_FACT_CHARACTERS).toWellFormed());
}

function newEntry(
  ctx: ServiceContext,
  { fact, block, pinned }: Pick<NewMemoryEntry, 'fact' | 'block' | 'pinned'>,
  agentId: string | undefined,
): NewMemoryEntry {
  const id = newId('mem', ctx.nowMs());
  return { id, agentId: agentId ?? null, block, fact, tokens: countTokens(fact), pinned, key: factKey(fact) };
}

/** The agent may be named in the body or in the query. If it is named in both, it must be the same. */
function agentOf(body: { agent_id?: string | null | undefined }, query: unknown): string | undefined {
  const { agent_id: inQuery } = parseInput(memoryScopeQuerySchema, query);
  const inBody = body.agent_id ?? undefined;
  if (inBody !== undefined && inQuery !== undefined && inBody !== inQuery) {
    throw new ServiceError('invalid_request', '"agent_id": is another one in the query.', { param: 'agent_id' });
  }
  return inBody ?? inQuery;
}

async function checkAgent(tx: Tx, agentId: string | undefined): Promise<void> {
  if (agentId !== undefined) await findAgent(tx, agentId);
}

function noEntry(ref: EntryRef): ServiceError {
  return new ServiceError('memory_entry_not_found', `No memory entry "${ref.entryId}".`);
}

function entryResource(entry: MemoryEntry): MemoryEntryResource {
  return {
    id: entry.id,
    agent_id: entry.agentId,
    block: entry.block,
    fact: entry.fact,
    tokens: entry.tokens,
    pinned: entry.pinned,
    created_at: entry.createdAt.toISOString(),
    updated_at: entry.updatedAt.toISOString(),
  };
}

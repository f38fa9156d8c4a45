import type { z } from 'zod';
import type { Deleted, Page } from '../../contract/fields.ts';
import {
  createMemoryEntrySchema,
  type MemoryEntryResource,
  memoryBlockSchema,
  type memoryBlocksSchema,
  memoryListQuerySchema,
  patchMemoryEntrySchema,
} from '../../contract/memory.ts';
import {
  deleteMemoryEntry,
  listMemoryEntries,
  noteFact,
  memoryBlocks as readBlocks,
  updateMemoryEntry,
} from '../../db/queries/memory-entry.ts';
import { factKey } from '../../domain/fact-key.ts';
import { countTokens } from '../../domain/tokens.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeIdCursor, pageOf, pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { agentOf, checkAgent, entryResource, newEntry } from './memory-entry.ts';

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
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const block = await deleteMemoryEntry(tx, input.entryId);
    if (block === undefined) throw noEntry(input);
    await audit(tx, ctx, 'memory.delete', input.entryId, { block });
    return { id: input.entryId, deleted: true };
  });
};

function noEntry(ref: EntryRef): ServiceError {
  return new ServiceError('memory_entry_not_found', `No memory entry "${ref.entryId}".`);
}

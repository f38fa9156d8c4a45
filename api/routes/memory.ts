import { deletedSchema } from '../../contract/fields.ts';
import {
  changeMemorySettingsSchema,
  createMemoryEntrySchema,
  memoryBlocksSchema,
  memoryEntrySchema,
  memoryFilledSchema,
  memoryInitSchema,
  memoryListQuerySchema,
  memoryMatchesSchema,
  memoryPageSchema,
  memoryQuerySchema,
  memoryScopeQuerySchema,
  memorySettingsSchema,
  patchMemoryEntrySchema,
} from '../../contract/memory.ts';
import { appendEntry, changeEntry, listEntries, memoryBlocks, removeEntry } from '../../service/context/memory.ts';
import { initMemory } from '../../service/context/memory-init.ts';
import { meaningOfQuery, searchMemory } from '../../service/context/memory-search.ts';
import { changeMemorySettings, readMemorySettings } from '../../service/context/memory-settings.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Memory';
const entry = (description: string) => ({ description, schema: memoryEntrySchema });

export function memoryRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/memory/blocks',
      operationId: 'memory.blocks',
      tag,
      scope: 'read',
      summary: 'List memory blocks with their sizes',
      query: memoryListQuerySchema,
      responses: { 200: { description: 'A page of blocks.', schema: memoryBlocksSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await memoryBlocks({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/memory/blocks/{block}',
      operationId: 'memory.block',
      tag,
      scope: 'read',
      summary: 'List the entries of a block, newest first',
      query: memoryListQuerySchema,
      responses: { 200: { description: 'A page of entries.', schema: memoryPageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, params, query }) => json(await listEntries({ ctx, input: { query, block: params.block } })),
    }),
    route({
      method: 'get',
      path: '/v1/memory/entries',
      operationId: 'memory.entries',
      tag,
      scope: 'read',
      summary: 'List memory entries, newest first',
      query: memoryListQuerySchema,
      responses: { 200: { description: 'A page of entries.', schema: memoryPageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listEntries({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/memory/entries',
      operationId: 'memory.append',
      tag,
      scope: 'run',
      summary: 'Note a fact for all agents or, with `agent_id` (in the body or the query), for one',
      query: memoryScopeQuerySchema,
      body: createMemoryEntrySchema,
      bodyExamples: { fact: { fact: 'The user writes British English.', block: 'human' } },
      responses: { 200: entry('The same fact was known; it is one entry.'), 201: entry('Noted.') },
      errors: ['agent_not_found'],
      async handle({ ctx, query, body }) {
        const noted = await appendEntry({ ctx, input: { query, body: await body() } });
        return json(noted.entry, noted.created ? 201 : 200);
      },
    }),
    route({
      method: 'put',
      path: '/v1/memory/entries/{entry_id}',
      operationId: 'memory.update',
      tag,
      scope: 'run',
      summary: 'Change a memory entry',
      body: patchMemoryEntrySchema,
      bodyExamples: { pin: { pinned: true } },
      responses: { 200: entry('Changed.') },
      errors: ['memory_entry_not_found'],
      handle: async ({ ctx, params, body }) =>
        json(await changeEntry({ ctx, input: { entryId: params.entry_id, body: await body() } })),
    }),
    route({
      method: 'delete',
      path: '/v1/memory/entries/{entry_id}',
      operationId: 'memory.remove',
      tag,
      scope: 'admin',
      summary: 'Forget a memory entry',
      responses: { 200: { description: 'Forgotten.', schema: deletedSchema } },
      errors: ['memory_entry_not_found'],
      handle: async ({ ctx, params }) => json(await removeEntry({ ctx, input: { entryId: params.entry_id } })),
    }),
    route({
      method: 'get',
      path: '/v1/memory/settings',
      operationId: 'memory.getSettings',
      tag,
      scope: 'read',
      summary: 'Read in which language facts and documents are searched',
      responses: { 200: { description: 'The settings.', schema: memorySettingsSchema } },
      handle: async ({ ctx }) => json(await readMemorySettings({ ctx, input: {} })),
    }),
    route({
      method: 'put',
      path: '/v1/memory/settings',
      operationId: 'memory.updateSettings',
      tag,
      scope: 'admin',
      summary: 'Change the language of searches, or who may note rules for agents',
      body: changeMemorySettingsSchema,
      bodyExamples: { language: { language: 'english' }, models: { system_block: 'models' } },
      responses: { 200: { description: 'The settings.', schema: memorySettingsSchema } },
      handle: async ({ ctx, body }) => json(await changeMemorySettings({ ctx, input: { body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/memory/query',
      operationId: 'memory.query',
      tag,
      scope: 'read',
      summary: 'Search the memory',
      query: memoryScopeQuerySchema,
      body: memoryQuerySchema,
      bodyExamples: { query: { query: 'spelling' } },
      responses: { 200: { description: 'Best first.', schema: memoryMatchesSchema } },
      prepare: ({ ctx, body }) => meaningOfQuery(ctx, body),
      handle: async ({ ctx, query, body }) => json(await searchMemory({ ctx, input: { query, body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/memory/init',
      operationId: 'memory.init',
      tag,
      scope: 'run',
      summary: 'Fill the memory from documents',
      query: memoryScopeQuerySchema,
      body: memoryInitSchema,
      bodyExamples: { notes: { documents: [{ content: '- The release is in May.\n- The client is in Oslo.' }] } },
      responses: { 201: { description: 'The new entries.', schema: memoryFilledSchema } },
      errors: ['agent_not_found'],
      handle: async ({ ctx, query, body }) =>
        json(await initMemory({ ctx, input: { query, body: await body() } }), 201),
    }),
  ];
}

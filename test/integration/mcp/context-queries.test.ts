import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContextKind } from '../../../contract/context.ts';
import type { Tx } from '../../../db/database.ts';
import {
  contextDocumentsForTurn,
  deleteContextDocument,
  getContextDocument,
  listContextDocuments,
  putContextDocument,
} from '../../../db/queries/context-document.ts';
import {
  deleteMemoryEntry,
  insertMemoryEntry,
  listMemoryEntries,
  memoryBlocks,
  memoryEntriesForTurn,
  type NewMemoryEntry,
  updateMemoryEntry,
} from '../../../db/queries/memory-entry.ts';
import { newTestId } from '../../fixtures/mcp/connections.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

let postgres: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  postgres = await startTestDatabase();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  tenantId = newTestId('ten');
  await postgres.database.serviceTransaction(async (tx) => {
    await tx.query('test-tenant', `INSERT INTO tenant (id, name) VALUES ($1, 'test')`, [tenantId]);
    await tx.query('test-agent', `INSERT INTO agent (tenant_id, agent_id, display_name) VALUES ($1, 'a1', 'A')`, [
      tenantId,
    ]);
  });
});

const run = <T>(work: (tx: Tx) => Promise<T>, tenant = tenantId) => postgres.service.transaction(tenant, work);
const put = (kind: ContextKind, name: string, content = name) =>
  run((tx) => putContextDocument(tx, { agentId: 'a1', kind, name, content, tokens: 3 }));
const entry = (fact: string, rest: Partial<NewMemoryEntry> = {}): NewMemoryEntry => ({
  id: newTestId('mem'),
  agentId: 'a1',
  block: 'general',
  fact,
  tokens: 2,
  pinned: false,
  ...rest,
});

describe('context documents', () => {
  test('are put, read, listed and deleted by kind and name', async () => {
    expect(await put('soul', 'SOUL.md', 'I am.')).toBe(1);
    expect(await put('soul', 'SOUL.md', 'I was.')).toBe(2);
    await put('skill', 'SOUL.md');
    expect(await run((tx) => getContextDocument(tx, 'a1', 'soul', 'SOUL.md'))).toMatchObject({
      content: 'I was.',
      version: 2,
    });
    expect(await run((tx) => listContextDocuments(tx, 'a1', null, 10))).toMatchObject([
      { kind: 'skill' },
      { kind: 'soul', bytes: 6 },
    ]);
    expect(await run((tx) => listContextDocuments(tx, 'a1', 'soul', 10))).toHaveLength(1);
    expect(await run((tx) => deleteContextDocument(tx, 'a1', 'soul', 'SOUL.md'))).toBe(true);
    expect(await run((tx) => deleteContextDocument(tx, 'a1', 'soul', 'SOUL.md'))).toBe(false);
  });

  test('of an agent that is not there cannot be put', async () => {
    const document = { agentId: 'nobody', kind: 'soul', name: 'x', content: '', tokens: 0 } as const;
    await expect(run((tx) => putContextDocument(tx, document))).rejects.toMatchObject({ code: '23503' });
  });

  test('are read for a turn in a stable order, workspace files newest first, with at most as much text as a budget holds', async () => {
    await put('skill', 'b');
    await put('skill', 'a');
    await put('soul', 'SOUL.md', 'x'.repeat(20_000));
    await put('workspace', 'old');
    await put('workspace', 'new');
    await put('skill', 'a');
    const documents = await run((tx) => contextDocumentsForTurn(tx, 'a1'));
    expect(documents.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'skill a',
      'skill b',
      'soul SOUL.md',
      'workspace new',
      'workspace old',
    ]);
    expect(documents[2]).toMatchObject({ bytes: 20_000, tokens: 3, content: 'x'.repeat(8_192) });
  });

  test('are read for a turn without their text after the first 24 of a kind', async () => {
    for (let index = 0; index < 30; index++) await put('reference', `r${String(index).padStart(2, '0')}`);
    const documents = await run((tx) => contextDocumentsForTurn(tx, 'a1'));
    expect(documents).toHaveLength(30);
    expect(documents.filter(({ content }) => content === null).map(({ name }) => name)).toEqual([
      'r24',
      'r25',
      'r26',
      'r27',
      'r28',
      'r29',
    ]);
  });

  test('of another tenant are not there (I8)', async () => {
    await put('soul', 'SOUL.md');
    expect(await run((tx) => getContextDocument(tx, 'a1', 'soul', 'SOUL.md'), newTestId('ten'))).toBeUndefined();
    expect(await run((tx) => contextDocumentsForTurn(tx, 'a1'), newTestId('ten'))).toEqual([]);
  });
});

describe('memory entries', () => {
  test('are inserted, changed in part and deleted', async () => {
    const { id } = await run((tx) => insertMemoryEntry(tx, entry('old fact')));
    const changed = await run((tx) => updateMemoryEntry(tx, id, { pinned: true }));
    expect(changed).toMatchObject({ fact: 'old fact', pinned: true, block: 'general', tokens: 2 });
    await run((tx) => updateMemoryEntry(tx, id, { fact: { text: 'new fact', tokens: 5 }, block: 'human' }));
    const stored = (tenantId?: string) =>
      run((tx) => listMemoryEntries(tx, { agentId: null, block: null, after: null, limit: 100 }), tenantId).then(
        (entries) => entries.find((one) => one.id === id),
      );
    expect(await stored()).toMatchObject({
      fact: 'new fact',
      tokens: 5,
      block: 'human',
      pinned: true,
    });
    expect(await stored(newTestId('ten'))).toBeUndefined();
    expect(await run((tx) => deleteMemoryEntry(tx, id), newTestId('ten'))).toBe(false);
    expect(await run((tx) => deleteMemoryEntry(tx, id))).toBe(true);
  });

  test('are listed newest first, page by page, for one agent with the shared ones', async () => {
    for (const [index, agentId] of ['a1', null, 'a2', 'a1'].entries()) {
      await run((tx) => insertMemoryEntry(tx, entry(`fact ${index}`, { id: `mem_${tenantId}_${index}`, agentId })));
    }
    const list = (agentId: string | null, after: string | null = null, limit = 10) =>
      run((tx) => listMemoryEntries(tx, { agentId, block: null, after, limit }));
    expect((await list('a1')).map(({ fact }) => fact)).toEqual(['fact 3', 'fact 1', 'fact 0']);
    expect(await list(null)).toHaveLength(4);
    const [first] = await list('a1', null, 1);
    expect((await list('a1', first?.id ?? null, 1)).map(({ fact }) => fact)).toEqual(['fact 1']);
    expect(await run((tx) => memoryBlocks(tx, 'a1'))).toEqual([{ block: 'general', entries: 3, tokens: 6 }]);
  });

  test('are read for a turn with pinned ones first, then the newest', async () => {
    await run((tx) => insertMemoryEntry(tx, entry('pinned', { pinned: true })));
    await run((tx) => insertMemoryEntry(tx, entry('older')));
    await run((tx) => insertMemoryEntry(tx, entry('newer')));
    const entries = await run((tx) => memoryEntriesForTurn(tx, 'a1', 2));
    expect(entries.map(({ fact }) => fact)).toEqual(['pinned', 'newer']);
  });
});

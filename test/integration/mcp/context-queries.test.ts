import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContextKind } from '../../../contract/context.ts';
import { searchLanguageSchema } from '../../../contract/memory.ts';
import type { Tx } from '../../../db/database.ts';
import {
  deleteContextDocument,
  getContextDocument,
  getEarlierVersion,
  listContextDocuments,
  listEarlierVersions,
  putContextDocument,
} from '../../../db/queries/context-document.ts';
import { EVERYTHING, readContextSources } from '../../../db/queries/context-sources.ts';
import {
  deleteMemoryEntry,
  listMemoryEntries,
  memoryBlocks,
  type NewMemoryEntry,
  noteFact,
  updateMemoryEntry,
} from '../../../db/queries/memory-entry.ts';
import { searchMemoryEntries } from '../../../db/queries/memory-search.ts';
import { changeSearchLanguage, readSearchLanguage } from '../../../db/queries/search-language.ts';
import { conversationOf } from '../../../domain/conversation.ts';
import { factKey } from '../../../domain/fact-key.ts';
import { searchTerms } from '../../../domain/text-search.ts';
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
const put = (kind: ContextKind, name: string, content = name, tokens = 3) =>
  run((tx) => putContextDocument(tx, { agentId: 'a1', kind, name, content, tokens }));
const sources = (said: { message?: string; answer?: string } = {}, tenant?: string) =>
  run((tx) => {
    const about = conversationOf([said.message ?? ''], said.answer ?? '');
    return readContextSources(tx, { agentId: 'a1', sessionId: null, about, extent: EVERYTHING });
  }, tenant);
const entry = (fact: string, rest: Partial<NewMemoryEntry> = {}): NewMemoryEntry => ({
  id: newTestId('mem'),
  agentId: 'a1',
  block: 'general',
  fact,
  tokens: 2,
  pinned: false,
  key: factKey(fact),
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

  test('[context:documents:earlier-versions] keep the ten versions before the present one, and none after they are deleted', async () => {
    for (let nth = 1; nth <= 13; nth++) await put('soul', 'SOUL.md', `I am ${nth}.`);
    const earlier = () => run((tx) => listEarlierVersions(tx, 'a1', 'soul', 'SOUL.md'));
    expect((await earlier()).map(({ version }) => version)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    const read = (version: number, tenant?: string) =>
      run((tx) => getEarlierVersion(tx, 'a1', 'soul', 'SOUL.md', version), tenant);
    expect((await read(3))?.content).toBe('I am 3.');
    expect([await read(2), await read(3, newTestId('ten'))]).toEqual([undefined, undefined]);
    await run((tx) => deleteContextDocument(tx, 'a1', 'soul', 'SOUL.md'));
    expect(await earlier()).toEqual([]);
  });

  test('of an agent that is not there cannot be put', async () => {
    const document = { agentId: 'nobody', kind: 'soul', name: 'x', content: '', tokens: 0 } as const;
    await expect(run((tx) => putContextDocument(tx, document))).rejects.toMatchObject({ code: '23503' });
  });

  test('are read for a turn by name, learned patterns and workspace files newest first', async () => {
    for (const name of ['b', 'learned/old', 'a', 'learned/new']) await put('skill', name);
    await put('soul', 'SOUL.md');
    await put('workspace', 'old');
    await put('workspace', 'new');
    const { soul, skills, learned, workspace } = await sources();
    const names = (documents: readonly { name: string }[]) => documents.map(({ name }) => name);
    expect([soul, skills, learned, workspace].map(names)).toEqual([
      ['SOUL.md'],
      ['a', 'b'],
      ['learned/new', 'learned/old'],
      ['new', 'old'],
    ]);
  });

  test('[context:soul:never-below-its-budget] are read whole if they have few tokens, however long they are', async () => {
    await put('soul', 'SOUL.md', ' '.repeat(20_000), 800);
    await put('workspace', 'long', 'x'.repeat(20_000), 20_000);
    const { soul, workspace } = await sources();
    expect([soul[0]?.content?.length, workspace[0]?.content?.length]).toEqual([20_000, 16_384]);
  });

  test('[context:workspace:named-and-touched-first] of the workspace come first as the latest message names them, in whichever way', async () => {
    for (const name of ['notes/hives.md', 'a.md', 'data.md', 'my notes.md', 'Übersicht.md', 'newest.md']) {
      await put('workspace', name);
    }
    const named = async (message: string) =>
      (await sources({ message })).workspace.filter(({ why }) => why === 'named').map(({ name }) => name);
    expect(await named('What does notes/hives.md say?')).toEqual(['notes/hives.md']);
    expect(await named('Read `./notes/HIVES.md`.')).toEqual(['notes/hives.md']);
    expect(await named('Compare hives.md, "a.md"')).toEqual(['a.md', 'notes/hives.md']);
    expect(await named('and my notes.md?')).toEqual(['my notes.md']);
    expect(await named('Siehe übersicht.md!')).toEqual(['Übersicht.md']);
    expect(await named('The data and the notes')).toEqual([]);
  });

  test('[context:reference:relevant-passage] of REFERENCE come first as the conversation concerns them, then by name', async () => {
    await put('reference', 'a', 'Nothing of interest.');
    await put('reference', 'swarms', 'How to catch swarming bees.');
    await put('reference', 'zebra-colours', 'Black and white.');
    const ranked = async (message: string, answer = '') =>
      (await sources({ message, answer })).references.bodies.map(({ name, why }) => `${name} ${why}`);
    expect(await ranked('A bee swarms!')).toEqual(['swarms relevant', 'a by_name', 'zebra-colours by_name']);
    expect(await ranked('zebra')).toEqual(['zebra-colours relevant', 'a by_name', 'swarms by_name']);
    expect(await ranked('And then?', 'The swarm is in the box.')).toEqual([
      'swarms relevant',
      'a by_name',
      'zebra-colours by_name',
    ]);
    await put('reference', 'swarms', 'Something else.');
    expect(await ranked('bees')).toEqual(['a by_name', 'swarms by_name', 'zebra-colours by_name']);
    await run((tx) => deleteContextDocument(tx, 'a1', 'reference', 'zebra-colours'));
    expect(await ranked('zebra')).toEqual(['a by_name', 'swarms by_name']);
  });

  test('of another tenant are not there (I8)', async () => {
    await put('soul', 'SOUL.md');
    expect(await run((tx) => getContextDocument(tx, 'a1', 'soul', 'SOUL.md'), newTestId('ten'))).toBeUndefined();
    expect((await sources({ message: 'soul' }, newTestId('ten'))).soul).toEqual([]);
  });
});

describe('memory entries', () => {
  const add = (fact: string, rest?: Partial<NewMemoryEntry>) =>
    run(async (tx) => (await noteFact(tx, entry(fact, rest))).entry);

  test('[context:memory:repeats-are-one-fact] that repeat a fact are the entry that is there, pinned or moved if that makes them stronger', async () => {
    const first = await add('The user likes tea.');
    const again = await add('the user LIKES tea', { pinned: true, block: 'human' });
    const weaker = await add('The user likes tea!', { block: 'general' });
    expect([again.id, weaker.id]).toEqual([first.id, first.id]);
    expect(weaker).toMatchObject({ fact: 'The user likes tea.', pinned: true, block: 'human' });
    expect((await add('The user likes tea.', { agentId: null })).id).not.toBe(first.id);
    expect((await add('The user likes tea.', { agentId: 'a2' })).id).not.toBe(first.id);
    await run((tx) => updateMemoryEntry(tx, first.id, { fact: { text: 'No tea.', tokens: 2, key: 'no tea' } }));
    expect((await add('The user likes tea.')).id).not.toBe(first.id);
    expect((await add('no tea')).id).toBe(first.id);
  });

  test('are inserted, changed in part and deleted', async () => {
    const { id } = await add('old fact');
    const changed = await run((tx) => updateMemoryEntry(tx, id, { pinned: true }));
    expect(changed).toMatchObject({ fact: 'old fact', pinned: true, block: 'general', tokens: 2 });
    await run((tx) =>
      updateMemoryEntry(tx, id, { fact: { text: 'new fact', tokens: 5, key: 'new fact' }, block: 'human' }),
    );
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
    expect(await run((tx) => deleteMemoryEntry(tx, id), newTestId('ten'))).toBeUndefined();
    expect(await run((tx) => deleteMemoryEntry(tx, id))).toBe('human');
  });

  test('are listed newest first, page by page, for one agent with the shared ones', async () => {
    for (const [index, agentId] of ['a1', null, 'a2', 'a1'].entries()) {
      await add(`fact ${index}`, { id: `mem_${tenantId}_${index}`, agentId });
    }
    const list = (agentId: string | null, after: string | null = null, limit = 10) =>
      run((tx) => listMemoryEntries(tx, { agentId, block: null, after, limit }));
    expect((await list('a1')).map(({ fact }) => fact)).toEqual(['fact 3', 'fact 1', 'fact 0']);
    expect(await list(null)).toHaveLength(4);
    const [first] = await list('a1', null, 1);
    expect((await list('a1', first?.id ?? null, 1)).map(({ fact }) => fact)).toEqual(['fact 1']);
    expect(await run((tx) => memoryBlocks(tx, 'a1'))).toEqual([{ block: 'general', entries: 3, tokens: 6 }]);
  });

  const matching = async (message: string, tenant?: string) =>
    (await sources({ message }, tenant)).memory.entries
      .filter(({ score }) => score !== null)
      .toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))
      .map(({ fact }) => fact);

  test('[context:memory:found-however-large] are found by the words of the conversation, in each form of them, the rarest first', async () => {
    await add('The hives stand in Graz.');
    await add('The user keeps bees.');
    await add('The user likes tea.', { agentId: null });
    await add('Bees of another agent.', { agentId: 'a2' });
    await add('会議は東京で開かれます。');
    expect(await matching('Where does the user keep a hive?')).toEqual([
      'The user keeps bees.',
      'The hives stand in Graz.',
      'The user likes tea.',
    ]);
    expect(await matching('tea')).toEqual(['The user likes tea.']);
    expect(await matching('東京')).toEqual(['会議は東京で開かれます。']);
    expect(await matching('the of and')).toEqual([]);
    expect(await matching('tea', newTestId('ten'))).toEqual([]);
  });

  test('[context:memory:found-however-large] are found by their words after a change, and not after they are forgotten', async () => {
    const { id } = await add('old wisdom');
    await run((tx) => updateMemoryEntry(tx, id, { fact: { text: 'new knowledge', tokens: 2, key: 'new knowledge' } }));
    expect([await matching('wisdom'), await matching('knowledge')]).toEqual([[], ['new knowledge']]);
    await run((tx) => deleteMemoryEntry(tx, id));
    expect(await matching('knowledge')).toEqual([]);
  });

  test('[context:memory:found-however-large] one that a session noted years ago is found among thousands by an index', async () => {
    await postgres.database.serviceTransaction((tx) =>
      tx.query(
        'many-facts',
        `INSERT INTO memory_entry (id, tenant_id, agent_id, fact, tokens)
         SELECT 'mem_' || $1 || lpad(n::text, 6, '0'), $1, 'a1',
                CASE n WHEN 17 THEN 'The zeppelin is moored.' ELSE 'Note ' || n || ' of the project' END, 5
           FROM generate_series(1, 3000) n`,
        [tenantId],
      ),
    );
    const { memory } = await sources({ message: 'Which note of the project says where the zeppelin is?' });
    const best = memory.entries.toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))[0];
    expect(best?.fact).toBe('The zeppelin is moored.');
    expect(memory.unread).toBeGreaterThan(900);
    const plan = await run(async (tx) => {
      await tx.query('no-sequences', `SELECT set_config('enable_seqscan', 'off', true)`);
      return tx.query<{ 'QUERY PLAN': string }>(
        'explain',
        `EXPLAIN SELECT entry_id FROM memory_word
          WHERE tenant_id = '${tenantId}' AND agent_id = 'a1' AND word = 'zeppelin' ORDER BY entry_id DESC LIMIT 300`,
      );
    });
    // Row-level security would keep the word out of the condition if comparing it could leak a row.
    expect(JSON.stringify(plan)).toMatch(/Index Cond: .*word = 'zeppelin'/);
  });

  test('[context:memory:searched-in-its-language] are found in the forms of the language that the tenant has chosen, also those that were there before', async () => {
    await add('Die Häuser stehen in Graz.');
    await put('reference', 'bau', 'Vom Bau der Häuser.');
    const found = async () => [
      await matching('Welches Haus?'),
      (await sources({ message: 'Welches Hauses?' })).references.bodies[0]?.why,
    ];
    expect(await found()).toEqual([[], 'by_name']);
    await run((tx) => changeSearchLanguage(tx, 'german'));
    expect(await run(readSearchLanguage)).toBe('german');
    expect(await found()).toEqual([['Die Häuser stehen in Graz.'], 'relevant']);
    await add('Ein Haus in Wien.');
    expect(await matching('Häuser')).toHaveLength(2);
  });

  test.each(searchLanguageSchema.options)(
    'can be searched in every language that the contract names: %s',
    async (language) => {
      await add('Hive 3 swarmed.');
      await run((tx) => changeSearchLanguage(tx, language));
      expect(await matching('3')).toEqual(['Hive 3 swarmed.']);
    },
  );

  test('are searched by the beginnings and forms of words, in all agents or in one', async () => {
    await add('Two companies in Graz.');
    await add('A company of another agent.', { agentId: 'a2' });
    const search = (agentId: string | null, query: string) =>
      run((tx) => searchMemoryEntries(tx, agentId, searchTerms(query))).then((found) => found.map(({ fact }) => fact));
    expect(await search('a1', 'company')).toEqual(['Two companies in Graz.']);
    expect(await search('a1', 'comp')).toEqual(['Two companies in Graz.']);
    expect((await search(null, 'company')).length).toBe(2);
    expect(await search('a1', 'pan')).toEqual([]);
  });
});

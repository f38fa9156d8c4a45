import { z } from 'zod';
import { factSchema, memoryBlockSchema } from '../../contract/memory.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { noteFact } from '../../db/queries/memory-entry.ts';
import { searchMemoryEntries } from '../../db/queries/memory-search.ts';
import { closeFacts } from '../../db/queries/query-vector.ts';
import { readSystemBlock } from '../../db/queries/system-block.ts';
import { noteReading } from '../../db/queries/taint.ts';
import { limitInTheWay } from '../../db/tenant-room.ts';
import { factKey } from '../../domain/fact-key.ts';
import { askedInSession } from '../../domain/meaning.ts';
import { memoryMatches } from '../../domain/memory-matches.ts';
import { limitSentence } from '../../domain/tenant-limits.ts';
import { searchTerms } from '../../domain/text-search.ts';
import { countTokens } from '../../domain/tokens.ts';
import { newId } from '../../processes/ids.ts';
import { type BundledTool, bundledTool, mistake, textResult } from './bundled-tool.ts';
import { NO_WORD, searchInputSchema } from './search-input.ts';

/** A rule is read before everything else at every turn, so a text from outside must not become one by way of a model. */
const RULES_ARE_OF_PEOPLE =
  'Nothing was noted. Only people may write to the block system, which has the rules of how you work. Note it in the block general, or ask the user to add it to the block system.';

const append = bundledTool({
  name: 'append',
  description: 'Remembers a fact. You read your memory again at every turn, in later sessions too.',
  inputSchema: z.strictObject({
    fact: factSchema.describe('One fact in a sentence or two.'),
    block: memoryBlockSchema
      .default('general')
      .describe('What it is about: human (the people you work for), project, system (how you work), general.'),
    pinned: z.boolean().default(false).describe('True for what must never be forgotten.'),
  }),
  effect: 'write',
  async run(tx, { agentId }, { fact, block, pinned }) {
    if (fact.includes('\0'))
      return mistake('Nothing was noted. The fact has a NUL character in it, but a fact is text.');
    if (block === 'system' && (await readSystemBlock(tx)) === 'people') return mistake(RULES_ARE_OF_PEOPLE);
    const reached = await limitInTheWay(tx, { memory_entries: 1 });
    if (reached !== undefined) return mistake(`Nothing was noted. ${limitSentence(reached)} Tell the user about it.`);
    const tokens = countTokens(fact);
    const noted = { id: newId('mem'), agentId, block, fact, tokens, pinned, key: factKey(fact) };
    const { entry, known } = await noteFact(tx, noted);
    const kept = entry.pinned ? `${entry.block}, pinned` : entry.block;
    const text = known
      ? `You know this fact already (${kept}), as ${entry.id}.`
      : `Noted in memory (${kept}) as ${entry.id}.`;
    return textResult(text, { id: entry.id, block: entry.block, pinned: entry.pinned, tokens: entry.tokens });
  },
});

const search = bundledTool({
  name: 'search',
  description: 'Searches what you remember. Best match first.',
  inputSchema: searchInputSchema,
  effect: 'read',
  async run(tx, { agentId, sessionId, searchesByMeaning }, { query, limit }) {
    const terms = searchTerms(query);
    const asked = searchesByMeaning ? askedInSession(sessionId, query) : undefined;
    if (terms.length === 0 && asked === undefined) return mistake(NO_WORD);
    const found = await inOneMessage({
      byWords: searchMemoryEntries(tx, agentId, terms),
      byMeaning: asked === undefined ? [] : closeFacts(tx, agentId, asked, limit),
    });
    const results = memoryMatches(found, terms.length, limit).map(({ entry, score, foundBy }) => {
      const { id, fact, block, pinned } = entry;
      return { name: id, snippet: fact, score, block, pinned, found_by: foundBy };
    });
    noteReading(tx, { agentId, sessionId }, { memoryIds: results.map(({ name }) => name) });
    const lines = results.map(({ name, snippet, block }) => `${name} (${block}): ${snippet}`);
    return textResult(lines.join('\n') || `Nothing in memory matches "${query}".`, { results });
  },
});

/** The memory of an agent: it notes entries of its own, and also finds those that all agents of the tenant share. */
export const memoryTools: readonly BundledTool[] = [append, search];

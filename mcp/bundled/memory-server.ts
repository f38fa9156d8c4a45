import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Database } from '../../db/database.ts';
import { insertMemoryEntry, matchMemoryEntries } from '../../db/queries/memory-entry.ts';
import { rankCandidates, searchPatterns } from '../../domain/text-search.ts';
import { countTokens } from '../../domain/tokens.ts';
import { memoryTools } from './bundled-tools.ts';
import { commitOnce } from './commit-once.ts';
import { mistake, textResult, toolHandler } from './tool-handler.ts';

/** What the agent of a call remembers: its own entries, and to read also those all agents of the tenant share. */
export function createMemoryServer(own: Database, newMemoryId: () => string): McpServer {
  const server = new McpServer({ name: 'memory', version: '1.0.0' });

  server.registerTool(
    'append',
    memoryTools.append,
    toolHandler(own, async ({ fact, block, pinned }, call) => {
      if (fact.includes('\0')) return mistake('Nothing was noted. The fact holds a NUL character; facts are text.');
      const tokens = countTokens(fact);
      const { agentId } = call.scope;
      return commitOnce(call, async (tx) => {
        const { id } = await insertMemoryEntry(tx, { id: newMemoryId(), agentId, block, fact, tokens, pinned });
        const kept = pinned ? `${block}, pinned` : block;
        return textResult(`Noted in memory (${kept}) as ${id}.`, { id, block, pinned, tokens });
      });
    }),
  );

  server.registerTool(
    'search',
    memoryTools.search,
    toolHandler(own, async ({ query, limit }, { scope, database }) => {
      const patterns = searchPatterns(query);
      if (patterns.length === 0) return mistake('The query holds no word. Give at least one of letters or digits.');
      const entries = await database.transaction(scope.tenantId, (tx) =>
        matchMemoryEntries(tx, scope.agentId, patterns),
      );
      const candidates = entries.map(({ id, hits, total }) => ({ name: id, nameHits: [], contentHits: hits, total }));
      const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
      const results = rankCandidates(candidates, patterns.length, limit).map(({ name, score }) => {
        const entry = entryOf.get(name);
        return { name, snippet: entry?.fact ?? '', score, block: entry?.block, pinned: entry?.pinned };
      });
      const lines = results.map(({ name, snippet, block }) => `${name} (${block}): ${snippet}`);
      return textResult(lines.join('\n') || `Nothing in memory matches "${query}".`, { results });
    }),
  );

  return server;
}

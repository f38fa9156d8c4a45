import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Database, Tx } from '../../db/database.ts';
import {
  contextDocumentExcerpts,
  getContextDocument,
  listContextDocuments,
  matchContextDocuments,
  putContextDocument,
} from '../../db/queries/context-document.ts';
import { closestNames, fileNameProblem } from '../../domain/file-name.ts';
import { rankCandidates, searchPatterns } from '../../domain/text-search.ts';
import { countTokens } from '../../domain/tokens.ts';
import { characterBoundary } from '../result-cap.ts';
import { MAX_FILE_BYTES, workspaceTools } from './bundled-tools.ts';
import { commitOnce } from './commit-once.ts';
import { mistake, textResult, toolHandler } from './tool-handler.ts';

const MAX_LISTED = 200;
const MAX_COMPARED = 1_000;

/** Files of the agent of a call: its context documents of kind `workspace`. */
export function createWorkspaceServer(own: Database): McpServer {
  const server = new McpServer({ name: 'workspace', version: '1.0.0' });

  server.registerTool(
    'list',
    workspaceTools.list,
    toolHandler(own, (_args, { scope, database }) =>
      database.transaction(scope.tenantId, async (tx) => {
        const files = await listContextDocuments(tx, scope.agentId, 'workspace', MAX_LISTED + 1);
        const shown = files.slice(0, MAX_LISTED);
        const lines = shown.map((file) => `${file.name} (${file.bytes} bytes, version ${file.version})`);
        if (files.length > shown.length) lines.push(`… and more: the first ${MAX_LISTED} are listed; use search.`);
        const results = shown.map(({ name, bytes, tokens, version }) => ({ name, bytes, tokens, version }));
        return textResult(lines.join('\n') || 'The workspace holds no file yet; write makes one.', { results });
      }),
    ),
  );

  server.registerTool(
    'search',
    workspaceTools.search,
    toolHandler(own, ({ query, limit }, { scope, database }) =>
      database.transaction(scope.tenantId, (tx) => search(tx, scope.agentId, query, limit)),
    ),
  );

  server.registerTool(
    'read',
    workspaceTools.read,
    toolHandler(own, ({ name, offset }, { scope, database }) =>
      database.transaction(scope.tenantId, async (tx) => {
        const file = await getContextDocument(tx, scope.agentId, 'workspace', name);
        if (file === undefined) return notFound(tx, scope.agentId, name);
        if (offset === 0) return textResult(file.content);
        const encoded = Buffer.from(file.content, 'utf8');
        if (offset >= encoded.length) return mistake(`The file has ${encoded.length} bytes; begin before its end.`);
        return textResult(encoded.toString('utf8', characterBoundary(encoded, offset)));
      }),
    ),
  );

  server.registerTool(
    'write',
    workspaceTools.write,
    toolHandler(own, async ({ name, content }, call) => {
      const problem = fileNameProblem(name) ?? contentProblem(content);
      if (problem !== undefined) return mistake(`Nothing was written. ${problem}`);
      const tokens = countTokens(content);
      const { agentId } = call.scope;
      return commitOnce(call, async (tx) => {
        const version = await putContextDocument(tx, { agentId, kind: 'workspace', name, content, tokens });
        const bytes = Buffer.byteLength(content);
        return textResult(`Wrote ${name}: ${bytes} bytes, version ${version}.`, { name, bytes, tokens, version });
      });
    }),
  );

  return server;
}

async function search(tx: Tx, agentId: string, query: string, limit: number): Promise<CallToolResult> {
  const patterns = searchPatterns(query);
  if (patterns.length === 0) return mistake('The query holds no word. Give at least one of letters or digits.');
  const candidates = await matchContextDocuments(tx, agentId, 'workspace', patterns);
  const matches = rankCandidates(candidates, patterns.length, limit);
  if (matches.length === 0) {
    return textResult(`No file matches "${query}". Try fewer or other words, or list all files.`, { results: [] });
  }
  const requests = matches.map(({ name, bestPattern }) => ({ name, pattern: patterns[bestPattern ?? 0] ?? '' }));
  const excerpts = await contextDocumentExcerpts(tx, agentId, 'workspace', requests);
  const excerptOf = new Map(excerpts.map(({ name, excerpt }) => [name, excerpt]));
  const results = matches.map(({ name, score }) => ({ name, snippet: oneLine(excerptOf.get(name) ?? ''), score }));
  const lines = results.map(({ name, snippet, score }) => `${name} (score ${score})\n  ${snippet}`);
  return textResult(lines.join('\n'), { results });
}

async function notFound(tx: Tx, agentId: string, name: string): Promise<CallToolResult> {
  const files = await listContextDocuments(tx, agentId, 'workspace', MAX_COMPARED);
  if (files.length === 0) return mistake(`There is no file "${name}": the workspace is empty.`);
  const closest = closestNames(
    name,
    files.map((file) => file.name),
  );
  const advice = closest.length === 0 ? 'list shows all names.' : `Did you mean ${closest.join(' or ')}?`;
  return mistake(`There is no file "${name}". ${advice}`);
}

function contentProblem(content: string): string | undefined {
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_FILE_BYTES) return `The content has ${bytes} bytes; a file holds ${MAX_FILE_BYTES} at most.`;
  return content.includes('\0') ? 'The content holds a NUL character; files are text.' : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

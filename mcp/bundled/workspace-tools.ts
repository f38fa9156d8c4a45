import type { CallToolResult } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { MAX_DOCUMENT_BYTES } from '../../contract/context.ts';
import type { Tx } from '../../db/database.ts';
import {
  contextDocumentExcerpts,
  getContextDocument,
  hasContextDocument,
  listContextDocuments,
  matchContextDocuments,
  putContextDocument,
} from '../../db/queries/context-document.ts';
import { noteReading } from '../../db/queries/taint.ts';
import { limitInTheWay } from '../../db/tenant-room.ts';
import { closestNames, fileNameProblem, MAX_FILE_NAME_CHARACTERS } from '../../domain/file-name.ts';
import { limitSentence } from '../../domain/tenant-limits.ts';
import { rankCandidates, searchPatterns } from '../../domain/text-search.ts';
import { countTokens } from '../../domain/tokens.ts';
import { characterBoundary } from '../../domain/utf8-page.ts';
import { type BundledTool, bundledTool, mistake, textResult } from './bundled-tool.ts';
import { NO_WORD, searchInputSchema } from './search-input.ts';

const MAX_LISTED = 200;
const MAX_COMPARED = 1_000;
const MAX_FILE_KIB = MAX_DOCUMENT_BYTES / 1_024;

const nameSchema = z
  .string()
  .min(1)
  .max(MAX_FILE_NAME_CHARACTERS)
  .describe('Name of the file, such as notes/summary.md.');

const list = bundledTool({
  name: 'list',
  description: 'Lists the files of your workspace with their size.',
  inputSchema: z.strictObject({}),
  effect: 'read',
  async run(tx, { agentId, sessionId }) {
    const files = await listContextDocuments(tx, agentId, 'workspace', MAX_LISTED + 1);
    const shown = files.slice(0, MAX_LISTED);
    noteReading(tx, { agentId, sessionId }, { documents: shown.map(({ kind, name }) => ({ kind, name })) });
    const lines = shown.map((file) => `${file.name} (${file.bytes} bytes, version ${file.version})`);
    if (files.length > shown.length)
      lines.push(`… and more. Only the first ${MAX_LISTED} are listed; use search to find others.`);
    const results = shown.map(({ name, bytes, tokens, version }) => ({ name, bytes, tokens, version }));
    return textResult(lines.join('\n') || 'The workspace has no file yet. Use write to make one.', { results });
  },
});

const search = bundledTool({
  name: 'search',
  description: 'Searches names and contents of the files of your workspace. Best match first, with an excerpt.',
  inputSchema: searchInputSchema,
  effect: 'read',
  async run(tx, { agentId, sessionId }, { query, limit }) {
    const patterns = searchPatterns(query);
    if (patterns.length === 0) return mistake(NO_WORD);
    const candidates = await matchContextDocuments(tx, agentId, 'workspace', patterns);
    const matches = rankCandidates(candidates, patterns.length, limit);
    if (matches.length === 0) {
      return textResult(`No file matches "${query}". Try fewer or other words, or list all files.`, { results: [] });
    }
    const requests = matches.map(({ name, bestPattern }) => ({ name, pattern: patterns[bestPattern ?? 0] ?? '' }));
    const excerpts = await contextDocumentExcerpts(tx, agentId, 'workspace', requests);
    const excerptOf = new Map(excerpts.map(({ name, excerpt }) => [name, excerpt]));
    const results = matches.map(({ name, score }) => ({ name, snippet: oneLine(excerptOf.get(name) ?? ''), score }));
    noteReading(tx, { agentId, sessionId }, { documents: results.map(({ name }) => ({ kind: 'workspace', name })) });
    const lines = results.map(({ name, snippet, score }) => `${name} (score ${score})\n  ${snippet}`);
    return textResult(lines.join('\n'), { results });
  },
});

const read = bundledTool({
  name: 'read',
  description: 'Reads a file of your workspace. A long file is cut; read on with `offset`.',
  inputSchema: z.strictObject({
    name: nameSchema,
    offset: z.number().int().min(0).default(0).describe('Byte to start at.'),
  }),
  effect: 'read',
  async run(tx, { agentId, sessionId }, { name, offset }) {
    const file = await getContextDocument(tx, agentId, 'workspace', name);
    if (file === undefined) return notFound(tx, agentId, name);
    noteReading(tx, { agentId, sessionId }, { documents: [{ kind: 'workspace', name }] });
    if (offset === 0) return textResult(file.content);
    const encoded = Buffer.from(file.content, 'utf8');
    if (offset >= encoded.length) return mistake(`The file has ${encoded.length} bytes. Give a smaller offset.`);
    return textResult(encoded.toString('utf8', characterBoundary(encoded, offset)));
  },
});

const write = bundledTool({
  name: 'write',
  description: `Writes a file of your workspace; an existing one is replaced as a whole. At most ${MAX_FILE_KIB} KiB.`,
  inputSchema: z.strictObject({
    name: nameSchema,
    content: z.string().max(MAX_DOCUMENT_BYTES).describe('The whole new content.'),
  }),
  effect: 'write',
  async run(tx, { agentId }, { name, content }) {
    const problem = fileNameProblem(name) ?? contentProblem(content);
    if (problem !== undefined) return mistake(`Nothing was written. ${problem}`);
    const known = await hasContextDocument(tx, agentId, 'workspace', name);
    const more = { documents: known ? 0 : 1, document_bytes: Buffer.byteLength(content) };
    const reached = await limitInTheWay(tx, more);
    if (reached !== undefined) return mistake(`Nothing was written. ${limitSentence(reached)} Tell the user about it.`);
    const tokens = countTokens(content);
    const version = await putContextDocument(tx, { agentId, kind: 'workspace', name, content, tokens });
    const bytes = Buffer.byteLength(content);
    return textResult(`Wrote ${name}: ${bytes} bytes, version ${version}.`, { name, bytes, tokens, version });
  },
});

/** The files of an agent: its context documents of kind `workspace`. */
export const workspaceTools: readonly BundledTool[] = [list, search, read, write];

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
  if (bytes > MAX_DOCUMENT_BYTES)
    return `The content has ${bytes} bytes, but a file may have at most ${MAX_DOCUMENT_BYTES}.`;
  return content.includes('\0') ? 'The content has a NUL character in it, but a file is text.' : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

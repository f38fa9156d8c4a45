import { expect, test } from 'vitest';
import type { ToolPolicyRow } from '../../../db/queries/tool-policy.ts';
import { bundledTools } from '../../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog } from '../../../mcp/tool-catalog.ts';

const tool = (name: string) => ({ name, description: name, inputSchema: { type: 'object' }, hash: `hash-${name}` });
const files = { id: 'mcp_1', name: 'files', tools: [tool('read_file'), tool('delete_file')] };
const search = { id: 'mcp_2', name: 'search', tools: [tool('web')] };
const bundled = bundledTools();

function policy(toolName: string, rest: Partial<ToolPolicyRow>): ToolPolicyRow {
  return {
    toolName,
    allowed: true,
    requiresApproval: false,
    effect: 'write',
    idempotent: false,
    updatedAt: new Date(0),
    ...rest,
  };
}

function catalog(policies: ToolPolicyRow[], globs: string[] | null = null) {
  const tools = buildToolCatalog({ bundled, servers: [files, search], policies, globs });
  return new Map(tools.map((entry) => [entry.name, entry]));
}

test('an external tool without a policy is a write that may not be repeated', () => {
  expect(catalog([]).get('files_read_file')).toMatchObject({
    serverId: 'mcp_1',
    serverTool: 'read_file',
    hash: 'hash-read_file',
    effect: 'write',
    idempotent: false,
    bundled: false,
    standing: { verdict: 'allow', rule: 'default' },
  });
});

test('the most specific policy wins: the longest glob, then the newest', () => {
  const tools = catalog([
    policy('*', { allowed: false, updatedAt: new Date(9) }),
    policy('files_*', { effect: 'read' }),
    policy('files_delete*', { requiresApproval: true }),
    policy('search_?eb', { effect: 'read', updatedAt: new Date(1) }),
    policy('search_w*b', { effect: 'egress', updatedAt: new Date(2) }),
  ]);
  expect(tools.get('files_read_file')).toMatchObject({
    standing: { verdict: 'allow', rule: 'files_*' },
    effect: 'read',
  });
  expect(tools.get('files_delete_file')).toMatchObject({
    standing: { verdict: 'ask', rule: 'files_delete*' },
    effect: 'write',
  });
  expect(tools.get('search_web')).toMatchObject({ effect: 'egress' });
  expect(tools.get('workspace_write')).toMatchObject({ standing: { verdict: 'deny', rule: '*' } });
});

test('no policy changes the effect that a bundled tool has', () => {
  const tools = catalog([policy('*', { effect: 'egress', idempotent: false, requiresApproval: true })]);
  expect(tools.get('workspace_read')).toMatchObject({ effect: 'read', idempotent: true, standing: { verdict: 'ask' } });
  expect(tools.get('memory_append')).toMatchObject({ effect: 'write', idempotent: true, bundled: true });
});

test('a run narrows its tools by globs without renaming any', () => {
  expect([...catalog([], ['workspace_*', 'search_web']).keys()]).toEqual([
    'workspace_list',
    'workspace_read',
    'workspace_search',
    'workspace_write',
    'search_web',
  ]);
});

test('the order of tools depends on their names alone', () => {
  const names = (servers: Parameters<typeof buildToolCatalog>[0]['servers']) =>
    buildToolCatalog({ bundled, servers, policies: [], globs: null }).map((entry) => entry.name);
  expect(names([search, files])).toEqual(names([files, { ...search, tools: [...search.tools].reverse() }]));
  expect(names([{ ...files, tools: null }]).length).toBe(bundled.length);
});

test('a server with the name of a bundled one changes the name of no bundled tool', () => {
  const imposter = { id: 'mcp_3', name: 'workspace', tools: [tool('write')] };
  const tools = buildToolCatalog({ bundled, servers: [imposter], policies: [], globs: null });
  expect(tools.find((entry) => entry.name === 'workspace_write')).toMatchObject({ serverId: 'workspace' });
  const other = tools.find((entry) => entry.serverId === 'mcp_3');
  expect(other?.name).not.toBe('workspace_write');
  expect(new Set(tools.map((entry) => entry.name)).size).toBe(tools.length);
});

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, Tx } from '../../../db/database.ts';
import { joinDatabase } from '../../../db/joined-database.ts';
import { isRepeatedEffect } from '../../../db/queries/bundled-effect.ts';
import { deleteContextDocument, getContextDocument, putContextDocument } from '../../../db/queries/context-document.ts';
import { insertMemoryEntry, listMemoryEntries } from '../../../db/queries/memory-entry.ts';
import { countTokens } from '../../../domain/tokens.ts';
import { bundledTools } from '../../../mcp/bundled/bundled-tools.ts';
import { createMemoryServer } from '../../../mcp/bundled/memory-server.ts';
import { createWorkspaceServer } from '../../../mcp/bundled/workspace-server.ts';
import type { McpServer, ToolConnections, ToolInvocation, ToolScope } from '../../../mcp/tool-call.ts';
import { callTool, failureOfCall, newTestId, noDatabase, testConnections } from '../../fixtures/mcp/connections.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

const workspace: McpServer = { id: 'workspace', name: 'workspace', transport: { kind: 'bundled', name: 'workspace' } };
const memory: McpServer = { id: 'memory', name: 'memory', transport: { kind: 'bundled', name: 'memory' } };
let postgres: TestDatabase;
let database: Database;
let connections: ToolConnections;
let scope: ToolScope;

beforeAll(async () => {
  postgres = await startTestDatabase();
  database = postgres.service;
  connections = testConnections({ database });
});

afterAll(async () => {
  await connections.close();
  await postgres.stop();
});

beforeEach(async () => {
  scope = await newScope();
});

async function newScope(tenantId = newTestId('ten')): Promise<ToolScope> {
  const agentId = newTestId('agent');
  await postgres.database.serviceTransaction(async (tx) => {
    await tx.query('test-tenant', `INSERT INTO tenant (id, name) VALUES ($1, 'test') ON CONFLICT DO NOTHING`, [
      tenantId,
    ]);
    await tx.query('test-agent', `INSERT INTO agent (tenant_id, agent_id, display_name) VALUES ($1, $2, 'A')`, [
      tenantId,
      agentId,
    ]);
  });
  return { tenantId, agentId, sessionId: newTestId('sess'), turn: 0 };
}

const call = (
  server: McpServer,
  toolName: string,
  args: Record<string, unknown> = {},
  options: Partial<ToolInvocation> = {},
) => callTool(connections, server, toolName, args, { scope, ...options });
const write = (name: string, content: string, options: Partial<ToolInvocation> = {}) =>
  call(workspace, 'write', { name, content }, options);
const fileOf = (name: string, owner = scope) =>
  database.transaction(owner.tenantId, (tx) => getContextDocument(tx, owner.agentId, 'workspace', name));
const facts = (owner = scope) =>
  database.transaction(owner.tenantId, (tx) =>
    listMemoryEntries(tx, { agentId: owner.agentId, block: null, after: null, limit: 100 }),
  );

describe('the static definitions', () => {
  test('are what the servers list themselves', async () => {
    const servers = {
      memory: createMemoryServer(noDatabase, () => 'mem_1'),
      workspace: createWorkspaceServer(noDatabase),
    };
    for (const [serverId, server] of Object.entries(servers)) {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      const client = new Client({ name: 'test', version: '1' });
      await Promise.all([server.connect(theirs), client.connect(ours)]);
      const { tools } = await client.listTools();
      const listed = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
      const fixed = bundledTools()
        .filter((tool) => tool.serverId === serverId)
        .map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
      expect(fixed).toEqual(listed);
      await client.close();
    }
    expect(await connections.discover(workspace, 1_000)).toHaveLength(4);
  });
});

describe('the workspace', () => {
  test('holds what is written, with its tokens counted and its version growing', async () => {
    expect((await write('notes/a.md', 'first words')).output).toContain('version 1');
    expect((await write('notes/a.md', 'second words, more')).output).toContain('version 2');
    expect(await call(workspace, 'read', { name: 'notes/a.md' })).toMatchObject({ output: 'second words, more' });
    expect(await fileOf('notes/a.md')).toMatchObject({ version: 2, tokens: countTokens('second words, more') });
    expect(await call(workspace, 'list')).toMatchObject({ output: 'notes/a.md (18 bytes, version 2)', items: 1 });
  });

  test('runs a write once however often it is called, and answers the same (I5)', async () => {
    const toolCallId = newTestId('call');
    const first = await write('a.md', 'one', { toolCallId });
    await write('a.md', 'two');
    const other = testConnections({ database });
    const again = await callTool(other, workspace, 'write', { name: 'a.md', content: 'one' }, { scope, toolCallId });
    expect(again).toEqual(first);
    expect(await fileOf('a.md')).toMatchObject({ content: 'two', version: 2 });
    await other.close();
  });

  test('runs a write once when it is called in two processes at the same time (I5)', async () => {
    const toolCallId = newTestId('call');
    const other = testConnections({ database });
    const args = { name: 'a.md', content: 'one' };
    const results = await Promise.all(
      [connections, other, connections, other].map((one) =>
        callTool(one, workspace, 'write', args, { scope, toolCallId }),
      ),
    );
    expect(new Set(results.map((result) => result.output)).size).toBe(1);
    expect(await fileOf('a.md')).toMatchObject({ version: 1 });
    await other.close();
  });

  test('commits the effect and its key together or not at all (I5)', async () => {
    const failing: Database = {
      ...database,
      transaction: (tenantId, work) =>
        database.transaction(tenantId, (tx) =>
          work({
            ...tx,
            send(name, text, values) {
              if (name === 'insert-bundled-effect') throw new Error('disk full');
              tx.send(name, text, values);
            },
          }),
        ),
    };
    const broken = testConnections({ database: failing });
    const toolCallId = newTestId('call');
    const args = { name: 'a.md', content: 'one' };
    const failure = await failureOfCall(callTool(broken, workspace, 'write', args, { scope, toolCallId }));
    expect(failure).toMatchObject({ type: 'tool.server_error', noEffect: false, cause: new Error('disk full') });
    expect(failure.message).not.toContain('disk full');
    expect(await fileOf('a.md')).toBeUndefined();
    expect((await write('a.md', 'one', { toolCallId })).output).toContain('version 1');
    await broken.close();
  });

  test('writes within the transaction of its caller, with it or not at all (I5)', async () => {
    const writeWithin = (tx: Tx, name: string) =>
      write(name, 'one', { toolCallId: newTestId('call'), database: joinDatabase(database, tx) });
    await database.transaction(scope.tenantId, (tx) => writeWithin(tx, 'kept.md'));
    const rolledBack = database.transaction(scope.tenantId, async (tx) => {
      await writeWithin(tx, 'lost.md');
      throw new Error('the rest failed');
    });
    await expect(rolledBack).rejects.toThrow('the rest failed');
    expect((await call(workspace, 'list')).output).toBe('kept.md (3 bytes, version 1)');
  });

  test('fails the transaction of its caller when the effect was committed before (I5)', async () => {
    const toolCallId = newTestId('call');
    await write('a.md', 'one', { toolCallId });
    const again = database.transaction(scope.tenantId, (tx) =>
      write('a.md', 'one', { toolCallId, database: joinDatabase(database, tx) }),
    );
    await expect(again).rejects.toSatisfy(isRepeatedEffect);
    expect(await fileOf('a.md')).toMatchObject({ version: 1 });
  });

  test('reaches Postgres no more when its caller has given up on it (I5)', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let effect: Promise<unknown> | undefined;
    const gaveUp = database.transaction(scope.tenantId, async (tx) => {
      const joined = joinDatabase(database, {
        ...tx,
        async query<Row extends object>(name: string, text: string, values?: readonly unknown[]) {
          const rows = await tx.query<Row>(name, text, values);
          await answered;
          return rows;
        },
      });
      const watched: Database = {
        ...joined,
        transaction(tenantId, work) {
          const done = joined.transaction(tenantId, work);
          effect = done;
          return done;
        },
      };
      await write('a.md', 'one', { database: watched, timeoutMs: 20 }).finally(() => joined.leave());
    });
    await expect(gaveUp).rejects.toMatchObject({ type: 'tool.timed_out' });
    answer();
    await expect(effect).rejects.toThrow('is over');
    expect(await fileOf('a.md')).toBeUndefined();
  });

  test('finds files by words in name and content, best first, with an excerpt', async () => {
    await write('notes/alignment.md', 'Nothing much.');
    await write(
      'notes/papers.md',
      `${'filler '.repeat(100)}Interpretability papers of 2026.\n${'filler '.repeat(100)}`,
    );
    await write('said.md', 'He said the filler again.');
    const found = await call(workspace, 'search', { query: 'AI paper alignment' });
    expect(found.items).toBe(2);
    expect(found.output).toMatch(
      /^notes\/papers\.md .*\n.*Interpretability papers.*\nnotes\/alignment\.md .*\n {2}Nothing much\.$/,
    );
    expect(await call(workspace, 'search', { query: 'AI paper alignment' })).toEqual(found);
    expect(await call(workspace, 'search', { query: 'filler', limit: 1 })).toMatchObject({ items: 1 });
    expect(await call(workspace, 'search', { query: 'zebra' })).toMatchObject({ items: 0, isError: false });
    expect(await call(workspace, 'search', { query: '?!' })).toMatchObject({ isError: true });
  });

  test('names the closest files for one that is not there', async () => {
    expect(await call(workspace, 'read', { name: 'x' })).toMatchObject({
      isError: true,
      output: expect.stringContaining('empty'),
    });
    await write('notes/summary.md', 'text');
    expect(await call(workspace, 'read', { name: 'summary.txt' })).toMatchObject({
      isError: true,
      output: 'There is no file "summary.txt". Did you mean notes/summary.md?',
    });
  });

  test('is read on from the byte where a cut result ended', async () => {
    await write('long.md', 'ä'.repeat(2_000));
    const first = await call(workspace, 'read', { name: 'long.md' }, { maxResultBytes: 1_000 });
    const shown = Number(/the first (\d+) of 4000 bytes/.exec(first.output)?.[1]);
    const rest = await call(workspace, 'read', { name: 'long.md', offset: shown });
    expect(shown / 2 + rest.output.length).toBe(2_000);
    expect(await call(workspace, 'read', { name: 'long.md', offset: 4_000 })).toMatchObject({ isError: true });
  });

  test.each([
    ['../etc/passwd', 'x', '..'],
    ['a.md', 'ä'.repeat(131_073), '262144'],
    ['a.md', 'a\0b', 'NUL'],
  ])('refuses to write %j and says why', async (name, content, reason) => {
    expect(await write(name, content)).toMatchObject({ isError: true, output: expect.stringContaining(reason) });
    expect((await call(workspace, 'list')).items).toBe(0);
  });

  test('answers arguments that fit no schema with what is wrong', async () => {
    expect(await call(workspace, 'read', { nam: 'a.md' })).toMatchObject({
      isError: true,
      output: expect.stringContaining('name'),
    });
  });

  test('of another agent or tenant is not seen (I8)', async () => {
    await write('secret.md', 'mine');
    for (const stranger of [await newScope(scope.tenantId), await newScope()]) {
      expect(await call(workspace, 'read', { name: 'secret.md' }, { scope: stranger })).toMatchObject({
        isError: true,
      });
      expect(await call(workspace, 'search', { query: 'mine' }, { scope: stranger })).toMatchObject({ items: 0 });
    }
  });

  test('shows what the api wrote, and only documents of kind workspace', async () => {
    await database.transaction(scope.tenantId, async (tx) => {
      const document = { agentId: scope.agentId, content: 'written by a person', tokens: 4 };
      await putContextDocument(tx, { ...document, kind: 'workspace', name: 'todo.md' });
      await putContextDocument(tx, { ...document, kind: 'soul', name: 'SOUL.md' });
    });
    expect(await call(workspace, 'list')).toMatchObject({ items: 1 });
    await database.transaction(scope.tenantId, (tx) =>
      deleteContextDocument(tx, scope.agentId, 'workspace', 'todo.md'),
    );
    expect(await call(workspace, 'list')).toMatchObject({ items: 0 });
  });
});

describe('the memory', () => {
  const append = (fact: string, options: Partial<ToolInvocation> = {}, rest: Record<string, unknown> = {}) =>
    call(memory, 'append', { fact, ...rest }, options);

  test('keeps a fact with its block, pin and tokens', async () => {
    await append('Ada prefers short answers.', {}, { block: 'human', pinned: true });
    expect(await facts()).toMatchObject([
      {
        fact: 'Ada prefers short answers.',
        block: 'human',
        pinned: true,
        tokens: countTokens('Ada prefers short answers.'),
      },
    ]);
  });

  test('notes a fact once however often the call is made (I5)', async () => {
    const toolCallId = newTestId('call');
    const results = await Promise.all([1, 2, 3].map(() => append('once', { toolCallId })));
    expect(new Set(results.map((result) => result.output)).size).toBe(1);
    expect(await facts()).toHaveLength(1);
  });

  test('finds its own facts and the shared ones, not those of others (I8)', async () => {
    const other = await newScope(scope.tenantId);
    await append('The deadline is in May.');
    await append('The deadline of another agent.', { scope: other });
    await database.transaction(scope.tenantId, (tx) =>
      insertMemoryEntry(tx, {
        id: newTestId('mem'),
        agentId: null,
        block: 'project',
        fact: 'A shared deadline for all.',
        tokens: 6,
        pinned: false,
      }),
    );
    const found = await call(memory, 'search', { query: 'deadline shared' });
    expect(found.items).toBe(2);
    expect(found.output.split('\n')[0]).toContain('(project): A shared deadline for all.');
    expect(found.output).not.toContain('another agent');
  });
});

import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { CallToolResultSchema } from '@modelcontextprotocol/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { usableSchema } from '../../../domain/tool-schema/usable-schema.ts';
import { createBundledMcpServer } from '../../../mcp/bundled/bundled-mcp-server.ts';
import { type BundledServerName, bundledTools } from '../../../mcp/bundled/bundled-tools.ts';
import { watchCall } from '../../../mcp/calls/call-watch.ts';
import { discoverTools } from '../../../mcp/listing/discover-tools.ts';
import { type BundledCaller, newBundledCaller } from '../../fixtures/mcp/bundled-caller.ts';
import { newTestId } from '../../fixtures/mcp/connections.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

let postgres: TestDatabase;
let caller: BundledCaller;
let warnings: { message: string; error: unknown }[];
const clients: Client[] = [];

beforeAll(async () => {
  postgres = await startTestDatabase();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  caller = await newBundledCaller(postgres);
  warnings = [];
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** A client of MCP that is connected to a bundled server. */
async function clientOf(name: BundledServerName, { tenantId, scope } = caller): Promise<Client> {
  const server = createBundledMcpServer(name, {
    database: postgres.service,
    tenantId,
    scope,
    newToolCallId: () => newTestId('call'),
    warn: (message, error) => warnings.push({ message, error }),
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown>) {
  const params = { name, arguments: args };
  const { content, isError = false } = await client.request({ method: 'tools/call', params }, CallToolResultSchema);
  return { isError, text: content.map((block) => (block.type === 'text' ? block.text : '')).join('\n') };
}

test.each<BundledServerName>(['workspace', 'memory', 'session'])(
  '[tool:call:bundled-and-external] a client of MCP lists the tools of the %s as they are offered to sessions',
  async (name) => {
    const watch = watchCall({ signal: new AbortController().signal, timeoutMs: 10_000 });
    const { tools: listed } = await discoverTools(await clientOf(name), watch, async (sent) => usableSchema(sent));
    watch.dispose();
    const offered = bundledTools().filter((tool) => tool.serverId === name);
    expect(listed).toEqual(
      offered.map(({ name, description, inputSchema, hash }) => ({ name, description, inputSchema, hash })),
    );
  },
);

test('a client of MCP writes a file and reads it', async () => {
  const client = await clientOf('workspace');
  const file = { name: 'a.md', content: 'Kites need wind.' };
  expect(await call(client, 'write', file)).toEqual({ isError: false, text: 'Wrote a.md: 16 bytes, version 1.' });
  expect(await call(client, 'write', file)).toMatchObject({ text: 'Wrote a.md: 16 bytes, version 2.' });
  expect(await call(client, 'read', { name: 'a.md' })).toEqual({ isError: false, text: 'Kites need wind.' });
  expect(await call(client, 'read', { nam: 'a.md' })).toMatchObject({ isError: true });
});

test('[I8] a client of MCP sees only what its own agent wrote', async () => {
  await call(await clientOf('memory'), 'append', { fact: 'The deadline is in May.' });
  const query = { query: 'deadline' };
  expect((await call(await clientOf('memory'), 'search', query)).text).toContain('The deadline is in May.');
  for (const stranger of [await newBundledCaller(postgres, caller.tenantId), await newBundledCaller(postgres)]) {
    expect((await call(await clientOf('memory', stranger), 'search', query)).text).toContain('Nothing in memory');
  }
});

test('[I10] an internal error is only shown to the operator: a client of MCP learns that the server cannot be used', async () => {
  const nobody = { ...caller, scope: { ...caller.scope, agentId: 'nobody' } };
  const failed = await call(await clientOf('workspace', nobody), 'write', { name: 'a.md', content: 'x' });
  expect(failed).toEqual({ isError: true, text: "The workspace can't be used right now." });
  expect(warnings).toMatchObject([
    {
      message: 'The bundled tool workspace/write failed.',
      error: { message: expect.stringContaining('foreign key') },
    },
  ]);
});

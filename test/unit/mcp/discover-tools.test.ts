import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { watchCall } from '../../../mcp/call-watch.ts';
import { discoverTools } from '../../../mcp/discover-tools.ts';

/** The tools that discovery finds on a server that lists these. */
async function discovered(tools: { name: string; description: string }[]) {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = new Server({ name: 'listed', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({
    tools: tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' as const } })),
  }));
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  const call = watchCall({ signal: new AbortController().signal, timeoutMs: 5_000 });
  onTestFinished(async () => {
    call.dispose();
    await client.close();
  });
  return discoverTools(client, call);
}

test('[api:input:refused-and-nothing-stored] a tool whose definition would fill every prompt is refused by its name', async () => {
  const plain = { name: 'plain', description: 'A plain tool.' };
  const large = { name: 'verbose', description: 'é'.repeat(16 * 1024) };
  await expect(discovered([plain, large])).rejects.toThrow(/its tool "verbose" has \d+ bytes, more than 32768$/);
  const long = { ...large, description: 'é'.repeat(15 * 1024) };
  expect((await discovered([plain, long])).map((tool) => tool.name)).toEqual(['plain', 'verbose']);
});

import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { usableSchema } from '../../../../domain/tool-schema/usable-schema.ts';
import { watchCall } from '../../../../mcp/calls/call-watch.ts';
import { discoverTools } from '../../../../mcp/listing/discover-tools.ts';

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
  return discoverTools(client, call, async (sent) => usableSchema(sent));
}

test('[tool:list:part-by-part] a tool whose definition would fill every prompt is withheld', async () => {
  const plain = { name: 'plain', description: 'A plain tool.' };
  const large = { name: 'verbose', description: 'é'.repeat(16 * 1024) };
  const { tools, withheld } = await discovered([plain, large]);
  expect(tools.map((tool) => tool.name)).toEqual(['plain']);
  expect(withheld).toEqual([
    {
      tool: 'verbose',
      reason: 'too_large',
      message: expect.stringMatching(/^Its definition has \d+ bytes, more than 32768\.$/),
    },
  ]);
  const long = { ...large, description: 'é'.repeat(15 * 1024) };
  expect((await discovered([plain, long])).tools.map((tool) => tool.name)).toEqual(['plain', 'verbose']);
});

test('[tool:list:part-by-part] of very many tools that are withheld the first ones are named', async () => {
  const { withheld, warnings } = await discovered(
    Array.from({ length: 130 }, () => ({ name: 'same', description: '' })),
  );
  expect(withheld).toHaveLength(100);
  expect(warnings).toEqual(['29 more tools are withheld that are not named here.']);
});

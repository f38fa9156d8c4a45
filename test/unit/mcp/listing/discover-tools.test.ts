import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { usableSchema } from '../../../../domain/tool-schema/usable-schema.ts';
import { watchCall } from '../../../../mcp/calls/call-watch.ts';
import { discoverTools } from '../../../../mcp/listing/discover-tools.ts';
import { readToolPages } from '../../../../mcp/listing/read-tool-pages.ts';

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

test('[tool:list:part-by-part] the definitions of one server have a bound together, and the tools beyond it are named', async () => {
  const many = Array.from({ length: 200 }, (_, place) => ({ name: `t${place}`, description: 'x'.repeat(20_000) }));
  const small = { name: 'small', description: 'Fits.' };
  const { tools, withheld, warnings } = await discovered([...many, small]);
  expect(tools.length).toBeLessThan(110);
  expect(tools.at(-1)?.name).toBe('small');
  expect(withheld).toHaveLength(96);
  expect(withheld[0]).toMatchObject({ tool: 't104', reason: 'too_large' });
  expect(withheld[0]?.message).toMatch(/of the 2097152 that one server may have\.$/);
  expect(warnings.join(' ')).toMatch(/a model is offered at most 262144/);
});

test.each<[string, (page: number) => Record<string, unknown>, RegExp, number]>([
  ['without end', (page) => ({ tools: [], nextCursor: `${page}` }), /more than 200 pages/, 0],
  [
    'of large tools',
    (page) => ({ tools: [{ name: `t${page}`, x: 'x'.repeat(300_000) }], nextCursor: `${page}` }),
    /more than 4194304 characters/,
    13,
  ],
  [
    'of a million entries',
    () => ({ tools: Array.from({ length: 1_000_000 }, () => 1) }),
    /more than 2000 tools/,
    2_000,
  ],
  [
    'with a cursor of a megabyte',
    (page) => ({ tools: [1], nextCursor: `${page}`.repeat(1_000_000) }),
    /a cursor of more than 4096 bytes/,
    1,
  ],
])(
  '[tool:list:part-by-part] a list %s ends at a bound, and what came before is kept',
  async (_what, page, warning, entries) => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    let pages = 0;
    theirs.onmessage = (message) => {
      if (!('id' in message) || !('method' in message)) return;
      const handshake = {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'x', version: '1' },
      };
      const result = message.method === 'initialize' ? handshake : page(++pages);
      void theirs.send({ jsonrpc: '2.0', id: message.id, result });
    };
    await theirs.start();
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(ours);
    const call = watchCall({ signal: new AbortController().signal, timeoutMs: 30_000 });
    onTestFinished(async () => {
      call.dispose();
      await client.close();
    });
    const read = await readToolPages(client, call);
    expect(read.warnings.join(' ')).toMatch(warning);
    expect([read.entries.length, read.complete]).toEqual([entries, false]);
  },
);

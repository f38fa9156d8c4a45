/**
 * Gives an agent a tool of your own: an MCP server in this very program. The service calls it, and calls no private address
 * unless it is told to: start it with AGENT_RUNS_EGRESS_ALLOW=127.0.0.1 to try this on one machine.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import BrainstormRouter from 'brainstormrouter';
import { z } from 'zod';

const ORDERS = new Map([['4711', 'Order 4711 was shipped on Monday.']]);

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  const inputSchema = z.object({ order_id: z.string() });
  server.registerTool('status', { description: 'Says where an order is.', inputSchema }, ({ order_id }) => ({
    content: [{ type: 'text', text: ORDERS.get(order_id) ?? 'There is no such order.' }],
  }));
  return server;
});
const http = serve({ fetch: (request) => handler.fetch(request), hostname: '127.0.0.1', port: 0 });
await once(http, 'listening');
const { port } = http.address() as AddressInfo;

const client = new BrainstormRouter();
await client.agent.bootstrap({ agent_id: 'support', display_name: 'Support' });
const server = await client.mcp.registerServer({
  name: 'orders',
  transport: 'streamable-http',
  url: `http://127.0.0.1:${port}/mcp`,
});
try {
  await client.mcp.discoverServer(server.id);
  // A new tool asks a person before each call. This one only reads.
  await client.mcp.setPolicy({ tool_name: 'orders/status', allowed: true, effect: 'read' });
  const result = await client.agentRuns.run('support', {
    message: 'Call orders_status with {"order_id": "4711"} and tell the customer where the order is.',
  });
  console.log(result.text);
} finally {
  await client.mcp.removeServer(server.id);
  http.close();
}

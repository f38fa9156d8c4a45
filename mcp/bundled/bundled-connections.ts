import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Database } from '../../db/database.ts';
import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { toolCallFailure } from '../call-failure.ts';
import { UNTIMED_MS, watchCall } from '../call-watch.ts';
import { ToolCallError, type ToolInvocation, type ToolResult } from '../tool-call.ts';
import { readableResult } from '../tool-result.ts';
import { type BundledServerName, bundledTools } from './bundled-tools.ts';
import { failureOf, metaOfCall } from './call-meta.ts';
import { createMemoryServer } from './memory-server.ts';
import { createWorkspaceServer } from './workspace-server.ts';

export interface BundledConnections {
  definitions(name: BundledServerName): readonly McpToolDefinition[];
  /** @throws ToolCallError; one that is no effect of the model's arguments may be repeated, the servers commit once (I5). */
  call(name: BundledServerName, invocation: ToolInvocation): Promise<ToolResult>;
  close(): Promise<void>;
}

/** The bundled servers, each with one client in this process. */
export function createBundledConnections(deps: {
  readonly database: Database;
  readonly newMemoryId: () => string;
}): BundledConnections {
  const clients = new Map<BundledServerName, Promise<Client>>();

  function clientOf(name: BundledServerName): Promise<Client> {
    const known = clients.get(name);
    if (known !== undefined) return known;
    const server =
      name === 'workspace' ? createWorkspaceServer(deps.database) : createMemoryServer(deps.database, deps.newMemoryId);
    const client = connectInProcess(server);
    clients.set(name, client);
    return client;
  }

  return {
    definitions: (name) =>
      bundledTools()
        .filter((tool) => tool.serverId === name)
        .map(({ name: toolName, description, inputSchema, hash }) => ({
          name: toolName,
          description,
          inputSchema,
          hash,
        })),

    async call(name, invocation) {
      const call = watchCall(invocation.signal, invocation.timeoutMs);
      try {
        const client = await clientOf(name);
        call.dispatched = true;
        const { toolName, args } = invocation;
        const result = await client.request(
          { method: 'tools/call', params: { name: toolName, arguments: args, _meta: metaOfCall(invocation) } },
          CallToolResultSchema,
          { signal: call.signal, timeout: UNTIMED_MS },
        );
        const failure = failureOf(result);
        if (failure === undefined) return readableResult(result, invocation);
        throw new ToolCallError('tool.server_error', `The ${name} can't be used right now.`, false, failure.error);
      } catch (error) {
        if (error instanceof ToolCallError) throw error;
        throw toolCallFailure(error, invocation.server, call, undefined);
      } finally {
        call.dispose();
      }
    },

    async close() {
      const open = await Promise.all(clients.values());
      await Promise.all(open.map((client) => client.close()));
    },
  };
}

async function connectInProcess(server: McpServer): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'agent-runs', version: '0.1.0' }, { capabilities: {} });
  await server.connect(theirs);
  await client.connect(ours);
  return client;
}

import type { McpServerResource, McpToolResource } from '../../contract/mcp.ts';
import type { McpServerRow } from '../../db/queries/mcp-server.ts';
import { type BundledServerName, bundledTools } from '../../mcp/bundled/bundled-tools.ts';

export const bundledServerNames = ['workspace', 'memory'] as const satisfies BundledServerName[];

/** A server row → the resource of the wire, its credentials masked. */
export function mcpServerResource(row: McpServerRow): McpServerResource {
  return {
    id: row.id,
    name: row.name,
    transport: row.transport,
    url: row.url,
    command: row.command,
    args: [...row.args],
    auth: row.sealedAuth === null ? null : '••••',
    tool_count: row.tools?.length ?? null,
    discovered_at: row.discoveredAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}

export function bundledServerResources(): McpServerResource[] {
  const tools = bundledTools();
  return bundledServerNames.map((name) => ({
    id: name,
    name,
    transport: 'bundled',
    url: null,
    command: null,
    args: [],
    auth: null,
    tool_count: tools.filter((tool) => tool.serverId === name).length,
    discovered_at: null,
    created_at: null,
  }));
}

export function bundledToolResources(): McpToolResource[] {
  return bundledTools().map((tool) => ({
    server_id: tool.serverId,
    server: tool.serverId,
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema,
    hash: tool.hash,
  }));
}

export function toolResources(row: McpServerRow): McpToolResource[] {
  return (row.tools ?? []).map((tool) => ({
    server_id: row.id,
    server: row.name,
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema,
    hash: tool.hash,
  }));
}

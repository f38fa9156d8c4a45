import type { McpServerResource, McpToolResource } from '../../contract/mcp.ts';
import { MASK } from '../../contract/mcp-server-secrets.ts';
import type { McpServerRow } from '../../db/queries/mcp-server.ts';
import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { type BundledServerName, bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog } from '../../mcp/tool-catalog.ts';

export const bundledServerNames = ['workspace', 'memory', 'session'] as const satisfies BundledServerName[];

/** Makes the resource that clients see of a server, with its credentials masked. */
export function mcpServerResource(row: McpServerRow): McpServerResource {
  return {
    id: row.id,
    name: row.name,
    transport: row.transport,
    url: row.url,
    command: row.command,
    args: [...row.args],
    auth: row.sealedAuth === null ? null : MASK,
    headers: masked(row.headerNames),
    env: masked(row.envNames),
    tool_count: row.tools?.length ?? null,
    discovered_at: row.discoveredAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}

/** Makes the resources of the bundled servers. */
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
    headers: {},
    env: {},
    tool_count: tools.filter((tool) => tool.serverId === name).length,
    discovered_at: null,
    created_at: null,
  }));
}

/**
 * Makes the resources of the tools of all servers, in the order of the rows, the bundled ones last. The name that models
 * see depends on the tools of all servers, so one server is not enough to tell it.
 */
export function toolResources(servers: readonly McpServerRow[]): McpToolResource[] {
  const bundled = bundledTools();
  const catalog = buildToolCatalog({ bundled, servers, policies: [], globs: null });
  const modelNames = new Map(catalog.map((tool) => [placeOf(tool.serverId, tool.serverTool), tool.name]));
  const resourceOf = (serverId: string, server: string, tool: McpToolDefinition): McpToolResource => ({
    server_id: serverId,
    server,
    name: tool.name,
    model_name: modelNames.get(placeOf(serverId, tool.name)) ?? tool.name,
    description: tool.description,
    input_schema: tool.inputSchema,
    hash: tool.hash,
  });
  return [
    ...servers.flatMap(({ id, name, tools }) => (tools ?? []).map((tool) => resourceOf(id, name, tool))),
    ...bundled.map((tool) => resourceOf(tool.serverId, tool.serverId, tool)),
  ];
}

function masked(names: readonly string[] | null): Record<string, string> {
  return Object.fromEntries((names ?? []).map((name) => [name, MASK]));
}

function placeOf(serverId: string, toolName: string): string {
  return `${serverId}\n${toolName}`;
}

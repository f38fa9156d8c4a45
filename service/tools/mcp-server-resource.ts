import type { McpServerResource, McpToolResource } from '../../contract/mcp.ts';
import type { QuarantinedToolResource } from '../../contract/mcp-pins.ts';
import { MASK } from '../../contract/mcp-server-secrets.ts';
import type { ShownMcpServer, ShownMcpTool } from '../../db/queries/mcp-server.ts';
import type { ToolSources } from '../../db/queries/tool-source.ts';
import { maskedAddress } from '../../domain/secret-address.ts';
import { maskedArguments } from '../../domain/secret-arguments.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import { governanceOf, policiesByTool } from '../../domain/tool-policy/policies-of-tool.ts';
import { type BundledServerName, bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { namedTools } from '../../mcp/listing/named-tools.ts';
import { driftOf, standingOf } from '../../mcp/listing/tool-pins.ts';
import { oauthResource } from './oauth-resource.ts';

export const bundledServerNames = ['workspace', 'memory', 'session', 'skills'] as const satisfies BundledServerName[];

/** True for the id, which is also the name, of a server that every tenant has. */
export function isBundledServer(id: string): boolean {
  return bundledServerNames.some((name) => name === id);
}

/** Makes the resource that clients see of a server, with its credentials masked. */
export function mcpServerResource(row: ShownMcpServer): McpServerResource {
  return {
    id: row.id,
    name: row.name,
    transport: row.transport,
    url: row.url === null ? null : maskedAddress(row.url, MASK),
    command: row.command,
    args: maskedArguments(row.args, MASK),
    auth: row.sealedAuth === null ? null : MASK,
    headers: masked(row.headerNames),
    env: masked(row.envNames),
    health: row.health ?? { state: 'unknown' },
    oauth: oauthResource(row),
    tool_count: row.tools?.filter(({ missing }) => !missing).length ?? null,
    withheld: [...row.withheld],
    warnings: [...row.listingWarnings],
    quarantined: (row.tools ?? []).flatMap(quarantinedTool),
    missing: (row.tools ?? []).filter(({ missing }) => missing).map(({ name }) => name),
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
    health: { state: 'up' },
    oauth: null,
    tool_count: tools.filter((tool) => tool.serverId === name).length,
    withheld: [],
    warnings: [],
    quarantined: [],
    missing: [],
    discovered_at: null,
    created_at: null,
  }));
}

/**
 * Makes the resources of the tools of all servers, in the order of the rows, the bundled ones last. The name that models
 * see depends on the tools of all servers, so one server is not enough to tell it.
 */
export function toolResources({ servers, policies, settings }: ToolSources): McpToolResource[] {
  const bundled = bundledTools();
  const tools = namedTools(bundled, servers);
  const policiesOf = policiesByTool(policies, indexToolNames(tools.map(({ names }) => names)));
  const resources = tools.map(({ names, serverId, serverName, definition, known }, place) => {
    const { standing: byPolicy, effect, idempotent } = governanceOf(policiesOf(place), known, settings);
    const standing = standingOf(definition, byPolicy);
    return {
      server_id: serverId,
      server: serverName,
      name: definition.name,
      model_name: names.model,
      names: [...new Set([names.qualified, names.own ?? names.model, names.model])],
      description: definition.description,
      input_schema: definition.inputSchema,
      hash: definition.hash,
      repairs: [...(definition.repairs ?? [])],
      effect,
      idempotent,
      verdict: standing.verdict,
      rule: standing.rule,
    };
  });
  return [...resources.slice(bundled.length), ...resources.slice(0, bundled.length)];
}

function quarantinedTool(tool: ShownMcpTool): QuarantinedToolResource[] {
  if (tool.drift === undefined) return [];
  const { name, hash: pinnedHash } = tool;
  const { hash, since, times } = tool.drift;
  return [{ tool: name, hash, pinned_hash: pinnedHash, since, times, differences: driftOf(tool) }];
}

function masked(names: readonly string[] | null): Record<string, string> {
  return Object.fromEntries((names ?? []).map((name) => [name, MASK]));
}

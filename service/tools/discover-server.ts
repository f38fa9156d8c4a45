import type { z } from 'zod';
import type { mcpDiscoverySchema } from '../../contract/mcp.ts';
import { lockMcpServer, storeListing } from '../../db/queries/mcp-pins.ts';
import type { McpServerRow } from '../../db/queries/mcp-server.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { ToolCallError } from '../../mcp/calls/tool-call.ts';
import { namedTools } from '../../mcp/listing/named-tools.ts';
import { pinsAfter } from '../../mcp/listing/tool-pins.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { connectable } from './connectable.ts';
import { findServer, noServer, type ServerRef } from './find-server.ts';
import { mcpServerResource, toolResources } from './mcp-server-resource.ts';
import { requireComparisons } from './require-comparisons.ts';

const DISCOVERY_TIMEOUT_MS = 25_000;

/**
 * Asks a server for its tools and pins those that are new. A pinned tool that is defined otherwise is quarantined.
 * @throws ServiceError mcp_server_not_found, mcp_server_built_in, address_not_allowed, mcp_server_failed, quota_exceeded
 */
export const discoverServer: Verb<ServerRef, z.infer<typeof mcpDiscoverySchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const known = await ctx.db.transaction(ctx.tenantId, (tx) => findServer(tx, input));
  await requireAddress(ctx, 'url', known.url);
  const listing = await ctx.tools.discover(connectable(ctx, known), DISCOVERY_TIMEOUT_MS).catch((error: unknown) => {
    if (!(error instanceof ToolCallError)) throw error;
    // The cause is left out: it may quote the server, and a log must contain no secret (I10).
    throw new ServiceError('mcp_server_failed', error.message);
  });
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const present = await lockMcpServer(tx, input.serverId);
    if (present === undefined) throw noServer(input);
    if (placeOf(present) !== placeOf(known)) {
      throw new ServiceError('mcp_server_failed', `"${known.name}" was changed while it was asked. Discover it again.`);
    }
    const tools = pinsAfter(present.tools ?? [], listing, new Date(ctx.nowMs()));
    const row = await storeListing(tx, input.serverId, { ...listing, tools });
    if (row === undefined) throw noServer(input);
    // The tools are written already, with those that were pinned before.
    await requireRoom(tx, { tools: 0, tool_definition_bytes: 0 });
    await audit(tx, ctx, 'mcp_server.discover', row.id, {
      tools: listing.tools.map(({ name }) => name),
      withheld: listing.withheld.map(({ tool }) => tool),
      quarantined: tools.filter(({ drift }) => drift !== undefined).map(({ name }) => name),
    });
    const sources = await toolSources(tx, null);
    await requireComparisons(tx, ctx, namedTools(bundledTools(), sources.servers));
    const all = toolResources(sources);
    return { server: mcpServerResource(row), tools: all.filter((tool) => tool.server_id === row.id) };
  });
};

/** The place of a server: tools that were listed at another place are not the tools of this one. */
function placeOf({ transport, url, command, args }: McpServerRow): string {
  return JSON.stringify([transport, url, command, args]);
}

import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import { type McpServerResource, type McpToolResource, mcpToolsQuerySchema } from '../../contract/mcp.ts';
import { deleteMcpOAuth } from '../../db/queries/mcp-oauth.ts';
import {
  deleteMcpServer,
  insertMcpServer,
  mcpServerIds,
  shownMcpServers,
  updateMcpServer,
} from '../../db/queries/mcp-server.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { newId } from '../../processes/ids.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { requireFirstTenant } from '../tenants/as-operator.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findServer, noServer, type ServerRef } from './find-server.ts';
import {
  bundledServerNames,
  bundledServerResources,
  isBundledServer,
  mcpServerResource,
  toolResources,
} from './mcp-server-resource.ts';
import { type McpServerRequest, serverColumns, serverRequest } from './mcp-server-settings.ts';
import { keepsTokens, requireOAuthAddresses } from './oauth-settings.ts';

/** Lists the tenant's servers, newest first, then the bundled ones. @throws ServiceError invalid_cursor */
export const listServers: Verb<{ query: unknown }, Page<McpServerResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const bundled = bundledServerResources();
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const all = [...(await mcpServerIds(tx)), ...bundled.map(({ id }) => id)];
    const page = pageOfWhole(all, query, (id) => id);
    const wanted = page.data.filter((id) => !isBundledServer(id));
    const rows = await shownMcpServers(tx, wanted);
    const data = rows.map(mcpServerResource);
    // Those that do not fit begin the next page.
    if (rows.length > 0 && rows.length < wanted.length) {
      return { data, next_cursor: pageOfWhole(all, { ...query, limit: rows.length }, (id) => id).next_cursor };
    }
    return { data: [...data, ...bundled.filter(({ id }) => page.data.includes(id))], next_cursor: page.next_cursor };
  });
};

/** Reads a server. @throws ServiceError mcp_server_not_found */
export const getServer: Verb<ServerRef, McpServerResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const bundled = bundledServerResources().find((server) => server.id === input.serverId);
  if (bundled !== undefined) return bundled;
  return ctx.db.transaction(ctx.tenantId, async (tx) => mcpServerResource(await findServer(tx, input)));
};

/**
 * Stores how a server is reached. It is not dialled until it is discovered.
 * @throws ServiceError missing_scope, address_not_allowed, mcp_server_exists, quota_exceeded
 */
export const registerServer: Verb<{ body: unknown }, McpServerResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = await acceptableRequest(ctx, input.body);
  const server = serverColumns(ctx, newId('mcp', ctx.nowMs()), request, undefined);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await requireRoom(tx, { mcp_servers: 1 });
    const row = await insertMcpServer(tx, server);
    if (row === undefined) throw nameTaken(server.name);
    await audit(tx, ctx, 'mcp_server.create', row.id, { name: row.name, transport: row.transport });
    return mcpServerResource(row);
  });
};

/**
 * Replaces a server whole, but for secrets that the request leaves out. Its tools have to be discovered again.
 * @throws ServiceError missing_scope, address_not_allowed, mcp_server_not_found, mcp_server_built_in, mcp_server_exists
 */
export const replaceServer: Verb<ServerRef & { body: unknown }, McpServerResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  if (isBundledServer(input.serverId)) throw noServer(input);
  const request = await acceptableRequest(ctx, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const stored = await findServer(tx, input);
    const server = serverColumns(ctx, input.serverId, request, stored);
    if (!keepsTokens(stored, server)) await deleteMcpOAuth(tx, input.serverId);
    const row = await updateMcpServer(tx, server);
    if (row === undefined) throw nameTaken(server.name);
    await audit(tx, ctx, 'mcp_server.replace', row.id, { name: row.name, transport: row.transport });
    return mcpServerResource(row);
  });
};

/** Removes a server. @throws ServiceError mcp_server_not_found, mcp_server_built_in */
export const removeServer: Verb<ServerRef, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (!(await deleteMcpServer(tx, input.serverId))) throw noServer(input);
    await audit(tx, ctx, 'mcp_server.delete', input.serverId);
    return { id: input.serverId, deleted: true };
  });
};

/**
 * Lists the pinned tools of every server or of one.
 * @throws ServiceError mcp_server_not_found, agent_not_found, invalid_cursor
 */
export const listTools: Verb<{ query: unknown }, Page<McpToolResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { server_id: serverId, agent_id: agentId, ...query } = parseInput(mcpToolsQuerySchema, input.query);
  return pageOfWhole(await toolsOf(ctx, serverId, agentId), query, (tool) => `${tool.server_id}/${tool.name}`);
};

async function toolsOf(
  ctx: ServiceContext,
  serverId: string | undefined,
  agentId: string | undefined,
): Promise<McpToolResource[]> {
  const sources = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (agentId !== undefined) await findAgent(tx, agentId);
    return toolSources(tx, agentId ?? null);
  });
  const all = toolResources(sources);
  if (serverId === undefined) return all;
  const known = [...bundledServerNames, ...sources.servers.map(({ id }) => id)];
  if (!known.includes(serverId)) throw noServer({ serverId });
  return all.filter((tool) => tool.server_id === serverId);
}

/**
 * Reads the body of POST and PUT, and checks what needs no stored server.
 * @throws ServiceError invalid_request, mcp_server_exists, missing_scope, address_not_allowed
 */
async function acceptableRequest(ctx: ServiceContext, body: unknown): Promise<McpServerRequest> {
  const request = serverRequest(body);
  refuseBundledName(request.name);
  await requireTransport(ctx, request);
  await requireAddress(ctx, 'url', request.url);
  await requireOAuthAddresses(ctx, request.oauth);
  return request;
}

function refuseBundledName(name: string): void {
  if (!isBundledServer(name)) return;
  throw new ServiceError('mcp_server_exists', `"${name}" is the name of a server that is built in.`, { param: 'name' });
}

/**
 * A server over stdio is a child of api and worker. It may read what they know of all tenants, even the sealing key (I8).
 * So only admins of the first tenant may register one.
 * @throws ServiceError missing_scope
 */
async function requireTransport(ctx: ServiceContext, { transport }: McpServerRequest): Promise<void> {
  if (transport !== 'stdio') return;
  const recovery = { action: 'Serve it over HTTP, and register it with transport "streamable-http".' };
  await ctx.db.serviceTransaction((tx) => requireFirstTenant(tx, ctx, { param: 'transport', recovery }));
}

function nameTaken(name: string): ServiceError {
  return new ServiceError('mcp_server_exists', `An MCP server named "${name}" exists already.`, { param: 'name' });
}

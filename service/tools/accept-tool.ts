import type { McpServerResource } from '../../contract/mcp.ts';
import { acceptToolRequestSchema } from '../../contract/mcp-pins.ts';
import { lockMcpServer, storePins } from '../../db/queries/mcp-pins.ts';
import { mcpServerById } from '../../db/queries/mcp-server.ts';
import type { McpToolDefinition, ToolDrift } from '../../domain/mcp-tool.ts';
import { readSchema } from '../../evaluation/read-schema.ts';
import { definitionOf } from '../../mcp/listing/discover-tools.ts';
import { tolerating } from '../../mcp/listing/tool-pins.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { noServer, type ServerRef } from './find-server.ts';
import { mcpServerResource } from './mcp-server-resource.ts';

/**
 * Pins the definition with this hash, which is the one that the admin has seen, and ends the quarantine of the tool.
 * @throws ServiceError missing_scope, mcp_server_not_found, mcp_server_built_in, mcp_tool_changed, mcp_tool_unusable
 */
export const acceptTool: Verb<ServerRef & { body: unknown }, McpServerResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { tool: name, hash, may_change: paths } = parseInput(acceptToolRequestSchema, input.body);
  // Its schema may take as long to read as that may take, which no transaction must wait for.
  const found = await ctx.db.transaction(ctx.tenantId, (tx) => mcpServerById(tx, input.serverId));
  const drift = found?.tools?.find((tool) => tool.name === name)?.drift;
  const defined = drift?.hash === hash ? await definedBy(ctx, name, drift) : undefined;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const server = await lockMcpServer(tx, input.serverId);
    if (server === undefined) throw noServer(input);
    const pinned = server.tools?.find((tool) => tool.name === name && !tool.missing);
    if (pinned === undefined) {
      throw new ServiceError('mcp_tool_changed', `"${server.name}" has no tool "${name}".`, { param: 'tool' });
    }
    const accepted = tolerating(withHash(pinned, hash, defined), paths);
    const tools = (server.tools ?? []).map((tool) => (tool === pinned ? accepted : tool));
    const row = await storePins(tx, server.id, tools);
    if (row === undefined) throw noServer(input);
    const change = { tool: name, from: pinned.hash, to: hash, may_change: paths };
    await audit(tx, ctx, 'mcp_server.accept_tool', server.id, change);
    return mcpServerResource(row);
  });
};

/** The definition with this hash: the one that was found, or the pinned one, which then stays. */
function withHash(pinned: McpToolDefinition, hash: string, found: McpToolDefinition | undefined): McpToolDefinition {
  const { drift, ...kept } = pinned;
  if (drift?.hash !== hash || found === undefined) {
    if (drift === undefined && pinned.hash === hash) return kept;
    throw new ServiceError(
      'mcp_tool_changed',
      `That is not the definition that "${pinned.name}" has now. Look at it again.`,
      {
        param: 'hash',
      },
    );
  }
  return found;
}

async function definedBy(ctx: ServiceContext, name: string, drift: ToolDrift): Promise<McpToolDefinition> {
  const evaluate = ctx.evaluator.of(ctx.tenantId);
  const listed = { ...drift, name, sentSchema: drift.sentSchema };
  const defined = definitionOf(listed, await readSchema(evaluate, drift.sentSchema));
  if (defined.kind === 'unusable') throw new ServiceError('mcp_tool_unusable', defined.why);
  return defined.definition;
}

import {
  auditListSchema,
  auditQuerySchema,
  auditVerificationSchema,
  auditVerifyQuerySchema,
} from '../../contract/audit.ts';
import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import {
  mcpDiscoverySchema,
  mcpServerListSchema,
  mcpServerRequestSchema,
  mcpServerSchema,
  mcpToolListSchema,
  mcpToolsQuerySchema,
} from '../../contract/mcp.ts';
import { authorizationLinkSchema } from '../../contract/mcp-oauth.ts';
import { acceptToolRequestSchema } from '../../contract/mcp-pins.ts';
import { acceptTool } from '../../service/tools/accept-tool.ts';
import { authorizeServer } from '../../service/tools/authorize-server.ts';
import { discoverServer } from '../../service/tools/discover-server.ts';
import {
  getServer,
  listServers,
  listTools,
  registerServer,
  removeServer,
  replaceServer,
} from '../../service/tools/mcp-servers.ts';
import { listToolAudit, verifyAudit } from '../../service/tools/tool-audit.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Tools';
const serverExamples = {
  http: {
    name: 'docs',
    transport: 'streamable-http',
    url: 'https://mcp.example.com/mcp',
    headers: { 'X-Team': 'docs' },
  },
};
const server = (description: string) => ({ description, schema: mcpServerSchema });

export function mcpRoutes(): Route[] {
  return [...serverRoutes(), ...auditRoutes()];
}

function serverRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/mcp/servers',
      operationId: 'mcp.listServers',
      tag,
      scope: 'read',
      summary: 'List MCP servers, newest first, the bundled ones last',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of servers.', schema: mcpServerListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listServers({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/servers',
      operationId: 'mcp.registerServer',
      tag,
      scope: 'admin',
      summary: 'Register an MCP server. Only admins of the first tenant may register one over stdio',
      body: mcpServerRequestSchema,
      bodyExamples: serverExamples,
      responses: { 201: server('Registered.') },
      errors: ['address_not_allowed', 'mcp_server_exists'],
      handle: async ({ ctx, body }) => json(await registerServer({ ctx, input: { body: await body() } }), 201),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/servers/{server_id}',
      operationId: 'mcp.getServer',
      tag,
      scope: 'read',
      summary: 'Read an MCP server',
      responses: { 200: server('The server.') },
      errors: ['mcp_server_not_found'],
      handle: async ({ ctx, params }) => json(await getServer({ ctx, input: { serverId: params.server_id } })),
    }),
    route({
      method: 'put',
      path: '/v1/mcp/servers/{server_id}',
      operationId: 'mcp.updateServer',
      tag,
      scope: 'admin',
      summary:
        'Replace an MCP server. Its tools have to be discovered again; secrets that are left out stay. Only admins of the first tenant may do it over stdio',
      body: mcpServerRequestSchema,
      bodyExamples: serverExamples,
      responses: { 200: server('Replaced.') },
      errors: ['mcp_server_not_found', 'mcp_server_built_in', 'address_not_allowed', 'mcp_server_exists'],
      handle: async ({ ctx, params, body }) =>
        json(await replaceServer({ ctx, input: { serverId: params.server_id, body: await body() } })),
    }),
    route({
      method: 'delete',
      path: '/v1/mcp/servers/{server_id}',
      operationId: 'mcp.removeServer',
      tag,
      scope: 'admin',
      summary: 'Remove an MCP server',
      responses: { 200: { description: 'Removed.', schema: deletedSchema } },
      errors: ['mcp_server_not_found', 'mcp_server_built_in'],
      handle: async ({ ctx, params }) => json(await removeServer({ ctx, input: { serverId: params.server_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/servers/{server_id}/discover',
      operationId: 'mcp.discoverServer',
      tag,
      scope: 'admin',
      summary: 'Ask a server for its tools, pin new ones, and quarantine those whose definition changed',
      dialsOut: true,
      responses: { 200: { description: 'The server and its tools.', schema: mcpDiscoverySchema } },
      errors: ['mcp_server_not_found', 'mcp_server_built_in', 'address_not_allowed', 'mcp_server_failed'],
      handle: async ({ ctx, params }) => json(await discoverServer({ ctx, input: { serverId: params.server_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/servers/{server_id}/authorize',
      operationId: 'mcp.authorizeServer',
      tag,
      scope: 'admin',
      summary: 'Make a link under which a person lends an account to an MCP server',
      dialsOut: true,
      responses: { 200: { description: 'The link.', schema: authorizationLinkSchema } },
      errors: [
        'mcp_server_not_found',
        'mcp_server_built_in',
        'oauth_not_configured',
        'public_url_not_set',
        'mcp_server_failed',
      ],
      handle: async ({ ctx, params, header }) =>
        json(await authorizeServer({ ctx, input: { serverId: params.server_id, host: header('host') } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/servers/{server_id}/tools/accept',
      operationId: 'mcp.acceptTool',
      tag,
      scope: 'admin',
      summary: 'Accept the changed definition of a tool, which ends its quarantine',
      body: acceptToolRequestSchema,
      bodyExamples: { clock: { tool: 'now', hash: '0'.repeat(64), may_change: ['/description'] } },
      responses: { 200: server('The server.') },
      errors: ['mcp_server_not_found', 'mcp_server_built_in', 'mcp_tool_changed', 'mcp_tool_unusable'],
      handle: async ({ ctx, params, body }) =>
        json(await acceptTool({ ctx, input: { serverId: params.server_id, body: await body() } })),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/tools',
      operationId: 'mcp.listTools',
      tag,
      scope: 'read',
      summary: 'List discovered tools, with their names and what policy says of them',
      query: mcpToolsQuerySchema,
      responses: { 200: { description: 'A page of tools.', schema: mcpToolListSchema } },
      errors: ['mcp_server_not_found', 'agent_not_found', 'invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listTools({ ctx, input: { query } })),
    }),
  ];
}

function auditRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/mcp/audit',
      operationId: 'mcp.audit',
      tag,
      scope: 'admin',
      summary:
        'List what was decided about tool calls, what became of them, and what was done to servers, policies and settings, newest first',
      query: auditQuerySchema,
      responses: { 200: { description: 'A page of audit entries.', schema: auditListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listToolAudit({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/audit/verify',
      operationId: 'mcp.verifyAudit',
      tag,
      scope: 'admin',
      summary: 'Check the hash chain of the audit, whole or from an earlier answer on',
      query: auditVerifyQuerySchema,
      responses: { 200: { description: 'What holds of the chain.', schema: auditVerificationSchema } },
      handle: async ({ ctx, query }) => json(await verifyAudit({ ctx, input: { query } })),
    }),
  ];
}

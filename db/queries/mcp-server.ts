import type { McpServerTransport } from '../../contract/mcp.ts';
import type { McpServerHealth } from '../../contract/mcp-server-health.ts';
import type { OAuthSettings, OAuthTokenFacts } from '../../domain/mcp-oauth.ts';
import type { McpToolDefinition, WithheldTool } from '../../domain/mcp-tool.ts';
import type { Tx } from '../database.ts';
import { withinPageBytes } from '../page-bytes.ts';

export interface McpServerRow {
  readonly id: string;
  readonly name: string;
  readonly transport: McpServerTransport;
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  /** The value of the Authorization header, sealed for (tenant, id). */
  readonly sealedAuth: Buffer | null;
  /** JSON of the headers, sealed for (tenant, `sealedServerHeadersRow`). */
  readonly sealedHeaders: Buffer | null;
  readonly headerNames: readonly string[] | null;
  /** JSON of the variables of a server over stdio, sealed for (tenant, `sealedServerEnvRow`). */
  readonly sealedEnv: Buffer | null;
  readonly envNames: readonly string[] | null;
  /** Null: the server takes no tokens of OAuth. */
  readonly oauth: OAuthSettings | null;
  /** The secret of the client in `oauth`, sealed for (tenant, `sealedClientSecretRow`). */
  readonly sealedClientSecret: Buffer | null;
  readonly oauthTokens: OAuthTokenFacts | null;
  /** Null until discovered. */
  readonly tools: readonly McpToolDefinition[] | null;
  /** The tools that the last discovery found and that can't be offered. */
  readonly withheld: readonly WithheldTool[];
  readonly listingWarnings: readonly string[];
  readonly discoveredAt: Date | null;
  readonly createdAt: Date;
  /** The outcome of the last attempt to reach the server. Null: there was none since it was registered or replaced. */
  readonly health: McpServerHealth | null;
  /** The generation of MCP that it was last found to speak. Null: it was not reached since it was registered or replaced. */
  readonly generation: 'sessions' | 'stateless' | null;
}

const columnsWith = (tools: string) => `id, name, transport, url, command, args, sealed_auth AS "sealedAuth",
  sealed_headers AS "sealedHeaders", header_names AS "headerNames", sealed_env AS "sealedEnv", env_names AS "envNames",
  oauth, sealed_client_secret AS "sealedClientSecret",
  (SELECT jsonb_build_object('authorizedAt', o.authorized_at, 'expiresAt', o.expires_at, 'problem', o.problem)
     FROM mcp_oauth o WHERE o.id = mcp_server.id) AS "oauthTokens", ${tools}, withheld,
  listing_warnings AS "listingWarnings",
  discovered_at AS "discoveredAt", created_at AS "createdAt", health, generation`;

export const mcpServerColumns = columnsWith('tools');

/** A server as a list of servers shows it. */
export type ShownMcpServer = Omit<McpServerRow, 'tools'> & { readonly tools: readonly ShownMcpTool[] | null };
/** A tool that is defined otherwise by now has its definitions. */
export type ShownMcpTool =
  | McpToolDefinition
  | (Pick<McpToolDefinition, 'name' | 'missing'> & { readonly drift?: undefined });

/** An expression: the tools of a row in their order, each as `tool` says of the element `t.tool`. */
const toolsAs = (tool: string) =>
  `coalesce((SELECT jsonb_agg(${tool} ORDER BY t.place) FROM jsonb_array_elements(tools) WITH ORDINALITY AS t (tool, place)), '[]')`;
const TOOL_NAME = "jsonb_strip_nulls(jsonb_build_object('name', t.tool->'name', 'missing', t.tool->'missing'))";
const TOOL_NAMES = toolsAs(TOOL_NAME);
const TOOLS_SHOWN = toolsAs(`CASE WHEN t.tool ? 'drift' THEN t.tool ELSE ${TOOL_NAME} END`);

/** Reads all servers with the definitions of their tools, newest first. */
export async function listMcpServers(tx: Tx): Promise<McpServerRow[]> {
  return tx.query<McpServerRow>(
    'list-mcp-servers',
    `SELECT ${mcpServerColumns} FROM mcp_server WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC`,
    [tx.tenantId],
  );
}

/** Reads the ids of all servers, newest first. */
export async function mcpServerIds(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'mcp-server-ids',
    'SELECT id FROM mcp_server WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC',
    [tx.tenantId],
  );
  return rows.map(({ id }) => id);
}

/**
 * Reads the first of these servers, newest first, as far as they fit into a page. Only tools that are defined otherwise by now have
 * their definitions; the others have their names.
 */
export async function shownMcpServers(tx: Tx, ids: readonly string[]): Promise<ShownMcpServer[]> {
  if (ids.length === 0) return [];
  return tx.query<ShownMcpServer>(
    'shown-mcp-servers',
    withinPageBytes(
      `SELECT ${columnsWith(`CASE WHEN jsonb_typeof(tools) = 'array' THEN ${TOOLS_SHOWN} END AS tools`)} FROM mcp_server WHERE tenant_id = $1 AND id = ANY ($2)`,
      `coalesce(octet_length(tools::text), 0) + octet_length(withheld::text) + octet_length("listingWarnings"::text)`,
      '"createdAt" DESC, id DESC',
    ),
    [tx.tenantId, ids],
  );
}

/** The name of a server with those of its pinned tools, which are null until they are discovered. */
export interface McpServerNames {
  readonly id: string;
  readonly name: string;
  readonly tools: readonly Pick<McpToolDefinition, 'name' | 'missing'>[] | null;
}

/** Reads the names of all servers and tools, newest server first. Definitions of tools may have megabytes. */
export async function mcpServerNames(tx: Tx): Promise<McpServerNames[]> {
  return tx.query<McpServerNames>(
    'mcp-server-names',
    `SELECT id, name, CASE WHEN jsonb_typeof(tools) = 'array' THEN ${TOOL_NAMES} END AS tools
       FROM mcp_server WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC`,
    [tx.tenantId],
  );
}

export async function mcpServerById(tx: Tx, id: string): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'mcp-server-by-id',
    `SELECT ${mcpServerColumns} FROM mcp_server WHERE tenant_id = $1 AND id = $2`,
    [tx.tenantId, id],
  );
  return rows[0];
}

export type NewMcpServer = Omit<
  McpServerRow,
  'oauthTokens' | 'tools' | 'withheld' | 'listingWarnings' | 'discoveredAt' | 'createdAt' | 'health' | 'generation'
>;

/** @returns undefined when the tenant already has a server with that name */
export async function insertMcpServer(tx: Tx, server: NewMcpServer): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'insert-mcp-server',
    `INSERT INTO mcp_server (id, tenant_id, name, transport, url, command, args, sealed_auth, sealed_headers, header_names,
       sealed_env, env_names, oauth, sealed_client_secret)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${mcpServerColumns}`,
    [
      server.id,
      tx.tenantId,
      server.name,
      server.transport,
      server.url,
      server.command,
      JSON.stringify(server.args),
      server.sealedAuth,
      server.sealedHeaders,
      jsonOrNull(server.headerNames),
      server.sealedEnv,
      jsonOrNull(server.envNames),
      jsonOrNull(server.oauth),
      server.sealedClientSecret,
    ],
  );
  return rows[0];
}

/**
 * Changes how a server is reached. Its pinned tools are removed, because the tools at the new place have to be discovered.
 * @returns undefined when another server of the tenant has the name, or there is no such server
 */
export async function updateMcpServer(tx: Tx, server: NewMcpServer): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'update-mcp-server',
    `UPDATE mcp_server SET name = $3, transport = $4, url = $5, command = $6, args = $7, sealed_auth = $8,
            sealed_headers = $9, header_names = $10, sealed_env = $11, env_names = $12, oauth = $13,
            sealed_client_secret = $14, health = NULL, generation = NULL, tools = NULL, withheld = '[]', listing_warnings = '[]', discovered_at = NULL
      WHERE tenant_id = $1 AND id = $2
        AND NOT EXISTS (SELECT 1 FROM mcp_server o WHERE o.tenant_id = $1 AND o.name = $3 AND o.id <> $2)
     RETURNING ${mcpServerColumns}`,
    [
      tx.tenantId,
      server.id,
      server.name,
      server.transport,
      server.url,
      server.command,
      JSON.stringify(server.args),
      server.sealedAuth,
      server.sealedHeaders,
      jsonOrNull(server.headerNames),
      server.sealedEnv,
      jsonOrNull(server.envNames),
      jsonOrNull(server.oauth),
      server.sealedClientSecret,
    ],
  );
  return rows[0];
}

export async function putMcpServerHealth(tx: Tx, id: string, health: McpServerHealth): Promise<void> {
  await tx.query('put-mcp-server-health', 'UPDATE mcp_server SET health = $3 WHERE tenant_id = $1 AND id = $2', [
    tx.tenantId,
    id,
    JSON.stringify(health),
  ]);
}

/** Keeps the generation of a server, unless it is reached at another address by now. */
export async function putMcpServerGeneration(
  tx: Tx,
  server: Pick<McpServerRow, 'id' | 'url' | 'command'> & { readonly generation: 'sessions' | 'stateless' },
): Promise<void> {
  await tx.query(
    'put-mcp-server-generation',
    `UPDATE mcp_server SET generation = $3
      WHERE tenant_id = $1 AND id = $2 AND url IS NOT DISTINCT FROM $4 AND command IS NOT DISTINCT FROM $5`,
    [tx.tenantId, server.id, server.generation, server.url, server.command],
  );
}

export async function deleteMcpServer(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    'delete-mcp-server',
    'DELETE FROM mcp_server WHERE tenant_id = $1 AND id = $2 RETURNING 1',
    [tx.tenantId, id],
  );
  return rows.length > 0;
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

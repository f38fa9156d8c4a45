import type { McpToolDefinition, ToolListing } from '../../domain/mcp-tool.ts';
import type { Tx } from '../database.ts';
import { type McpServerRow, mcpServerColumns } from './mcp-server.ts';

/** Locks the row of a server. Pins are read, changed and stored under this lock, so that no change is lost. */
export async function lockMcpServer(tx: Tx, id: string): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'lock-mcp-server',
    `SELECT ${mcpServerColumns} FROM mcp_server WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
    [tx.tenantId, id],
  );
  return rows[0];
}

/** Stores what a discovery found. Undefined: there is no such server, or no longer. */
export async function storeListing(
  tx: Tx,
  id: string,
  { tools, withheld, warnings }: Pick<ToolListing, 'tools' | 'withheld' | 'warnings'>,
): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'store-mcp-listing',
    `UPDATE mcp_server SET tools = $3, withheld = $4, listing_warnings = $5, discovered_at = clock_timestamp(),
            tools_changed_at = clock_timestamp()
      WHERE tenant_id = $1 AND id = $2 RETURNING ${mcpServerColumns}`,
    [tx.tenantId, id, JSON.stringify(tools), JSON.stringify(withheld), JSON.stringify(warnings)],
  );
  return rows[0];
}

/** Stores changed pins of a server whose row is locked. */
export async function storePins(
  tx: Tx,
  id: string,
  tools: readonly McpToolDefinition[],
): Promise<McpServerRow | undefined> {
  const rows = await tx.query<McpServerRow>(
    'store-mcp-pins',
    `UPDATE mcp_server SET tools = $3, tools_changed_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2
     RETURNING ${mcpServerColumns}`,
    [tx.tenantId, id, JSON.stringify(tools)],
  );
  return rows[0];
}

import type { Tx } from '../../db/database.ts';
import { type McpServerRow, mcpServerById } from '../../db/queries/mcp-server.ts';
import { ServiceError } from '../verb/service-error.ts';

export interface ServerRef {
  readonly serverId: string;
}

/** @throws ServiceError mcp_server_not_found */
export async function findServer(tx: Tx, ref: ServerRef): Promise<McpServerRow> {
  const row = await mcpServerById(tx, ref.serverId);
  if (row === undefined) throw noServer(ref);
  return row;
}

export function noServer(ref: ServerRef): ServiceError {
  return new ServiceError('mcp_server_not_found', `No MCP server "${ref.serverId}".`);
}

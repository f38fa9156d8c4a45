import type { Tx } from '../../db/database.ts';
import { type McpServerRow, mcpServerById } from '../../db/queries/mcp-server.ts';
import { ServiceError } from '../verb/service-error.ts';
import { isBundledServer } from './mcp-server-resource.ts';

export interface ServerRef {
  readonly serverId: string;
}

/** @throws ServiceError mcp_server_not_found, mcp_server_built_in */
export async function findServer(tx: Tx, ref: ServerRef): Promise<McpServerRow> {
  const row = await mcpServerById(tx, ref.serverId);
  if (row === undefined) throw noServer(ref);
  return row;
}

/** The refusal of a change of a server that the tenant has not registered: there is none, or it is built in. */
export function noServer(ref: ServerRef): ServiceError {
  if (isBundledServer(ref.serverId)) return builtIn(ref);
  return new ServiceError('mcp_server_not_found', `No MCP server "${ref.serverId}".`);
}

function builtIn({ serverId }: ServerRef): ServiceError {
  return new ServiceError(
    'mcp_server_built_in',
    `The server "${serverId}" is built in. It cannot be changed, removed, discovered or authorized.`,
    {
      recovery: {
        action: `Say with PUT /v1/mcp/governance/policy which of its tools may be used, for example of "${serverId}/*".`,
      },
    },
  );
}

import type { McpServerRow } from '../../db/queries/mcp-server.ts';
import type { McpServer } from '../../mcp/calls/tool-call.ts';
import { serverOfRow } from '../../mcp/connections/server-of-row.ts';
import { SealError } from '../../processes/seal.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/** A server with its opened secrets. @throws ServiceError mcp_server_failed when one of them does not open */
export function connectable(ctx: ServiceContext, row: McpServerRow): McpServer {
  try {
    const { tenantId, sealer } = ctx;
    const server = serverOfRow(tenantId, row, (sealed, rowId) => sealer.open(sealed, { tenantId, rowId }));
    if (server === undefined) throw new Error('a secret that does not open throws');
    return server;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new ServiceError(
      'mcp_server_failed',
      `The stored credential of "${row.name}" does not open: ${error.message}. Add that key to AGENT_RUNS_SEALING_KEYS_OLD, or PUT the server again with its auth, headers and env.`,
      { cause: error },
    );
  }
}

import type { McpServerRow } from '../db/queries/mcp-server.ts';
import type { McpServer } from './tool-call.ts';

/**
 * What it takes to connect to a registered server.
 * @param auth the opened credential of the server, or null if the server has none
 */
export function serverOfRow(row: McpServerRow, auth: string | null): McpServer {
  const { id, name } = row;
  if (row.transport === 'stdio') {
    return { id, name, transport: { kind: 'stdio', command: row.command ?? '', args: row.args } };
  }
  return { id, name, transport: { kind: row.transport, url: row.url ?? '', auth: auth ?? undefined } };
}

import type { McpServerRow } from '../db/queries/mcp-server.ts';
import type { McpServer } from './tool-call.ts';

/** A registered server as a connection is made to it. @param auth its credential, opened (I10); null: it has none */
export function serverOfRow(row: McpServerRow, auth: string | null): McpServer {
  const { id, name } = row;
  if (row.transport === 'stdio') {
    return { id, name, transport: { kind: 'stdio', command: row.command ?? '', args: row.args } };
  }
  const credential = auth === null ? {} : { auth };
  return { id, name, transport: { kind: row.transport, url: row.url ?? '', ...credential } };
}

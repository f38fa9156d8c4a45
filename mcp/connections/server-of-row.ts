import type { McpServerRow } from '../../db/queries/mcp-server.ts';
import { sealedServerEnvRow, sealedServerHeadersRow } from '../../domain/mcp-server-secrets.ts';
import type { McpServer, McpTransport } from '../calls/tool-call.ts';

/** Opens a secret that was sealed for a row of the server's tenant. @returns undefined if it does not open */
export type OpenSecret = (sealed: Uint8Array, rowId: string) => string | undefined;

/** A registered server with all that a connection to it needs. @returns undefined if one of its secrets does not open */
export function serverOfRow(tenantId: string, row: McpServerRow, open: OpenSecret): McpServer | undefined {
  const transport = row.transport === 'stdio' ? overStdio(row, open) : overHttp(row, row.transport, open);
  return transport && { tenantId, id: row.id, name: row.name, transport, generation: row.generation ?? undefined };
}

function overStdio(row: McpServerRow, open: OpenSecret): McpTransport | undefined {
  const env = opened(row.sealedEnv, sealedServerEnvRow(row.id), open);
  if (env === undefined) return undefined;
  return { kind: 'stdio', command: row.command ?? '', args: row.args, env: namesAndValues(env) };
}

function overHttp(row: McpServerRow, kind: 'streamable-http' | 'sse', open: OpenSecret): McpTransport | undefined {
  const auth = opened(row.sealedAuth, row.id, open);
  const headers = opened(row.sealedHeaders, sealedServerHeadersRow(row.id), open);
  if (auth === undefined || headers === undefined) return undefined;
  return { kind, url: row.url ?? '', auth: auth ?? undefined, headers: namesAndValues(headers), oauth: oauthOf(row) };
}

/** A token of the service itself is renewed without a new connection; another person's account is another session. */
function oauthOf({ oauth, oauthTokens }: McpServerRow): string | undefined {
  if (oauth === null) return undefined;
  return JSON.stringify([oauth, oauth.grant === 'authorization_code' ? oauthTokens?.authorizedAt : null]);
}

/** Null: there is no such secret. */
function opened(sealed: Uint8Array | null, rowId: string, open: OpenSecret): string | null | undefined {
  return sealed === null ? null : open(sealed, rowId);
}

function namesAndValues(json: string | null): Record<string, string> {
  // We sealed it ourselves, from a request that was parsed.
  return json === null ? {} : (JSON.parse(json) as Record<string, string>);
}

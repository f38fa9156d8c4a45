import type { z } from 'zod';
import { mcpServerRequestSchema } from '../../contract/mcp.ts';
import { MASK } from '../../contract/mcp-server-secrets.ts';
import type { McpServerRow, NewMcpServer } from '../../db/queries/mcp-server.ts';
import { sealedServerEnvRow, sealedServerHeadersRow } from '../../domain/mcp-server-secrets.ts';
import { restoredAddress } from '../../domain/secret-address.ts';
import { restoredArguments } from '../../domain/secret-arguments.ts';
import { isStdioCommand } from '../../processes/stdio-commands.ts';
import type { ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import { oauthColumns } from './oauth-settings.ts';

export type McpServerRequest = z.output<typeof mcpServerRequestSchema>;

/** Reads the body of POST and PUT. @throws ServiceError invalid_request */
export function serverRequest(body: unknown): McpServerRequest {
  return parseInput(mcpServerRequestSchema, body);
}

/**
 * The columns of a server. A secret that the request leaves out stays as it is stored, as long as the server is reached at the
 * same place.
 * @param stored the server that the request replaces
 * @throws ServiceError invalid_request for a secret that would go to another place than it was given for, for a mask, or for a command that is not on the operator's list
 */
export function serverColumns(
  ctx: ServiceContext,
  id: string,
  request: McpServerRequest,
  stored: McpServerRow | undefined,
): NewMcpServer {
  const url = restoredAddress(request.url ?? '', stored?.url ?? null, MASK);
  const args = restoredArguments(request.args ?? [], stored?.args ?? [], MASK);
  refuseMask('url', url);
  refuseMask('args', args.join(' '));
  refuseOtherCommands(ctx, request.command, args);
  const place = { url: url === '' ? null : url, command: request.command ?? null };
  const kept = stored !== undefined && samePlace(stored, place) ? stored : undefined;
  refuseToMove('auth', stored?.sealedAuth);
  refuseToMove('headers', stored?.sealedHeaders);
  refuseToMove('env', stored?.sealedEnv);
  refuseToMove('oauth', stored?.oauth);
  refuseBoth('auth', stored?.sealedAuth, 'oauth');
  refuseBoth('oauth', stored?.oauth, 'auth');
  const { auth, headers, env } = request;
  return {
    id,
    name: request.name,
    transport: request.transport,
    ...place,
    args,
    sealedAuth: auth === undefined ? (kept?.sealedAuth ?? null) : sealed(auth, id),
    sealedHeaders:
      headers === undefined ? (kept?.sealedHeaders ?? null) : sealed(jsonOf(headers), sealedServerHeadersRow(id)),
    headerNames: headers === undefined ? (kept?.headerNames ?? null) : namesOf(headers),
    sealedEnv: env === undefined ? (kept?.sealedEnv ?? null) : sealed(jsonOf(env), sealedServerEnvRow(id)),
    envNames: env === undefined ? (kept?.envNames ?? null) : namesOf(env),
    ...oauthColumns(ctx, id, request.oauth, kept),
  };

  function refuseMask(field: 'url' | 'args', value: string): void {
    if (!value.includes(MASK)) return;
    throw new ServiceError(
      'invalid_request',
      `"${field}": has the mask of a secret that is not stored at this place.`,
      {
        param: field,
        recovery: { action: 'Give the secret itself, or leave the value as GET shows it.' },
      },
    );
  }

  function refuseToMove(field: 'auth' | 'headers' | 'env' | 'oauth', held: object | null | undefined): void {
    if (kept !== undefined || request[field] !== undefined || held === null || held === undefined) return;
    throw new ServiceError(
      'invalid_request',
      `"${field}": is stored for another address or command. Give it again for this one, or null to remove it.`,
      { param: field },
    );
  }

  /** Only one of the two is sent. */
  function refuseBoth(left: 'auth' | 'oauth', held: object | null | undefined, given: 'auth' | 'oauth'): void {
    if (request[left] !== undefined || held === null || held === undefined) return;
    if (request[given] === undefined || request[given] === null) return;
    throw new ServiceError(
      'invalid_request',
      `"${left}": is stored, and "${given}" takes its place. Give "${left}": null with it.`,
      { param: left },
    );
  }

  function sealed(plain: string | null, rowId: string): Buffer | null {
    return plain === null ? null : ctx.sealer.seal(plain, { tenantId: ctx.tenantId, rowId });
  }
}

function refuseOtherCommands(ctx: ServiceContext, command: string | null | undefined, args: readonly string[]): void {
  if (typeof command !== 'string' || isStdioCommand(ctx.stdioCommands, { command, args })) return;
  throw new ServiceError(
    'invalid_request',
    '"command": with these args, is not on the list of commands that the operator allows.',
    {
      param: 'command',
      recovery: { action: 'Add it to AGENT_RUNS_STDIO_COMMANDS of APIs and workers, or serve it over HTTP.' },
    },
  );
}

/** A server that is reached at the same place is trusted with what it was given before: same origin, or same command. */
function samePlace(stored: McpServerRow, place: Pick<NewMcpServer, 'url' | 'command'>): boolean {
  return stored.command === place.command && originOf(stored.url) === originOf(place.url);
}

function originOf(url: string | null): string | null {
  return url === null ? null : new URL(url).origin;
}

function jsonOf(named: Record<string, string> | null): string | null {
  return namesOf(named) === null ? null : JSON.stringify(named);
}

function namesOf(named: Record<string, string> | null): string[] | null {
  const names = Object.keys(named ?? {});
  return names.length === 0 ? null : names;
}

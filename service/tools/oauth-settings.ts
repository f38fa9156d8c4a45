import { isDeepStrictEqual } from 'node:util';
import type { OAuthRequest } from '../../contract/mcp-oauth.ts';
import type { McpServerRow, NewMcpServer } from '../../db/queries/mcp-server.ts';
import { type OAuthSettings, sealedClientSecretRow } from '../../domain/mcp-oauth.ts';
import type { ServiceContext } from '../verb/context.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';

type OAuthColumns = Pick<NewMcpServer, 'oauth' | 'sealedClientSecret'>;

/**
 * The columns of a server's OAuth. A secret that the request leaves out stays as it is stored, as long as it is for the same
 * client of the same authorization server.
 * @param kept the server that is replaced, where it is reached at the same place
 * @throws ServiceError invalid_request
 */
export function oauthColumns(
  ctx: ServiceContext,
  id: string,
  requested: OAuthRequest | null | undefined,
  kept: McpServerRow | undefined,
): OAuthColumns {
  if (requested === null) return { oauth: null, sealedClientSecret: null };
  if (requested === undefined) {
    return { oauth: kept?.oauth ?? null, sealedClientSecret: kept?.sealedClientSecret ?? null };
  }
  const oauth = settingsOf(requested);
  const { client_secret: secret } = requested;
  if (typeof secret === 'string') {
    const binding = { tenantId: ctx.tenantId, rowId: sealedClientSecretRow(id) };
    return { oauth, sealedClientSecret: ctx.sealer.seal(secret, binding) };
  }
  const stored = secret === undefined ? (kept?.sealedClientSecret ?? null) : null;
  if (stored !== null && kept?.oauth && isSameClient(kept.oauth, oauth)) return { oauth, sealedClientSecret: stored };
  if (oauth.grant === 'client_credentials') throw secretRefusal('is required for the grant client_credentials');
  if (stored !== null)
    throw secretRefusal('is stored for another client. Give it again for this one, or null to remove it');
  return { oauth, sealedClientSecret: null };
}

/** The address of the login page is opened by browsers only. @throws ServiceError address_not_allowed */
export async function requireOAuthAddresses(
  ctx: ServiceContext,
  oauth: OAuthRequest | null | undefined,
): Promise<void> {
  await requireAddress(ctx, 'oauth.issuer', oauth?.issuer);
  await requireAddress(ctx, 'oauth.token_url', oauth?.token_url);
}

/** True if tokens that were given for `before` may be used for `after`. */
export function keepsTokens(before: McpServerRow, after: NewMcpServer): boolean {
  return before.url === after.url && isDeepStrictEqual(before.oauth, after.oauth);
}

function settingsOf(requested: OAuthRequest): OAuthSettings {
  return {
    grant: requested.grant,
    clientId: requested.client_id ?? null,
    scopes: requested.scopes ?? [],
    issuer: requested.issuer ?? null,
    authorizationUrl: requested.authorization_url ?? null,
    tokenUrl: requested.token_url ?? null,
  };
}

function isSameClient(before: OAuthSettings, after: OAuthSettings): boolean {
  return before.clientId === after.clientId && before.issuer === after.issuer && before.tokenUrl === after.tokenUrl;
}

function secretRefusal(why: string): ServiceError {
  return new ServiceError('invalid_request', `"oauth.client_secret": ${why}.`, { param: 'oauth.client_secret' });
}

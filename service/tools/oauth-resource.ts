import type { OAuthResource, OAuthState } from '../../contract/mcp-oauth.ts';
import { MASK } from '../../contract/mcp-server-secrets.ts';
import type { McpServerRow } from '../../db/queries/mcp-server.ts';

/** The OAuth settings of a server as clients see them, with the secret masked. */
export function oauthResource(
  row: Pick<McpServerRow, 'oauth' | 'oauthTokens' | 'sealedClientSecret'>,
): OAuthResource | null {
  const { oauth, oauthTokens } = row;
  if (oauth === null) return null;
  return {
    grant: oauth.grant,
    client_id: oauth.clientId,
    client_secret: row.sealedClientSecret === null ? null : MASK,
    scopes: [...oauth.scopes],
    issuer: oauth.issuer,
    authorization_url: oauth.authorizationUrl,
    token_url: oauth.tokenUrl,
    state: stateOf(row),
    why: oauthTokens?.problem?.message ?? null,
    authorized_at: isoOf(oauthTokens?.authorizedAt),
    expires_at: isoOf(oauthTokens?.expiresAt),
  };
}

function stateOf({ oauthTokens }: Pick<McpServerRow, 'oauthTokens'>): OAuthState {
  if (oauthTokens?.problem) return oauthTokens.problem.state;
  return oauthTokens?.authorizedAt ? 'authorized' : 'not_authorized';
}

/** Postgres writes times of its own form into JSON. */
function isoOf(time: string | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}

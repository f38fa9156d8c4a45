import {
  type AuthorizationServerMetadata,
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  type FetchLike,
  type OAuthProtectedResourceMetadata,
  resourceUrlFromServerUrl,
} from '@modelcontextprotocol/client';
import type { OAuthSettings } from '../../domain/mcp-oauth.ts';
import { OAuthFailure, oauthFailure } from './oauth-failure.ts';

/** An authorization server, as far as the service uses it. It is stored with the tokens that the server gave. */
export interface AuthorizationServer {
  readonly metadata: Metadata;
  /** False when addresses were configured without an issuer: the name in `metadata` is then our own. */
  readonly issuerKnown: boolean;
  /** The MCP server, as its tokens name it (RFC 8707). */
  readonly resource: string;
  /** The scopes that clients of the MCP server may need, as it says. */
  readonly scopes: readonly string[];
}

/** The part of the metadata (RFC 8414) that is used. */
export type Metadata = Pick<
  AuthorizationServerMetadata,
  | 'issuer'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'registration_endpoint'
  | 'response_types_supported'
  | 'scopes_supported'
  | 'code_challenge_methods_supported'
  | 'token_endpoint_auth_methods_supported'
  | 'authorization_response_iss_parameter_supported'
  | 'client_id_metadata_document_supported'
>;

/** The hints that an MCP server gave when it refused a request (RFC 9728). */
export interface Challenge {
  readonly resourceMetadataUrl?: URL | undefined;
  readonly scope?: string | undefined;
}

/**
 * Finds the authorization server of an MCP server: from the settings, or from what the MCP server says of itself and the
 * authorization server of itself. Both are checked: the resource must be the MCP server, and the issuer must be the one that
 * was asked for.
 * @param fetch checks each address, because servers name them
 * @throws OAuthFailure
 */
export async function findAuthorizationServer(
  server: { readonly url: string; readonly settings: OAuthSettings },
  challenge: Challenge,
  fetch: FetchLike,
): Promise<AuthorizationServer> {
  const { settings } = server;
  const resource = resourceUrlFromServerUrl(server.url).href;
  if (settings.tokenUrl !== null && (settings.grant === 'client_credentials' || settings.authorizationUrl !== null)) {
    return configured(settings, settings.tokenUrl, resource);
  }
  const described = settings.issuer === null ? await describedResource(server.url, challenge, fetch) : undefined;
  const issuer = settings.issuer ?? described?.authorization_servers?.[0] ?? new URL('/', server.url).href;
  const metadata = await discovered(issuer, fetch);
  return {
    metadata,
    issuerKnown: true,
    resource: described?.resource ?? resource,
    scopes: described?.scopes_supported ?? [],
  };
}

function configured(settings: OAuthSettings, tokenUrl: string, resource: string): AuthorizationServer {
  const metadata: Metadata = {
    issuer: settings.issuer ?? new URL(tokenUrl).origin,
    authorization_endpoint: settings.authorizationUrl ?? tokenUrl,
    token_endpoint: tokenUrl,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
  return { metadata, issuerKnown: settings.issuer !== null, resource, scopes: [] };
}

/** The description that an MCP server gives of itself; undefined when it gives none, as servers before 2025-06-18. */
async function describedResource(
  url: string,
  { resourceMetadataUrl }: Challenge,
  fetch: FetchLike,
): Promise<OAuthProtectedResourceMetadata | undefined> {
  let status = 0;
  const noting: FetchLike = async (...request) => {
    const response = await fetch(...request);
    status = response.status;
    return response;
  };
  let described: OAuthProtectedResourceMetadata;
  try {
    described = await discoverOAuthProtectedResourceMetadata(url, { resourceMetadataUrl }, noting);
  } catch (error) {
    if (status >= 400 && status < 500) return undefined;
    throw oauthFailure(error, 'the MCP server was asked for its metadata');
  }
  if (!isResource(described.resource, url)) {
    throw new OAuthFailure('unusable', 'The metadata of the MCP server is about another resource than the server.');
  }
  return described;
}

function isResource(resource: string, url: string): boolean {
  if (!URL.canParse(resource)) return false;
  return checkResourceAllowed({ requestedResource: resourceUrlFromServerUrl(url), configuredResource: resource });
}

async function discovered(issuer: string, fetch: FetchLike): Promise<Metadata> {
  const doing = 'it was asked for its metadata';
  const found = await discoverAuthorizationServerMetadata(issuer, { fetchFn: fetch }).catch((error: unknown) => {
    throw oauthFailure(error, doing);
  });
  if (found === undefined) {
    throw new OAuthFailure(
      'unusable',
      'The authorization server does not describe itself. Give the server an issuer, or its authorization_url and token_url.',
    );
  }
  return {
    issuer: found.issuer,
    authorization_endpoint: found.authorization_endpoint,
    token_endpoint: found.token_endpoint,
    registration_endpoint: found.registration_endpoint,
    response_types_supported: found.response_types_supported,
    scopes_supported: found.scopes_supported,
    code_challenge_methods_supported: found.code_challenge_methods_supported,
    token_endpoint_auth_methods_supported: found.token_endpoint_auth_methods_supported,
    authorization_response_iss_parameter_supported: found.authorization_response_iss_parameter_supported,
    client_id_metadata_document_supported: found.client_id_metadata_document_supported,
  };
}

/**
 * The secret of a client that was registered by hand goes to one authorization server: the one that the settings name, or the
 * first one that gave tokens. An MCP server that names another one later does not get it.
 * @throws OAuthFailure
 */
export function requireSameIssuer(
  settings: OAuthSettings,
  before: AuthorizationServer | undefined,
  now: AuthorizationServer,
): void {
  if (settings.clientId === null || settings.issuer !== null || before === undefined) return;
  if (before.metadata.issuer === now.metadata.issuer) return;
  throw new OAuthFailure(
    'unusable',
    'The MCP server names another authorization server than before. If that is right, PUT it again with that issuer.',
  );
}

/** The scopes to ask for: those of the settings, else those that the MCP server asked for, else those that it may need. */
export function scopesToAsk(
  settings: OAuthSettings,
  challenge: Challenge,
  server: AuthorizationServer,
): string | undefined {
  if (settings.scopes.length > 0) return settings.scopes.join(' ');
  const needed = challenge.scope ?? server.scopes.join(' ');
  // Without this scope, OpenID providers give no refresh token.
  const offline =
    settings.grant === 'authorization_code' && server.metadata.scopes_supported?.includes('offline_access');
  const scopes = new Set([
    ...needed.split(' ').filter((scope) => scope !== ''),
    ...(offline ? ['offline_access'] : []),
  ]);
  return scopes.size === 0 ? undefined : [...scopes].join(' ');
}

import { createHash, randomBytes } from 'node:crypto';
import {
  type FetchLike,
  RegistrationRejectedError,
  registerClient,
  startAuthorization,
} from '@modelcontextprotocol/client';
import { isLoopback } from '../../domain/loopback.ts';
import type { OAuthSettings } from '../../domain/mcp-oauth.ts';
import {
  type AuthorizationServer,
  findAuthorizationServer,
  requireSameIssuer,
  scopesToAsk,
} from './authorization-server.ts';
import type { RegisteredClient } from './held-secrets.ts';
import { OAuthFailure, oauthFailure } from './oauth-failure.ts';
import { fetchWithin } from './oauth-fetch.ts';
import { type HeldTokens, informationOf, type OAuthClient } from './token-requests.ts';

/** The facts that are remembered until the browser of the person comes back. They are secret (I10). */
export interface AuthorizationAttempt {
  readonly verifier: string;
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly registered: boolean;
  readonly redirectUri: string;
  /** The server and settings for which the link was made. They may have been replaced since. */
  readonly url: string;
  readonly settings: OAuthSettings;
}

export interface StartedAuthorization {
  readonly authorizationUrl: string;
  /** It comes back with the browser, once. */
  readonly state: string;
  readonly attempt: AuthorizationAttempt;
  /** The client that was registered now, to be kept. */
  readonly newlyRegistered: RegisteredClient | undefined;
}

/** All requests that a link takes: metadata of both servers and the registration. */
const START_MS = 15_000;

/**
 * Makes the link under which a person lends the service an account.
 * @param client the client of the settings, if they name one
 * @param registered the client that registered itself before
 * @param documentClientId the address of the document that describes the service
 * @throws OAuthFailure
 */
export async function startLink(
  deps: { readonly fetch: FetchLike; readonly nowMs: () => number },
  server: {
    readonly url: string;
    readonly settings: OAuthSettings;
    readonly client: OAuthClient | undefined;
    readonly registered: RegisteredClient | undefined;
    readonly documentClientId: string | undefined;
    /** The tokens at hand. */
    readonly held: HeldTokens | undefined;
  },
  redirectUri: string,
): Promise<StartedAuthorization> {
  const { url, settings } = server;
  const fetch = fetchWithin(deps.fetch, START_MS);
  const found = await findAuthorizationServer({ url, settings }, {}, fetch);
  requireSameIssuer(settings, server.held?.server, found);
  requireUsable(found);
  const scope = scopesToAsk(settings, {}, found);
  const { client, newlyRegistered } = await clientOf();
  const state = randomBytes(32).toString('base64url');
  const { metadata, resource } = found;
  const started = await startAuthorization(metadata.issuer, {
    metadata,
    clientInformation: informationOf(client),
    redirectUrl: redirectUri,
    scope,
    state,
    resource,
  }).catch((error: unknown) => {
    throw oauthFailure(error, 'the link was made');
  });
  return {
    authorizationUrl: started.authorizationUrl.href,
    state,
    attempt: {
      verifier: started.codeVerifier,
      server: found,
      client,
      registered: server.client === undefined,
      redirectUri,
      url,
      settings,
    },
    newlyRegistered,
  };

  async function clientOf(): Promise<{ client: OAuthClient; newlyRegistered: RegisteredClient | undefined }> {
    if (server.client !== undefined) return { client: server.client, newlyRegistered: undefined };
    const known = server.registered;
    if (known !== undefined && isStillGood(known, found, redirectUri, deps.nowMs())) {
      return { client: known, newlyRegistered: undefined };
    }
    // A server that reads the document needs no registration of its clients.
    const { documentClientId } = server;
    if (documentClientId !== undefined && found.metadata.client_id_metadata_document_supported === true) {
      return { client: { clientId: documentClientId, authMethod: 'none' }, newlyRegistered: undefined };
    }
    const registered = await register(found, redirectUri, scope, fetch);
    return { client: registered, newlyRegistered: registered };
  }
}

/** The hash that is stored in place of a state, so that whoever reads the database cannot use a link. */
export function sha256OfState(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}

/** Without PKCE, whoever sees the code can use it. A server that does not say that it checks S256 is taken not to. */
function requireUsable({ metadata }: AuthorizationServer): void {
  if (metadata.code_challenge_methods_supported?.includes('S256') !== true) {
    throw new OAuthFailure('unusable', 'The authorization server does not offer PKCE with S256.');
  }
  for (const address of [metadata.authorization_endpoint, metadata.token_endpoint]) requireSecure(address);
  if (metadata.registration_endpoint !== undefined) requireSecure(metadata.registration_endpoint);
}

function requireSecure(address: string): void {
  const url = new URL(address);
  if (url.protocol === 'https:' || isLoopback(url)) return;
  throw new OAuthFailure('unusable', 'An address of the authorization server is not https.');
}

function isStillGood(
  client: RegisteredClient,
  server: AuthorizationServer,
  redirectUri: string,
  nowMs: number,
): boolean {
  const { issuer, secretExpiresAtMs } = client;
  const expired = secretExpiresAtMs !== null && secretExpiresAtMs <= nowMs;
  return issuer === server.metadata.issuer && client.redirectUri === redirectUri && !expired;
}

/** Registers the service at an authorization server (RFC 7591). */
async function register(
  { metadata }: AuthorizationServer,
  redirectUri: string,
  scope: string | undefined,
  fetch: FetchLike,
): Promise<RegisteredClient> {
  if (metadata.registration_endpoint === undefined) {
    throw new OAuthFailure(
      'unusable',
      'The authorization server does not let clients register themselves. Give the server a client_id.',
    );
  }
  const clientMetadata = {
    client_name: 'Agent Runs',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: isLoopback(new URL(redirectUri)) ? 'native' : 'web',
  };
  const information = await registerClient(metadata.issuer, { metadata, clientMetadata, scope, fetchFn: fetch })
    .catch((error: unknown) => {
      // Some servers know the scopes of their resources only, and register nobody for them.
      if (scope === undefined || !(error instanceof RegistrationRejectedError) || error.status !== 400) throw error;
      return registerClient(metadata.issuer, { metadata, clientMetadata, fetchFn: fetch });
    })
    .catch((error: unknown) => {
      throw oauthFailure(error, 'the service registered itself');
    });
  const { client_secret_expires_at: expires } = information;
  return {
    clientId: information.client_id,
    clientSecret: information.client_secret,
    authMethod: information.token_endpoint_auth_method,
    issuer: metadata.issuer,
    redirectUri,
    secretExpiresAtMs: expires === undefined || expires === 0 ? null : expires * 1_000,
  };
}

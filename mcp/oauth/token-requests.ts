import {
  ClientCredentialsProvider,
  exchangeAuthorization,
  type FetchLike,
  fetchToken,
  type OAuthClientInformationMixed,
  type OAuthTokens,
  refreshAuthorization,
} from '@modelcontextprotocol/client';
import type { AuthorizationServer } from './authorization-server.ts';
import { OAuthFailure, oauthFailure } from './oauth-failure.ts';

/** The service as an authorization server knows it. */
export interface OAuthClient {
  readonly clientId: string;
  /** A secret (I10). */
  readonly clientSecret?: string | undefined;
  /** The method by which the server wants the client to prove who it is, where the client registered itself. */
  readonly authMethod?: string | undefined;
}

/** Tokens with the server that gave them. A token is sent to no other server. All of it is secret (I10). */
export interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  readonly server: AuthorizationServer;
  /** The client that registered itself; absent where the settings of the server name one. */
  readonly client?: OAuthClient | undefined;
}

export interface GivenTokens {
  readonly tokens: HeldTokens;
  /** Absent: the server does not say when the token expires. */
  readonly lifetimeMs: number | undefined;
}

/** Gets a token for the service itself. @throws OAuthFailure */
export async function requestOwnToken(
  server: AuthorizationServer,
  client: OAuthClient & { readonly clientSecret: string },
  scope: string | undefined,
  fetch: FetchLike,
): Promise<GivenTokens> {
  const { metadata, resource } = server;
  const { clientId, clientSecret } = client;
  const provider = new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: metadata.issuer });
  return given({ server }, 'the service asked for a token', () =>
    fetchToken(provider, metadata.issuer, { metadata, resource, scope, fetchFn: fetch }),
  );
}

/** Exchanges the code that a person's browser brought. @param iss who says that it gave the code. @throws OAuthFailure */
export async function redeemCode(
  exchange: {
    readonly server: AuthorizationServer;
    readonly client: OAuthClient;
    readonly registered: boolean;
    readonly code: string;
    readonly iss: string | undefined;
    readonly verifier: string;
    readonly redirectUri: string;
  },
  fetch: FetchLike,
): Promise<GivenTokens> {
  const { server, client } = exchange;
  const { metadata, resource } = server;
  const held = { server, client: exchange.registered ? client : undefined };
  return given(held, 'the authorization was completed', () =>
    exchangeAuthorization(metadata.issuer, {
      metadata,
      clientInformation: informationOf(client),
      authorizationCode: exchange.code,
      iss: server.issuerKnown ? exchange.iss : undefined,
      codeVerifier: exchange.verifier,
      redirectUri: exchange.redirectUri,
      resource,
      fetchFn: fetch,
    }),
  );
}

/** Renews tokens. Where the server gives no new refresh token, the old one stays in use. @throws OAuthFailure */
export async function renewTokens(
  held: HeldTokens & { readonly refreshToken: string },
  client: OAuthClient,
  fetch: FetchLike,
): Promise<GivenTokens> {
  const { metadata, resource } = held.server;
  return given(held, 'the token was renewed', () =>
    refreshAuthorization(metadata.issuer, {
      metadata,
      clientInformation: informationOf(client),
      refreshToken: held.refreshToken,
      resource,
      fetchFn: fetch,
    }),
  );
}

async function given(
  held: Pick<HeldTokens, 'server' | 'client'>,
  doing: string,
  request: () => Promise<OAuthTokens>,
): Promise<GivenTokens> {
  const answer = await request().catch((error: unknown) => {
    throw oauthFailure(error, doing);
  });
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new OAuthFailure(
      'unusable',
      'The authorization server gives tokens of a type that is not used: only bearer tokens are.',
    );
  }
  return {
    tokens: {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      server: held.server,
      client: held.client,
    },
    lifetimeMs: answer.expires_in === undefined ? undefined : answer.expires_in * 1_000,
  };
}

export function informationOf({ clientId, clientSecret, authMethod }: OAuthClient): OAuthClientInformationMixed {
  const information = { client_id: clientId, client_secret: clientSecret };
  return authMethod === undefined
    ? information
    : { ...information, token_endpoint_auth_method: authMethod, redirect_uris: [] };
}

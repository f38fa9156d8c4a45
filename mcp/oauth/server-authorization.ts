import {
  type AuthProvider,
  extractWWWAuthenticateParams,
  InsufficientScopeError,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { causesOf } from '../../processes/error-cause.ts';
import { SHORTEST_SECRET } from '../transport/transport-secrets.ts';
import type { Challenge } from './authorization-server.ts';
import { OAuthFailure } from './oauth-failure.ts';

/** The function that gives the token of a server; undefined for a server that is registered without OAuth. */
export type TokenSource = (refused?: string, challenge?: Challenge) => Promise<string>;

/** Lets requests of one connection carry a token, and says what is missing when the server refuses them. */
export interface ServerAuthorization {
  readonly provider: AuthProvider;
  /** Tokens that were sent: a server may repeat them in a result. */
  sentTokens(): readonly string[];
  /** The error, or an OAuthFailure in its place if it says that the server refused our credential. */
  explained(error: unknown): unknown;
}

/** @param otherCredential whether the requests carry a credential that is configured by hand */
export function createServerAuthorization(
  source: TokenSource | undefined,
  otherCredential: boolean,
): ServerAuthorization {
  let sent: string | undefined;
  let said: Challenge = {};

  async function token(): Promise<string | undefined> {
    sent = await source?.();
    return sent;
  }

  async function onUnauthorized({ response }: { response: Response }): Promise<void> {
    const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
    said = { resourceMetadataUrl, scope };
    if (source === undefined) throw refused();
    sent = await source(sent, said);
  }

  function refused(): OAuthFailure {
    const needs = shownScopes(said.scope);
    const scopes = needs === undefined ? '' : ` It asks for the scopes ${needs}.`;
    if (source !== undefined) {
      return new OAuthFailure('refused', `It refuses the token that was issued for it.${scopes}`);
    }
    if (otherCredential)
      return new OAuthFailure('refused', `It refuses the credential that it is registered with.${scopes}`);
    const how =
      said.resourceMetadataUrl === undefined
        ? 'Register it with its credential as "auth", or with "oauth".'
        : 'It takes tokens of OAuth: register it with "oauth".';
    return new OAuthFailure('authorize', `It wants a credential (HTTP 401). ${how}${scopes}`);
  }

  return {
    provider: { token, onUnauthorized },
    sentTokens: () => (sent === undefined || sent.length < SHORTEST_SECRET ? [] : [sent]),
    explained(error) {
      for (const cause of causesOf(error)) {
        if (cause instanceof OAuthFailure) return cause;
        if (cause instanceof InsufficientScopeError) {
          const scopes = shownScopes(cause.requiredScope);
          return new OAuthFailure(
            'authorize',
            `The token lacks scopes${scopes === undefined ? '' : `: ${scopes}`}.`,
            error,
          );
        }
        if (cause instanceof UnauthorizedError) return refused();
        if (cause instanceof SdkHttpError && cause.status === 401) return refused();
      }
      return error;
    },
  };
}

/** Scopes come from the server, so only what has the form of scopes is shown, and not too much of it. */
function shownScopes(scope: string | undefined): string | undefined {
  return scope !== undefined && /^[\x21\x23-\x5b\x5d-\x7e ]{1,300}$/.test(scope) ? scope : undefined;
}

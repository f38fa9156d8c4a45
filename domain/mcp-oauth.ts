import type { OAuthGrant } from '../contract/mcp-oauth.ts';

/** The stored settings of the tokens of an MCP server. The secret of the client is stored beside them, sealed. */
export interface OAuthSettings {
  readonly grant: OAuthGrant;
  /** Null: the service registers itself. */
  readonly clientId: string | null;
  /** Empty: what the MCP server says it needs. */
  readonly scopes: readonly string[];
  /** Null: the MCP server names it. */
  readonly issuer: string | null;
  readonly authorizationUrl: string | null;
  readonly tokenUrl: string | null;
}

/** The reason why there is no usable token. The message is for people, and holds no secret and no text of a server (I10). */
export interface OAuthProblem {
  /** `authorize_again`: only a person can mend it. `refused`: it may be mended at the authorization server. */
  readonly state: 'authorize_again' | 'refused';
  readonly message: string;
}

/** The facts about the tokens of a server that are known without opening them. */
export interface OAuthTokenFacts {
  readonly authorizedAt: string | null;
  readonly expiresAt: string | null;
  readonly problem: OAuthProblem | null;
}

/** The row ids to which the secrets around OAuth are sealed. */
export function sealedClientSecretRow(serverId: string): string {
  return `${serverId}/oauth-client-secret`;
}
export function sealedClientRow(serverId: string): string {
  return `${serverId}/oauth-client`;
}
export function sealedTokensRow(serverId: string): string {
  return `${serverId}/oauth-tokens`;
}
/** @param id of the authorization under way */
export function sealedAttemptRow(id: string): string {
  return `${id}/oauth-attempt`;
}

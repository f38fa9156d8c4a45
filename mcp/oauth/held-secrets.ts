import type { McpOAuthRow } from '../../db/queries/mcp-oauth.ts';
import { sealedClientRow, sealedClientSecretRow, sealedTokensRow } from '../../domain/mcp-oauth.ts';
import { SealError, type Sealer } from '../../processes/seal.ts';
import { OAuthFailure } from './oauth-failure.ts';
import type { HeldTokens, OAuthClient } from './token-requests.ts';

/** The client that the service registered by itself, and where. */
export interface RegisteredClient extends OAuthClient {
  readonly issuer: string;
  readonly redirectUri: string;
  /** Null: never. */
  readonly secretExpiresAtMs: number | null;
}

/** Opens and seals what is stored for the OAuth of a server. */
export interface HeldSecrets {
  /** The client of the settings; undefined where they name none. */
  configuredClient(row: McpOAuthRow): OAuthClient | undefined;
  registeredClient(row: McpOAuthRow): RegisteredClient | undefined;
  tokens(row: McpOAuthRow): HeldTokens | undefined;
  sealClient(serverId: string, client: RegisteredClient): Buffer;
  sealTokens(serverId: string, tokens: HeldTokens): Buffer;
}

export function createHeldSecrets(sealer: Sealer, tenantId: string): HeldSecrets {
  // A value that is opened here was sealed here, so it has the type that went in.
  const opened = <T>(sealed: Buffer | null, rowId: string): T | undefined =>
    sealed === null ? undefined : (JSON.parse(open(sealed, rowId)) as T);
  const sealed = (value: object, rowId: string) => sealer.seal(JSON.stringify(value), { tenantId, rowId });

  function open(text: Buffer, rowId: string): string {
    try {
      return sealer.open(text, { tenantId, rowId });
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw new OAuthFailure('unusable', `A stored secret does not open: ${error.message}.`, error);
    }
  }

  return {
    configuredClient({ serverId, settings, sealedClientSecret }) {
      if (settings === null || settings.clientId === null) return undefined;
      const clientSecret =
        sealedClientSecret === null ? undefined : open(sealedClientSecret, sealedClientSecretRow(serverId));
      return { clientId: settings.clientId, clientSecret };
    },
    registeredClient: ({ serverId, sealedClient }) => opened(sealedClient, sealedClientRow(serverId)),
    tokens: ({ serverId, sealedTokens }) => opened(sealedTokens, sealedTokensRow(serverId)),
    sealClient: (serverId, client) => sealed(client, sealedClientRow(serverId)),
    sealTokens: (serverId, tokens) => sealed(tokens, sealedTokensRow(serverId)),
  };
}

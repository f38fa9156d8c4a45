import type { McpServerTransport } from '../../contract/mcp.ts';
import type { OAuthProblem, OAuthSettings } from '../../domain/mcp-oauth.ts';
import type { Tx } from '../database.ts';

/** The facts that are needed to get a token for an MCP server. */
export interface McpOAuthRow {
  readonly serverId: string;
  readonly name: string;
  readonly transport: McpServerTransport;
  readonly url: string | null;
  readonly settings: OAuthSettings | null;
  readonly sealedClientSecret: Buffer | null;
  readonly sealedClient: Buffer | null;
  readonly sealedTokens: Buffer | null;
  readonly refreshAt: Date | null;
  readonly expiresAt: Date | null;
  readonly version: number;
  readonly problem: OAuthProblem | null;
  readonly retryAt: Date | null;
}

export async function mcpOAuthOf(tx: Tx, serverId: string): Promise<McpOAuthRow | undefined> {
  const rows = await tx.query<McpOAuthRow>(
    'mcp-oauth-of',
    `SELECT s.id AS "serverId", s.name, s.transport, s.url, s.oauth AS settings,
            s.sealed_client_secret AS "sealedClientSecret", o.sealed_client AS "sealedClient",
            o.sealed_tokens AS "sealedTokens", o.refresh_at AS "refreshAt", o.expires_at AS "expiresAt",
            coalesce(o.version, 0) AS version, o.problem, o.retry_at AS "retryAt"
       FROM mcp_server s LEFT JOIN mcp_oauth o ON o.id = s.id
      WHERE s.tenant_id = $1 AND s.id = $2`,
    [tx.tenantId, serverId],
  );
  return rows[0];
}

/**
 * Claims the right to ask for new tokens, for `claimMs`. @param version the tokens that are to be replaced
 * @returns false when another process has claimed it, or the tokens have been replaced
 */
export async function claimMcpOAuth(
  tx: Tx,
  claim: { readonly serverId: string; readonly version: number; readonly claimMs: number },
): Promise<boolean> {
  const rows = await tx.query(
    'claim-mcp-oauth',
    `INSERT INTO mcp_oauth (id, tenant_id, claimed_until) VALUES ($2, $1, now() + $4 * interval '1 millisecond')
     ON CONFLICT (id) DO UPDATE SET claimed_until = excluded.claimed_until
      WHERE mcp_oauth.tenant_id = $1 AND mcp_oauth.version = $3
        AND (mcp_oauth.claimed_until IS NULL OR mcp_oauth.claimed_until < now())
     RETURNING 1`,
    [tx.tenantId, claim.serverId, claim.version, claim.claimMs],
  );
  return rows.length > 0;
}

export interface NewMcpTokens {
  readonly serverId: string;
  readonly sealedTokens: Buffer;
  readonly refreshAt: Date | null;
  readonly expiresAt: Date | null;
}

/** Stores tokens in place of those of `version`. @returns false when those have been replaced or removed meanwhile */
export async function storeRenewedTokens(
  tx: Tx,
  tokens: NewMcpTokens & { readonly version: number },
): Promise<boolean> {
  const rows = await tx.query(
    'store-renewed-tokens',
    `UPDATE mcp_oauth SET sealed_tokens = $4, refresh_at = $5, expires_at = $6, version = version + 1,
            claimed_until = NULL, problem = NULL, retry_at = NULL, authorized_at = coalesce(authorized_at, now())
      WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING 1`,
    [tx.tenantId, tokens.serverId, tokens.version, tokens.sealedTokens, tokens.refreshAt, tokens.expiresAt],
  );
  return rows.length > 0;
}

/** Notes why there are no new tokens in place of those of `version`, and gives up the claim. */
export async function noteOAuthProblem(
  tx: Tx,
  note: {
    readonly serverId: string;
    readonly version: number;
    /** Null: it may pass, and nothing is to be said of it. */
    readonly problem: OAuthProblem | null;
    readonly retryAt: Date | null;
  },
): Promise<void> {
  await tx.query(
    'note-oauth-problem',
    `INSERT INTO mcp_oauth (id, tenant_id, problem, retry_at) VALUES ($2, $1, $4, $5)
     ON CONFLICT (id) DO UPDATE SET claimed_until = NULL, problem = excluded.problem, retry_at = excluded.retry_at
      WHERE mcp_oauth.tenant_id = $1 AND mcp_oauth.version = $3`,
    [
      tx.tenantId,
      note.serverId,
      note.version,
      note.problem === null ? null : JSON.stringify(note.problem),
      note.retryAt,
    ],
  );
}

/** Stores the tokens of an account that a person has just lent, whatever was there before. */
export async function storeFirstTokens(tx: Tx, tokens: NewMcpTokens): Promise<void> {
  await tx.query(
    'store-first-tokens',
    `INSERT INTO mcp_oauth (id, tenant_id, sealed_tokens, refresh_at, expires_at, version, authorized_at)
     VALUES ($2, $1, $3, $4, $5, 1, now())
     ON CONFLICT (id) DO UPDATE SET sealed_tokens = excluded.sealed_tokens, refresh_at = excluded.refresh_at,
            expires_at = excluded.expires_at, version = mcp_oauth.version + 1, claimed_until = NULL, problem = NULL,
            retry_at = NULL, authorized_at = now()`,
    [tx.tenantId, tokens.serverId, tokens.sealedTokens, tokens.refreshAt, tokens.expiresAt],
  );
}

export async function storeRegisteredClient(tx: Tx, serverId: string, sealedClient: Buffer): Promise<void> {
  await tx.query(
    'store-registered-client',
    `INSERT INTO mcp_oauth (id, tenant_id, sealed_client) VALUES ($2, $1, $3)
     ON CONFLICT (id) DO UPDATE SET sealed_client = excluded.sealed_client`,
    [tx.tenantId, serverId, sealedClient],
  );
}

/** Forgets tokens and registration of a server: they belong to settings that it no longer has. */
export async function deleteMcpOAuth(tx: Tx, serverId: string): Promise<void> {
  await tx.query('delete-mcp-oauth', 'DELETE FROM mcp_oauth WHERE tenant_id = $1 AND id = $2', [tx.tenantId, serverId]);
}

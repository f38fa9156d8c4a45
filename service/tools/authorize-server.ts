import type { AuthorizationLink } from '../../contract/mcp-oauth.ts';
import { insertMcpAuthorization } from '../../db/queries/mcp-authorization.ts';
import { mcpOAuthOf, storeRegisteredClient } from '../../db/queries/mcp-oauth.ts';
import { sealedAttemptRow } from '../../domain/mcp-oauth.ts';
import { sha256OfState, startLink } from '../../mcp/oauth/authorization-links.ts';
import { createHeldSecrets } from '../../mcp/oauth/held-secrets.ts';
import { OAuthFailure } from '../../mcp/oauth/oauth-failure.ts';
import { newId } from '../../processes/ids.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

/** A person may have to find a password first. */
const LINK_MS = 10 * 60_000;

export const CALLBACK_PATH = '/v1/mcp/oauth/callback';

/**
 * Makes a link under which a person lends the service an account at the authorization server of an MCP server. A new link
 * leaves the older ones usable, and does not touch the tokens at hand.
 * @param input.host the Host header of the request
 * @throws ServiceError missing_scope, mcp_server_not_found, oauth_not_configured, public_url_not_set, mcp_server_failed
 */
export const authorizeServer: Verb<
  { readonly serverId: string; readonly host: string | undefined },
  AuthorizationLink
> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { serverId } = input;
  const row = await ctx.db.transaction(ctx.tenantId, (tx) => mcpOAuthOf(tx, serverId));
  if (row === undefined) throw new ServiceError('mcp_server_not_found', `No MCP server "${serverId}".`);
  const { settings, url } = row;
  if (settings?.grant !== 'authorization_code' || url === null) {
    throw new ServiceError('oauth_not_configured', `No person can lend an account to "${row.name}".`, {
      recovery: { action: 'PUT the server with "oauth": {"grant": "authorization_code"}.' },
    });
  }
  const redirectUri = `${publicUrl(ctx, input.host)}${CALLBACK_PATH}`;
  const started = await linkOf().catch((error: unknown) => {
    if (!(error instanceof OAuthFailure)) throw error;
    throw new ServiceError('mcp_server_failed', error.message);
  });
  const id = newId('oauth', ctx.nowMs());
  const expiresAt = new Date(ctx.nowMs() + LINK_MS);
  const binding = { tenantId: ctx.tenantId, rowId: sealedAttemptRow(id) };
  const sealedAttempt = ctx.sealer.seal(JSON.stringify(started.attempt), binding);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { newlyRegistered } = started;
    if (newlyRegistered !== undefined) {
      const secrets = createHeldSecrets(ctx.sealer, ctx.tenantId);
      await storeRegisteredClient(tx, serverId, secrets.sealClient(serverId, newlyRegistered));
    }
    const stateSha256 = sha256OfState(started.state);
    await insertMcpAuthorization(tx, { id, serverId, sealedAttempt, createdBy: ctx.keyId, stateSha256, expiresAt });
    await audit(tx, ctx, 'mcp_server.authorize', serverId, { name: row.name });
    return { authorization_url: started.authorizationUrl, expires_at: expiresAt.toISOString() };
  });

  async function linkOf() {
    if (row === undefined || settings === null || url === null) throw new Error('checked above');
    const secrets = createHeldSecrets(ctx.sealer, ctx.tenantId);
    const client = secrets.configuredClient(row);
    const registered = secrets.registeredClient(row);
    const held = secrets.tokens(row);
    const deps = { fetch: ctx.oauthFetch, nowMs: ctx.nowMs };
    return startLink(deps, { url, settings, client, registered, held }, redirectUri);
  }
};

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Where the browser comes back to. Without a setting, only an address of this machine is taken from the request. */
function publicUrl(ctx: ServiceContext, host: string | undefined): string {
  if (ctx.publicUrl !== undefined) return ctx.publicUrl;
  if (host !== undefined && LOOPBACK.test(host)) return `http://${host}`;
  throw new ServiceError('public_url_not_set', 'The service does not know the address that a browser comes back to.', {
    recovery: { action: 'Set AGENT_RUNS_PUBLIC_URL of the APIs.' },
  });
}

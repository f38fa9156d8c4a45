import type { AuthorizationLink, ClientDocument } from '../../contract/mcp-oauth.ts';
import { insertMcpAuthorization } from '../../db/queries/mcp-authorization.ts';
import { type McpOAuthRow, mcpOAuthOf, storeRegisteredClient } from '../../db/queries/mcp-oauth.ts';
import { type OAuthSettings, sealedAttemptRow } from '../../domain/mcp-oauth.ts';
import { type StartedAuthorization, sha256OfState, startLink } from '../../mcp/oauth/authorization-links.ts';
import { clientDocument, documentClientId } from '../../mcp/oauth/client-document.ts';
import { createHeldSecrets, type HeldSecrets } from '../../mcp/oauth/held-secrets.ts';
import { OAuthFailure } from '../../mcp/oauth/oauth-failure.ts';
import { causesOf } from '../../processes/error-cause.ts';
import { newId } from '../../processes/ids.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { noServer, type ServerRef } from './find-server.ts';

/** A person may have to find a password first. */
const LINK_MS = 10 * 60_000;

export const CALLBACK_PATH = '/v1/mcp/oauth/callback';

/**
 * Makes a link under which a person lends the service an account at the authorization server of an MCP server. A new link
 * leaves the older ones usable, and does not touch the tokens at hand.
 * @param input.host the Host header of the request
 * @throws ServiceError missing_scope, mcp_server_not_found, mcp_server_built_in, oauth_not_configured, public_url_not_set, mcp_server_failed
 */
export const authorizeServer: Verb<ServerRef & { readonly host: string | undefined }, AuthorizationLink> = async ({
  ctx,
  input,
}) => {
  requireScope(ctx, 'admin');
  const { serverId } = input;
  const row = await ctx.db.transaction(ctx.tenantId, (tx) => mcpOAuthOf(tx, serverId));
  if (row === undefined) throw noServer(input);
  const { settings, url } = row;
  if (settings?.grant !== 'authorization_code' || url === null) {
    throw new ServiceError('oauth_not_configured', `No person can lend an account to "${row.name}".`, {
      recovery: { action: 'PUT the server with "oauth": {"grant": "authorization_code"}.' },
    });
  }
  const redirectUri = `${publicUrl(ctx, input.host)}${CALLBACK_PATH}`;
  const secrets = createHeldSecrets(ctx.sealer, ctx.tenantId);
  const started = await startedLink(ctx, { row, url, settings, secrets }, redirectUri);
  const id = newId('oauth', ctx.nowMs());
  const expiresAt = new Date(ctx.nowMs() + LINK_MS);
  const binding = { tenantId: ctx.tenantId, rowId: sealedAttemptRow(id) };
  const sealedAttempt = ctx.sealer.seal(JSON.stringify(started.attempt), binding);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { newlyRegistered } = started;
    if (newlyRegistered !== undefined) {
      await storeRegisteredClient(tx, serverId, secrets.sealClient(serverId, newlyRegistered));
    }
    const stateSha256 = sha256OfState(started.state);
    await insertMcpAuthorization(tx, { id, serverId, sealedAttempt, createdBy: ctx.keyId, stateSha256, expiresAt });
    await audit(tx, ctx, 'mcp_server.authorize', serverId, { name: row.name });
    return { authorization_url: started.authorizationUrl, expires_at: expiresAt.toISOString() };
  });
};

/** @throws ServiceError mcp_server_failed */
async function startedLink(
  ctx: ServiceContext,
  { row, url, settings, secrets }: LinkedServer,
  redirectUri: string,
): Promise<StartedAuthorization> {
  try {
    const client = secrets.configuredClient(row);
    const registered = secrets.registeredClient(row);
    const held = secrets.tokens(row);
    const deps = { fetch: ctx.oauthFetch, nowMs: ctx.nowMs };
    return await startLink(
      deps,
      { url, settings, client, registered, held, documentClientId: documentClientId(ctx.publicUrl) },
      redirectUri,
    );
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    // The request itself was refused meanwhile.
    for (const cause of causesOf(error)) if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('mcp_server_failed', error.message);
  }
}

interface LinkedServer {
  readonly row: McpOAuthRow;
  readonly url: string;
  readonly settings: OAuthSettings;
  readonly secrets: HeldSecrets;
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Describes the service to authorization servers that have never met it. @throws ServiceError public_url_not_set */
export function ownClientDocument({ publicUrl }: Pick<ServiceContext, 'publicUrl'>): ClientDocument {
  if (publicUrl === undefined) throw noPublicUrl('The service does not know the address under which it is reached.');
  return clientDocument(publicUrl, `${publicUrl}${CALLBACK_PATH}`);
}

/** The address that the browser comes back to. Without a setting, only an address of this machine is taken from the request. */
function publicUrl(ctx: ServiceContext, host: string | undefined): string {
  if (ctx.publicUrl !== undefined) return ctx.publicUrl;
  if (host !== undefined && LOOPBACK.test(host)) return `http://${host}`;
  throw noPublicUrl('The service does not know the address that a browser comes back to.');
}

function noPublicUrl(message: string): ServiceError {
  return new ServiceError('public_url_not_set', message, {
    recovery: { action: 'Set AGENT_RUNS_PUBLIC_URL of the APIs.' },
  });
}

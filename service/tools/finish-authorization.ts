import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { authorizationCallbackQuerySchema } from '../../contract/mcp-oauth.ts';
import { insertAuditEntry } from '../../db/queries/audit.ts';
import {
  type McpAuthorization,
  takeMcpAuthorization,
  tenantOfAuthorization,
} from '../../db/queries/mcp-authorization.ts';
import { mcpOAuthOf, storeFirstTokens } from '../../db/queries/mcp-oauth.ts';
import { suspensionOfTenant } from '../../db/queries/tenant.ts';
import { sealedAttemptRow } from '../../domain/mcp-oauth.ts';
import { type AuthorizationAttempt, sha256OfState } from '../../mcp/oauth/authorization-links.ts';
import { createHeldSecrets } from '../../mcp/oauth/held-secrets.ts';
import { OAuthFailure, shownCode } from '../../mcp/oauth/oauth-failure.ts';
import { fetchWithin } from '../../mcp/oauth/oauth-fetch.ts';
import { type GivenTokens, redeemCode } from '../../mcp/oauth/token-requests.ts';
import { tokenTimes } from '../../mcp/oauth/token-times.ts';
import { newId } from '../../processes/ids.ts';
import { SealError } from '../../processes/seal.ts';
import type { Suspensions } from '../../processes/suspensions.ts';
import type { ServiceDeps } from '../verb/context.ts';

/** The outcome of a link. The texts are for the person at the browser, and hold no secret. */
export type FinishedAuthorization =
  | { readonly kind: 'authorized'; readonly serverName: string }
  /** The link was used before, has expired, or was never made. */
  | { readonly kind: 'unknown' }
  /** The person or the authorization server said no. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

type Callback = z.output<typeof authorizationCallbackQuerySchema>;
type FinishDeps = Pick<ServiceDeps, 'db' | 'sealer' | 'oauthFetch' | 'nowMs'> & {
  readonly suspensions: Pick<Suspensions, 'begin'>;
};

const REDEEM_MS = 10_000;
const SUSPENDED = { kind: 'refused', why: 'The operator of the service has suspended the tenant.' } as const;

/**
 * Ends an authorization when the browser of the person comes back. No API key comes with it: the state tells the link, and so
 * the tenant and the server. The link is used up first, so a code is redeemed at most once. A process that dies between that
 * and the store of the tokens leaves everything as it was before the link: the person needs a new one.
 */
export async function finishAuthorization(deps: FinishDeps, callback: Callback): Promise<FinishedAuthorization> {
  const { state } = callback;
  if (state === undefined) return { kind: 'unknown' };
  const stateSha256 = sha256OfState(state);
  const tenantId = await deps.db.serviceTransaction((tx) => tenantOfAuthorization(tx, stateSha256));
  if (tenantId === undefined) return { kind: 'unknown' };
  // The work is registered before the row of the tenant is read, so one of the two learns of a suspension.
  const { suspended, end } = deps.suspensions.begin(tenantId);
  try {
    return await finishLink(deps, tenantId, { ...callback, stateSha256 }, suspended);
  } finally {
    end();
  }
}

async function finishLink(
  deps: FinishDeps,
  tenantId: string,
  { stateSha256, code, error, iss }: Omit<Callback, 'state'> & { readonly stateSha256: string },
  suspended: AbortSignal,
): Promise<FinishedAuthorization> {
  const { link, suspension } = await deps.db.transaction(tenantId, async (tx) => ({
    link: await takeMcpAuthorization(tx, stateSha256),
    suspension: await suspensionOfTenant(tx),
  }));
  if (link === undefined) return { kind: 'unknown' };
  if (suspension !== null) return SUSPENDED;
  if (error !== undefined) return { kind: 'refused', why: `The authorization server answered ${shownCode(error)}.` };
  if (code === undefined) return { kind: 'refused', why: 'The authorization server sent no code.' };
  const attempt = opened(deps, tenantId, link);
  if (attempt === undefined)
    return { kind: 'failed', why: 'The service changed its sealing key since the link was made.' };
  let given: GivenTokens;
  try {
    given = await redeemCode({ ...attempt, code, iss }, fetchWithin(deps.oauthFetch, REDEEM_MS, suspended));
  } catch (failure) {
    if (suspended.aborted) return SUSPENDED;
    if (!(failure instanceof OAuthFailure)) throw failure;
    return { kind: 'failed', why: failure.message };
  }
  return stored(deps, tenantId, link, attempt, given);
}

function opened(deps: FinishDeps, tenantId: string, link: McpAuthorization): AuthorizationAttempt | undefined {
  try {
    const text = deps.sealer.open(link.sealedAttempt, { tenantId, rowId: sealedAttemptRow(link.id) });
    return JSON.parse(text) as AuthorizationAttempt; // sealed by authorizeServer
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

async function stored(
  deps: FinishDeps,
  tenantId: string,
  link: McpAuthorization,
  attempt: AuthorizationAttempt,
  given: GivenTokens,
): Promise<FinishedAuthorization> {
  const { serverId } = link;
  const secrets = createHeldSecrets(deps.sealer, tenantId);
  const sealedTokens = secrets.sealTokens(serverId, given.tokens);
  const times = tokenTimes(deps.nowMs(), given.lifetimeMs);
  return deps.db.transaction(tenantId, async (tx) => {
    const row = await mcpOAuthOf(tx, serverId);
    if (row === undefined || row.url !== attempt.url || !isDeepStrictEqual(row.settings, attempt.settings)) {
      return { kind: 'failed', why: 'The tool server was registered anew since the link was made.' };
    }
    await storeFirstTokens(tx, { serverId, sealedTokens, ...times });
    await insertAuditEntry(tx, {
      id: newId('aud', deps.nowMs()),
      actor: link.createdBy,
      action: 'mcp_server.authorized',
      target: serverId,
      detail: { name: row.name, authorization_id: link.id },
    });
    return { kind: 'authorized', serverName: row.name };
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { Database, Tx } from '../../db/database.ts';
import { isPassingDatabaseError } from '../../db/passing-error.ts';
import {
  claimMcpOAuth,
  type McpOAuthRow,
  mcpOAuthOf,
  noteOAuthProblem,
  storeRenewedTokens,
} from '../../db/queries/mcp-oauth.ts';
import { backoffMs } from '../../domain/backoff.ts';
import type { OAuthSettings } from '../../domain/mcp-oauth.ts';
import { abortedAfter } from '../../processes/abortable.ts';
import type { Sealer } from '../../processes/seal.ts';
import type { Suspensions } from '../../processes/suspensions.ts';
import { type Challenge, findAuthorizationServer, requireSameIssuer, scopesToAsk } from './authorization-server.ts';
import { createHeldSecrets, type HeldSecrets } from './held-secrets.ts';
import { OAuthFailure, oauthFailure } from './oauth-failure.ts';
import { fetchWithin } from './oauth-fetch.ts';
import { type GivenTokens, type HeldTokens, renewTokens, requestOwnToken } from './token-requests.ts';
import { tokenTimes } from './token-times.ts';

export interface AccessTokensDeps {
  readonly db: Database;
  readonly sealer: Sealer;
  /** Checks each address (processes/egress-guard.ts). */
  readonly fetch: FetchLike;
  readonly suspensions: Pick<Suspensions, 'begin'>;
  readonly nowMs: () => number;
}

/** Gives the access tokens of the MCP servers that want some. */
export interface AccessTokens {
  /**
   * The token for the next request. @param refused a token that the server has just refused. @throws OAuthFailure
   * @param challenge what the server said when it refused
   */
  tokenFor(ref: ServerRef, refused?: string | undefined, challenge?: Challenge): Promise<string>;
}

export interface ServerRef {
  readonly tenantId: string;
  readonly serverId: string;
}

/** All requests of one renewal: metadata, where it is not known yet, and the token. */
const RENEWAL_MS = 10_000;
/** Longer than a renewal and the store of its tokens: two processes never use one refresh token. */
const CLAIM_MS = 15_000;
/** A process waits so long for another one that has claimed the renewal, and for a dead one's claim to end. */
const WAIT_MS = 20_000;
const LOOK_AGAIN_MS = 150;
/**
 * A server may make a refresh token invalid when it is asked, so the answer of one that is about to answer is still taken after the
 * suspension of the tenant. Without it a person would have to authorize the service again.
 */
const LAST_ANSWER_MS = 2_000;
/** A refusal is not asked for again at each call. */
const RETRY_REFUSED_MS = 30_000;
const STORE_TRIES = 20;

/**
 * Tokens are renewed before they expire, and once when a server refuses one. Of all processes, one renews: it claims the row,
 * asks without a transaction, and stores what it got if the row still has the tokens that it replaced. A process that dies in
 * between leaves a claim that ends by itself. What it got is lost with it: where the server has replaced the refresh token,
 * the next renewal is refused, and a person has to authorize the service again. The suspension of the tenant gives up a renewal
 * and the wait for one.
 */
export function createAccessTokens(deps: AccessTokensDeps): AccessTokens {
  const { db, nowMs } = deps;

  return {
    async tokenFor(ref, refused, challenge = {}) {
      const { suspended, end } = deps.suspensions.begin(ref.tenantId);
      try {
        return await usableToken(ref, refused, challenge, suspended);
      } finally {
        end();
      }
    },
  };

  async function usableToken(
    ref: ServerRef,
    refused: string | undefined,
    challenge: Challenge,
    suspended: AbortSignal,
  ): Promise<string> {
    const secrets = createHeldSecrets(deps.sealer, ref.tenantId);
    const untilMs = nowMs() + WAIT_MS;
    for (;;) {
      const row = await inTenant(ref, (tx) => mcpOAuthOf(tx, ref.serverId));
      const { settings, url } = row ?? {};
      if (row === undefined || settings === undefined || settings === null || url === undefined || url === null) {
        throw new OAuthFailure('unusable', 'The server is registered without OAuth, or no longer.');
      }
      const held = secrets.tokens(row);
      const usable = held !== undefined && held.accessToken !== refused && !isPast(row.expiresAt);
      if (usable && !isPast(row.refreshAt)) return held.accessToken;
      const known = usable ? undefined : knownFailure(row, settings, held);
      if (known !== undefined) throw known;
      if (usable && held.refreshToken === undefined && settings.grant === 'authorization_code') return held.accessToken;

      const { version } = row;
      const claim = { serverId: ref.serverId, version, claimMs: CLAIM_MS };
      if (await inTenant(ref, (tx) => claimMcpOAuth(tx, claim))) {
        const renewed = await renewal({ ref, row, url, settings, held, secrets, challenge, suspended });
        if (typeof renewed === 'string') return renewed;
        // The token at hand is still good, so trouble at the authorization server is nobody's trouble yet.
        if (renewed instanceof OAuthFailure) {
          if (usable) return held.accessToken;
          throw renewed;
        }
        continue;
      }
      if (usable) return held.accessToken;
      if (suspended.aborted)
        throw new OAuthFailure('unavailable', 'The operator of the service has suspended the tenant.');
      if (nowMs() > untilMs) throw new OAuthFailure('unavailable', 'The renewal of the token took too long.');
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** @returns the new token; a failure, which is noted; or undefined if the settings were replaced meanwhile */
  async function renewal(of: Renewal): Promise<string | OAuthFailure | undefined> {
    const { ref, row, secrets } = of;
    const { serverId } = ref;
    const { version } = row;
    const outcome = await asked(of).catch((error: unknown) => oauthFailure(error, 'the token was renewed'));
    if (outcome instanceof OAuthFailure) {
      const problem = problemOf(outcome);
      const retryAt = problem?.state === 'refused' ? new Date(nowMs() + RETRY_REFUSED_MS) : null;
      await untilStored(ref, (tx) => noteOAuthProblem(tx, { serverId, version, problem, retryAt }));
      return outcome;
    }
    const sealedTokens = secrets.sealTokens(serverId, outcome.tokens);
    const times = tokenTimes(nowMs(), outcome.lifetimeMs);
    const stored = await untilStored(ref, (tx) =>
      storeRenewedTokens(tx, { serverId, version, sealedTokens, ...times }),
    );
    return stored ? outcome.tokens.accessToken : undefined;
  }

  async function asked({ row, url, settings, held, secrets, challenge, suspended }: Renewal): Promise<GivenTokens> {
    const configured = secrets.configuredClient(row);
    if (settings.grant === 'authorization_code') {
      const client = configured ?? held?.client;
      if (held?.refreshToken === undefined || client === undefined) throw needsPerson();
      const last = abortedAfter(suspended, LAST_ANSWER_MS);
      const fetch = fetchWithin(deps.fetch, RENEWAL_MS, last.signal);
      return renewTokens({ ...held, refreshToken: held.refreshToken }, client, fetch).finally(last.end);
    }
    const fetch = fetchWithin(deps.fetch, RENEWAL_MS, suspended);
    if (configured?.clientSecret === undefined) throw new OAuthFailure('unusable', 'The client has no secret.');
    const server = await findAuthorizationServer({ url, settings }, challenge, fetch);
    requireSameIssuer(settings, held?.server, server);
    const client = { ...configured, clientSecret: configured.clientSecret };
    return requestOwnToken(server, client, scopesToAsk(settings, challenge, server), fetch);
  }

  /** The failure that is certain without a request. */
  function knownFailure(
    row: McpOAuthRow,
    { grant }: OAuthSettings,
    held: HeldTokens | undefined,
  ): OAuthFailure | undefined {
    const { problem } = row;
    if (problem?.state === 'authorize_again') return new OAuthFailure('authorize', problem.message);
    if (problem !== null && !isPast(row.retryAt)) return new OAuthFailure('refused', problem.message);
    return grant === 'authorization_code' && held === undefined ? needsPerson() : undefined;
  }

  function isPast(time: Date | null): boolean {
    return time !== null && time.getTime() <= nowMs();
  }

  function inTenant<T>(ref: ServerRef, work: (tx: Tx) => Promise<T>): Promise<T> {
    return db.transaction(ref.tenantId, work);
  }

  /** The server may have made the refresh token invalid that is stored, so what it gave is not thrown away at the first hiccup. */
  async function untilStored<T>(ref: ServerRef, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTenant(ref, work);
      } catch (error) {
        if (attempt >= STORE_TRIES || !isPassingDatabaseError(error)) throw error;
        await pause(backoffMs(attempt, { initialMs: 50, maxMs: 500 }));
      }
    }
  }
}

interface Renewal {
  readonly ref: ServerRef;
  readonly row: McpOAuthRow;
  readonly url: string;
  readonly settings: OAuthSettings;
  readonly held: HeldTokens | undefined;
  readonly secrets: HeldSecrets;
  readonly challenge: Challenge;
  readonly suspended: AbortSignal;
}

function needsPerson(): OAuthFailure {
  return new OAuthFailure('authorize', 'A person has to authorize the service at the authorization server.');
}

/** The problem that is noted for a failure. Null: the failure may pass by itself. */
function problemOf({ kind, message }: OAuthFailure) {
  switch (kind) {
    case 'unavailable':
      return null;
    case 'authorize':
      return { state: 'authorize_again', message } as const;
    case 'refused':
    case 'unusable':
      return { state: 'refused', message } as const;
  }
}

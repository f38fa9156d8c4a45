import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database, Tx } from '../../../../db/database.ts';
import type { McpOAuthRow } from '../../../../db/queries/mcp-oauth.ts';
import {
  type OAuthSettings,
  sealedAttemptRow,
  sealedClientSecretRow,
  sealedTokensRow,
} from '../../../../domain/mcp-oauth.ts';
import { createAccessTokens } from '../../../../mcp/oauth/access-tokens.ts';
import type { HeldTokens } from '../../../../mcp/oauth/token-requests.ts';
import { createSealer } from '../../../../processes/seal.ts';
import { createSuspensions } from '../../../../processes/suspensions.ts';
import { finishAuthorization } from '../../../../service/tools/finish-authorization.ts';

const ids = { tenantId: 'ten_a', serverId: 'mcp_a' };
const sealer = createSealer('ab'.repeat(32));
const url = 'https://tools.example/mcp';
const issuer = 'https://auth.example';
const settings: OAuthSettings = {
  grant: 'client_credentials',
  clientId: 'service',
  scopes: [],
  issuer: null,
  authorizationUrl: null,
  tokenUrl: null,
};
const server: HeldTokens['server'] = {
  metadata: {
    issuer,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${issuer}/authorize`,
    response_types_supported: ['code'],
  },
  issuerKnown: true,
  resource: url,
  scopes: [],
};
const seal = (value: unknown, rowId: string) =>
  sealer.seal(typeof value === 'string' ? value : JSON.stringify(value), { tenantId: ids.tenantId, rowId });
const row: McpOAuthRow = {
  serverId: ids.serverId,
  name: 'tools',
  transport: 'streamable-http',
  url,
  settings,
  sealedClientSecret: seal('a-secret-of-the-client', sealedClientSecretRow(ids.serverId)),
  sealedClient: null,
  sealedTokens: null,
  refreshAt: null,
  expiresAt: null,
  version: 1,
  problem: null,
  retryAt: null,
};
const ofPerson: Partial<McpOAuthRow> = {
  settings: { ...settings, grant: 'authorization_code' },
  sealedTokens: seal({ accessToken: 'old', refreshToken: 'refresh', server }, sealedTokensRow(ids.serverId)),
  expiresAt: new Date(0),
};

/** A database with the rows of one server. @param answers rows by the name of their query */
function database(answers: Record<string, unknown[]>): { db: Database; asked: string[] } {
  const asked: string[] = [];
  const tx = {
    tenantId: ids.tenantId,
    async query(name: string) {
      asked.push(name);
      return answers[name] ?? [];
    },
  } as unknown as Tx; // What is asked of it here are rows.
  const db = {
    transaction: (_tenantId: string, work: (tx: Tx) => unknown) => work(tx),
    serviceTransaction: (work: (tx: Tx) => unknown) => work(tx),
  } as unknown as Database;
  return { db, asked };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A fetch whose requests end only when they are aborted. */
function silentFetch() {
  let open = 0;
  const fetch = (_address: unknown, init?: RequestInit) =>
    new Promise<never>((_, reject) => {
      open += 1;
      init?.signal?.addEventListener('abort', () => {
        open -= 1;
        reject(init.signal?.reason);
      });
    });
  return { fetch, open: () => open };
}

test.each<[string, Partial<McpOAuthRow>, { claimed: boolean; requests: number; goesOnMs: number; noted: boolean }]>([
  ['a token of the service itself', {}, { claimed: true, requests: 1, goesOnMs: 0, noted: true }],
  [
    'a token of a person, after two seconds more',
    ofPerson,
    { claimed: true, requests: 1, goesOnMs: 1_500, noted: true },
  ],
  ['another process that renews a token', {}, { claimed: false, requests: 0, goesOnMs: 0, noted: false }],
])(
  '[tenant:suspend:gives-up-waits] a suspended tenant waits no longer for %s',
  async (_, held, { claimed, requests, goesOnMs, noted }) => {
    const { db, asked } = database({
      'mcp-oauth-of': [{ ...row, ...held }],
      'claim-mcp-oauth': claimed ? [{}] : [],
    });
    const suspensions = createSuspensions(() => new Error('suspended'));
    const silent = silentFetch();
    const tokens = createAccessTokens({ db, sealer, fetch: silent.fetch, suspensions, nowMs: () => 1_000 });
    let failure: unknown;
    const asking = tokens.tokenFor(ids).catch((error: unknown) => {
      failure = error;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(silent.open()).toBe(requests);
    suspensions.found(['ten_other', ids.tenantId]);
    await vi.advanceTimersByTimeAsync(goesOnMs);
    if (goesOnMs > 0) expect([failure, silent.open()]).toEqual([undefined, requests]);
    await vi.advanceTimersByTimeAsync(goesOnMs > 0 ? 1_000 : 200);
    await asking;
    expect(failure).toMatchObject({ name: 'OAuthFailure', kind: 'unavailable' });
    expect(silent.open()).toBe(0);
    // The claim is given back, so that the next renewal need not wait for its end.
    expect(asked.includes('note-oauth-problem')).toBe(noted);
  },
);

test('[tenant:suspend:gives-up-waits] a person who comes back from an authorization server that does not answer is told that the tenant is suspended', async () => {
  const attempt = {
    verifier: 'v'.repeat(50),
    server,
    client: { clientId: 'service' },
    registered: false,
    redirectUri: 'https://service.example/v1/mcp/oauth/callback',
    url,
    settings,
  };
  const { db } = database({
    'tenant-of-mcp-authorization': [{ tenantId: ids.tenantId }],
    'take-mcp-authorization': [
      {
        id: 'lnk_a',
        serverId: ids.serverId,
        sealedAttempt: seal(attempt, sealedAttemptRow('lnk_a')),
        createdBy: 'key_a',
      },
    ],
  });
  const suspensions = createSuspensions(() => new Error('suspended'));
  const silent = silentFetch();
  const finishing = finishAuthorization(
    { db, sealer, oauthFetch: silent.fetch, suspensions, nowMs: () => 1_000 },
    { state: 'state', code: 'code', iss: issuer },
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(silent.open()).toBe(1);
  suspensions.found([ids.tenantId]);
  expect(await finishing).toMatchObject({ kind: 'refused', why: expect.stringContaining('suspended the tenant') });
  expect(silent.open()).toBe(0);
});

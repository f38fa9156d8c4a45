import type { FetchLike } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import type { OAuthSettings } from '../../../domain/mcp-oauth.ts';
import { startLink } from '../../../mcp/oauth/authorization-links.ts';
import { clientDocument, documentClientId } from '../../../mcp/oauth/client-document.ts';
import type { RegisteredClient } from '../../../mcp/oauth/held-secrets.ts';

const ISSUER = 'https://login.example.com';
const PUBLIC = 'https://runs.example.com';
const REDIRECT = `${PUBLIC}/v1/mcp/oauth/callback`;
const DOCUMENT = `${PUBLIC}/v1/mcp/oauth/client.json`;

/** An authorization server that answers with this metadata and registers whoever asks. */
function authorizationServer(more: object): { fetch: FetchLike; registrations: unknown[] } {
  const registrations: unknown[] = [];
  const json = (body: object, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const fetch: FetchLike = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (pathname.startsWith('/.well-known/oauth-protected-resource')) {
      return json({ resource: 'https://tools.example.com/mcp', authorization_servers: [ISSUER] });
    }
    if (pathname.startsWith('/.well-known/oauth-authorization-server')) {
      return json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        ...more,
      });
    }
    if (pathname === '/register') {
      registrations.push(init?.body);
      return json({ client_id: 'registered-now', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }, 201);
    }
    return new Response('', { status: 404 });
  };
  return { fetch, registrations };
}

const settings: OAuthSettings = {
  grant: 'authorization_code',
  clientId: null,
  scopes: [],
  issuer: null,
  authorizationUrl: null,
  tokenUrl: null,
};
const before: RegisteredClient = {
  clientId: 'registered-before',
  clientSecret: undefined,
  authMethod: 'none',
  issuer: ISSUER,
  redirectUri: REDIRECT,
  secretExpiresAtMs: null,
};
const reads = { client_id_metadata_document_supported: true };
const registers = { registration_endpoint: `${ISSUER}/register` };

test.each<{
  what: string;
  metadata: object;
  publicUrl?: string | undefined;
  byHand?: boolean;
  known?: RegisteredClient;
  clientId: string;
  registrations?: number;
}>([
  { what: 'reads documents', metadata: reads, publicUrl: PUBLIC, clientId: DOCUMENT },
  {
    what: 'reads documents and registers',
    metadata: { ...reads, ...registers },
    publicUrl: PUBLIC,
    clientId: DOCUMENT,
  },
  {
    what: 'reads documents, while the service has no public address',
    metadata: { ...reads, ...registers },
    clientId: 'registered-now',
    registrations: 1,
  },
  {
    what: 'reads documents, while the address of the service is not https',
    metadata: { ...reads, ...registers },
    publicUrl: 'http://127.0.0.1:8787',
    clientId: 'registered-now',
    registrations: 1,
  },
  { what: 'only registers', metadata: registers, publicUrl: PUBLIC, clientId: 'registered-now', registrations: 1 },
  {
    what: 'says that it reads no documents',
    metadata: { ...registers, client_id_metadata_document_supported: false },
    publicUrl: PUBLIC,
    clientId: 'registered-now',
    registrations: 1,
  },
  {
    what: 'knows a client that was registered by hand',
    metadata: { ...reads, ...registers },
    publicUrl: PUBLIC,
    byHand: true,
    clientId: 'by-hand',
  },
  {
    what: 'knows a client that registered itself before',
    metadata: { ...reads, ...registers },
    publicUrl: PUBLIC,
    known: before,
    clientId: 'registered-before',
  },
  {
    what: 'reads documents, while the client of before came back to another address',
    metadata: reads,
    publicUrl: PUBLIC,
    known: { ...before, redirectUri: 'https://old.example.com/v1/mcp/oauth/callback' },
    clientId: DOCUMENT,
  },
  {
    what: 'reads documents, while the client of before is that of another server',
    metadata: reads,
    publicUrl: PUBLIC,
    known: { ...before, issuer: 'https://other.example.com' },
    clientId: DOCUMENT,
  },
])(
  '[tool:oauth:known-by-its-document] to an authorization server that $what the service is $clientId',
  async (given) => {
    const { fetch, registrations } = authorizationServer(given.metadata);
    const client = given.byHand ? { clientId: 'by-hand', clientSecret: 'secret' } : undefined;
    const started = await startLink(
      { fetch, nowMs: Date.now },
      {
        url: 'https://tools.example.com/mcp',
        settings: { ...settings, clientId: client?.clientId ?? null },
        client,
        registered: given.known,
        documentClientId: documentClientId(given.publicUrl),
        held: undefined,
      },
      REDIRECT,
    );
    const link = new URL(started.authorizationUrl).searchParams;
    expect([link.get('client_id'), link.get('redirect_uri')]).toEqual([given.clientId, REDIRECT]);
    expect(link.get('code_challenge_method')).toBe('S256');
    expect(registrations).toHaveLength(given.registrations ?? 0);
    expect(started.newlyRegistered?.clientId).toBe(given.registrations ? 'registered-now' : undefined);
    expect(started.attempt).toMatchObject({ client: { clientId: given.clientId }, registered: !given.byHand });
  },
);

test('[tool:oauth:known-by-its-document] an authorization server that neither reads documents nor registers needs a client_id', async () => {
  const { fetch } = authorizationServer({});
  const link = startLink(
    { fetch, nowMs: Date.now },
    {
      url: 'https://tools.example.com/mcp',
      settings,
      client: undefined,
      registered: undefined,
      documentClientId: DOCUMENT,
      held: undefined,
    },
    REDIRECT,
  );
  await expect(link).rejects.toThrow('Give the server a client_id');
});

test('[tool:oauth:known-by-its-document] the document is what its address says: a public client that comes back to one address', () => {
  expect(clientDocument(PUBLIC, REDIRECT)).toEqual({
    client_id: DOCUMENT,
    client_name: 'Agent Runs',
    client_uri: PUBLIC,
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  });
});

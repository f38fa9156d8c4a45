import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instead, SERVICE_CLIENT, startAuthorizationServer } from '../../fixtures/mcp/authorization-server.ts';
import { request } from '../api/fixture.ts';
import { expectTools, OWN, PERSON, useOAuth } from './oauth-fixture.ts';

const used = useOAuth();

describe('[tool:oauth:says-what-is-wrong] a server whose authorization does not work', () => {
  const json = (body: object, status = 200): Instead => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const METADATA = '/.well-known/';
  let secretPort = 0;
  let reached = 0;
  const secret = createServer((_request, response) => {
    reached += 1;
    response.end('{}');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => secret.listen(0, '127.0.0.1', resolve));
    const address = secret.address();
    secretPort = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => new Promise((resolve) => secret.close(resolve)));

  const atAuthorization = (where: string, answer: () => Instead) => () => {
    used.authorization.instead = ({ path }) => (path.startsWith(where) ? answer() : undefined);
  };
  const atTools = (where: string, answer: () => Instead) => () => {
    used.tools.instead = (path) => (path.startsWith(where) ? answer() : undefined);
  };
  const described = (metadata: object) =>
    json({ issuer: used.authorization.issuer, response_types_supported: ['code'], ...metadata });
  const privateAddress = () => `http://127.0.0.1:${secretPort}/`;

  test.each<[string, () => void, string]>([
    [
      'the authorization server has no metadata',
      atAuthorization(METADATA, () => ({ status: 404 })),
      'does not describe itself',
    ],
    [
      'its metadata are no JSON',
      atAuthorization(METADATA, () => ({ body: '<html>' })),
      'not answer in a way that is understood',
    ],
    ['its metadata lack the token endpoint', atAuthorization(METADATA, () => described({})), 'not answer in a way'],
    [
      'its metadata name another issuer',
      atAuthorization(METADATA, () =>
        described({
          issuer: 'https://evil.test',
          authorization_endpoint: 'https://evil.test/a',
          token_endpoint: 'https://evil.test/t',
          jwks_uri: 'https://evil.test/j',
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        }),
      ),
      'says that it is another one',
    ],
    ['it is down', atAuthorization('/', () => ({ status: 503 })), 'could not be reached'],
    [
      'it sends us to a private address',
      atAuthorization(METADATA, () => ({ status: 302, headers: { location: privateAddress() } })),
      'does not describe itself',
    ],
    [
      'its tokens are garbage',
      atAuthorization('/token', () => ({ body: 'garbage' })),
      'not answer in a way that is understood',
    ],
    [
      'its tokens are of another type',
      atAuthorization('/token', () => json({ access_token: 'a-token-of-another-type', token_type: 'mac' })),
      'only bearer tokens are',
    ],
    [
      'it says no in words of its own',
      atAuthorization('/token', () =>
        json({ error: 'it <b>leaks</b>', error_description: SERVICE_CLIENT.client_secret }, 400),
      ),
      'answered an error',
    ],
    [
      'its answer has no end',
      atAuthorization('/token', () => ({ body: 'x'.repeat(1_000_000) })),
      'not answer in a way that is understood',
    ],
    ['it never answers', atAuthorization('/token', () => 'hang'), 'did not answer in time'],
    [
      'the server describes another resource',
      () => {
        used.tools.describedAs = { resource: 'https://evil.test/mcp' };
      },
      'about another resource',
    ],
    [
      'the server names a private authorization server',
      () => {
        used.tools.describedAs = { authorization_servers: [privateAddress()] };
      },
      'is not allowed',
    ],
    ['the metadata of the server are garbage', atTools(METADATA, () => ({ body: 'garbage' })), 'not answer in a way'],
    [
      'the server accepts tokens for another audience only',
      () => {
        used.tools.audience = 'https://other.test/';
      },
      'refuses the token that was issued for it. It asks for the scopes tools',
    ],
    [
      'the server wants more scopes',
      atTools('/mcp', () => ({
        status: 403,
        headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' },
      })),
      'The token lacks scopes: admin',
    ],
  ])('says that %s', async (_what, arrange, words) => {
    const id = await used.register(OWN);
    arrange();
    const { status, body } = await used.discover(id);
    expect(status).toBe(502);
    expect(body.error.message).toContain(words);
    expect(reached).toBe(0);
    expect(body.error.message).not.toMatch(/evil|leaks|<|secret-of/);
  });

  test.each<[string, object, string]>([
    [
      'no credential',
      { oauth: null },
      'It takes tokens of OAuth: register it with "oauth". It asks for the scopes tools',
    ],
    [
      'a wrong credential',
      { oauth: null, auth: 'Bearer wrong-credential' },
      'It refuses the credential that it is registered with',
    ],
  ])('says what is missing to who registered it with %s', async (_what, more, words) => {
    const id = await used.register(null, more);
    expect((await used.discover(id)).body.error.message).toContain(words);
  });

  test('gets the secret of a client that is registered by hand at one authorization server only', async () => {
    const id = await used.register(OWN);
    expectTools(await used.discover(id));
    await used.age(id, 'expired');
    const other = await startAuthorizationServer('http://127.0.0.1/cb');
    used.tools.describedAs = { authorization_servers: [other.issuer.replace('127.0.0.1', 'localhost')] };
    expect((await used.discover(id)).status).toBe(502);
    expect(other.asked).toEqual([]);
    used.tools.describedAs = {};
    used.authorization.instead = ({ path }) =>
      path.startsWith(METADATA)
        ? described({
            issuer: `${used.authorization.issuer}/other`,
            authorization_endpoint: `${used.authorization.issuer}/auth`,
            token_endpoint: `${used.authorization.issuer}/token`,
          })
        : undefined;
    used.tools.describedAs = { authorization_servers: [`${used.authorization.issuer}/other`] };
    used.authorization.asked.length = 0;
    const again = await used.register(OWN);
    expect((await used.discover(again)).status).toBe(200);
    used.tools.describedAs = {};
    used.authorization.instead = () => undefined;
    await used.age(again, 'expired');
    const { body } = await used.discover(again);
    expect(body.error.message).toContain('names another authorization server than before');
    await other.close();
  });

  test('is not sent to a browser without PKCE, without registration, or over http to strangers', async () => {
    for (const [change, words] of [
      [{ code_challenge_methods_supported: ['plain'] }, 'does not offer PKCE'],
      [{ registration_endpoint: undefined }, 'Give the server a client_id'],
      [{ token_endpoint: 'http://strangers.test/token' }, 'is not https'],
    ] as const) {
      const id = await used.register(PERSON);
      const full = {
        authorization_endpoint: `${used.authorization.issuer}/auth`,
        token_endpoint: `${used.authorization.issuer}/token`,
        registration_endpoint: `${used.authorization.issuer}/reg`,
        code_challenge_methods_supported: ['S256'],
      };
      // The metadata of RFC 8414 come first.
      atAuthorization('/.well-known/oauth-authorization-server', () => described({ ...full, ...change }))();
      const { status, body } = await request(used.api, 'POST', `/v1/mcp/servers/${id}/authorize`);
      expect({ status, message: body.error.message }).toEqual({ status: 502, message: expect.stringContaining(words) });
    }
  });
});

describe('[tool:oauth:settings] the settings', () => {
  test.each<[string, object, string]>([
    ['an unknown field', { oauth: { ...OWN, audience: 'x' } }, 'oauth.audience'],
    ['an unknown grant', { oauth: { grant: 'password' } }, 'oauth.grant'],
    ['no client', { oauth: { grant: 'client_credentials' } }, 'oauth.client_id'],
    ['no secret', { oauth: { grant: 'client_credentials', client_id: 'service' } }, 'oauth.client_secret'],
    ['a secret without a client', { oauth: { ...PERSON, client_secret: 'x' } }, 'oauth.client_id'],
    ['the mask as secret', { oauth: { ...OWN, client_secret: '••••' } }, 'oauth.client_secret'],
    [
      'half of the addresses',
      { oauth: { ...PERSON, client_id: 'a', token_url: 'https://a.test/t' } },
      'oauth.authorization_url',
    ],
    ['an address with a password', { oauth: { ...PERSON, issuer: 'https://a:b@a.test' } }, 'oauth.issuer'],
    ['a scope with a space', { oauth: { ...PERSON, scopes: ['a b'] } }, 'oauth.scopes.0'],
    ['auth beside oauth', { oauth: OWN, auth: 'Bearer 12345678' }, 'oauth'],
    ['stdio', { oauth: OWN, transport: 'stdio', command: 'true', url: null }, 'oauth'],
  ])('with %s are refused', async (_what, settings, param) => {
    const server = { name: 'refused', transport: 'streamable-http', url: used.tools.url, ...settings };
    const { status, body } = await request(used.api, 'POST', '/v1/mcp/servers', server);
    expect({ status, param: body.error.param }).toEqual({ status: 400, param });
  });

  test.each(['issuer', 'token_url'])('with a private address as %s are refused', async (field) => {
    const oauth = { ...OWN, [field]: 'http://169.254.169.254/latest' };
    const server = { name: 'refused', transport: 'streamable-http', url: used.tools.url, oauth };
    const { body } = await request(used.api, 'POST', '/v1/mcp/servers', server);
    expect(body.error).toMatchObject({ code: 'address_not_allowed', param: `oauth.${field}` });
  });

  test('that a PUT leaves out are kept, with tokens and secret; other settings begin anew', async () => {
    const id = await used.register(OWN);
    expectTools(await used.discover(id));
    const put = (more: object) =>
      request(used.api, 'PUT', `/v1/mcp/servers/${id}`, {
        name: `kept-${id}`,
        transport: 'streamable-http',
        url: used.tools.url,
        ...more,
      });
    used.authorization.asked.length = 0;
    for (const kept of [{}, { oauth: { grant: 'client_credentials', client_id: 'service' } }]) {
      expect((await put(kept)).body.oauth).toMatchObject({ client_secret: '••••', state: 'authorized' });
      expectTools(await used.discover(id));
    }
    expect(used.tokenRequests()).toEqual([]);
    expect((await put({ oauth: { grant: 'client_credentials', client_id: 'other' } })).body.error.param).toBe(
      'oauth.client_secret',
    );
    expect((await put({ url: 'https://elsewhere.test/mcp' })).body.error.param).toBe('oauth');
    expect((await put({ auth: 'Bearer 12345678' })).body.error.param).toBe('oauth');
    expect((await put({ oauth: { ...OWN, scopes: ['tools'] } })).body.oauth.state).toBe('not_authorized');
    expect((await put({ oauth: null })).body.oauth).toBe(null);
    expect((await used.discover(id)).status).toBe(502);
  });
});

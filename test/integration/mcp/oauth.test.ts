import { describe, expect, test } from 'vitest';
import { KNOWN_CLIENT } from '../../fixtures/mcp/authorization-server.ts';
import { request } from '../api/fixture.ts';
import { expectTools, OWN, PERSON, useOAuth } from './oauth-fixture.ts';

const used = useOAuth();

describe('[tool:oauth:token-for-each-request] a server that wants the service’s own tokens', () => {
  test('is given one, which is sealed, kept, and shown nowhere', async () => {
    const id = await used.register(OWN);
    expect(await used.oauthOf(id)).toMatchObject({
      client_id: 'service',
      client_secret: '••••',
      state: 'not_authorized',
    });
    expectTools(await used.discover(id));
    expectTools(await used.discover(id));
    expect(used.tokenRequests()).toEqual(['/token client_credentials']);
    expect(await used.oauthOf(id)).toMatchObject({ state: 'authorized', why: null, expires_at: expect.any(String) });
  });

  test('gets a new one before the old one expires, when it has expired, and when it was revoked', async () => {
    const id = await used.register(OWN);
    expectTools(await used.discover(id));
    const first = used.tools.lastToken();
    await used.age(id, 'due');
    expectTools(await used.discover(id));
    const second = used.tools.lastToken();
    await used.age(id, 'expired');
    expectTools(await used.discover(id));
    const third = used.tools.lastToken();
    await used.authorization.revokeEverything();
    expectTools(await used.discover(id));
    expect(new Set([first, second, third, used.tools.lastToken()]).size).toBe(4);
    expect(used.tokenRequests()).toHaveLength(4);
  });

  test('keeps the token at hand while the authorization server is away, as long as it is good', async () => {
    const id = await used.register(OWN);
    expectTools(await used.discover(id));
    await used.age(id, 'due');
    used.authorization.instead = () => ({ status: 503 });
    expectTools(await used.discover(id));
    await used.age(id, 'expired');
    expect((await used.discover(id)).body.error.message).toContain('could not be reached. The authorization server');
    used.authorization.instead = () => undefined;
    expectTools(await used.discover(id));
  });

  test('is asked for a token by one process at a time', async () => {
    const id = await used.register(OWN);
    const other = await used.api.another();
    const both = [used.api, { ...used.api, baseUrl: `http://127.0.0.1:${other.port}` }];
    for (const state of ['first', 'expired'] as const) {
      if (state === 'expired') await used.age(id, state);
      used.authorization.asked.length = 0;
      const answers = await Promise.all([...both, ...both].map((at) => used.discover(id, at)));
      for (const answer of answers) expectTools(answer);
      expect(used.tokenRequests()).toHaveLength(1);
    }
  });

  test('that refuses the client is not asked again at each call, and says so', async () => {
    const id = await used.register({ ...OWN, client_secret: 'another-secret-than-the-right-one' });
    const { status, body } = await used.discover(id);
    expect({ status, message: body.error.message }).toEqual({
      status: 502,
      message: expect.stringContaining('The authorization server answered invalid_client'),
    });
    await used.discover(id);
    expect(used.tokenRequests()).toHaveLength(1);
    expect(await used.oauthOf(id)).toMatchObject({ state: 'refused', why: expect.stringContaining('invalid_client') });
  });
});
describe('[tool:oauth:account-of-a-person] a server that takes the account of a person', () => {
  test.each([
    ['that registers itself', PERSON],
    ['that is registered by hand', { ...PERSON, ...KNOWN_CLIENT }],
    [
      'with scopes and an issuer of its own',
      () => ({ ...PERSON, scopes: ['tools'], issuer: used.authorization.issuer }),
    ],
  ])('is used by a client %s', async (_how, oauth) => {
    const id = await used.register(typeof oauth === 'function' ? oauth() : oauth);
    expect((await used.discover(id)).body.error.message).toContain('A person has to authorize the service');
    const address = await used.authorization.openLink(await used.link(id));
    expect(await used.comeBack(address)).toEqual({
      status: 200,
      text: expect.stringContaining('You may close this page'),
    });
    expectTools(await used.discover(id));
    expect(await used.oauthOf(id)).toMatchObject({ state: 'authorized', authorized_at: expect.any(String) });
    // The state was good once.
    expect(await used.comeBack(address)).toEqual({ status: 400, text: expect.stringContaining('It was used before') });
    expectTools(await used.discover(id));
  });

  test('goes on when its token is renewed, by one process at a time, with refresh tokens that are good once', async () => {
    const id = await used.authorized(PERSON);
    const other = await used.api.another();
    const both = [used.api, { ...used.api, baseUrl: `http://127.0.0.1:${other.port}` }];
    for (let round = 0; round < 3; round++) {
      await used.age(id, 'expired');
      used.authorization.asked.length = 0;
      for (const answer of await Promise.all(both.map((at) => used.discover(id, at)))) expectTools(answer);
      expect(used.tokenRequests()).toEqual(['/token refresh_token']);
    }
  });

  test('goes on after a process that died while it renewed the token', async () => {
    const id = await used.authorized(PERSON);
    await used.age(id, 'expired');
    await used.api.database.database.serviceTransaction((tx) =>
      tx.query('claim', "UPDATE mcp_oauth SET claimed_until = now() + interval '500 ms' WHERE id = $1", [id]),
    );
    expectTools(await used.discover(id));
  });

  test('says that it has to be authorized again when the account was taken back', async () => {
    const id = await used.authorized(PERSON);
    await used.authorization.revokeEverything();
    const { status, body } = await used.discover(id);
    expect({ status, message: body.error.message }).toEqual({
      status: 502,
      message: expect.stringContaining('invalid_grant when the token was renewed: a person has to authorize it again'),
    });
    expect(await used.oauthOf(id)).toMatchObject({
      state: 'authorize_again',
      why: expect.stringContaining('invalid_grant'),
    });
    used.authorization.asked.length = 0;
    await used.discover(id);
    expect(used.tokenRequests()).toEqual([]);
    expect(await used.comeBack(await used.authorization.openLink(await used.link(id)))).toMatchObject({ status: 200 });
    expectTools(await used.discover(id));
  });

  test.each<[string, (address: URL, id: string) => unknown, number, string]>([
    ['brings another state', (address) => address.searchParams.set('state', 'x'.repeat(43)), 400, 'It was used before'],
    ['brings no state', (address) => address.searchParams.delete('state'), 400, 'It was used before'],
    ['brings no code', (address) => address.searchParams.delete('code'), 400, 'sent no code'],
    ['brings another code', (address) => address.searchParams.set('code', 'wrong'), 502, 'invalid_grant'],
    [
      'brings a refusal',
      (address) => address.searchParams.set('error', 'access_denied'),
      400,
      'answered access_denied',
    ],
    ['brings a page as refusal', (address) => address.searchParams.set('error', '<b>'), 400, 'answered an error'],
    [
      'comes from another server',
      (address) => address.searchParams.set('iss', 'https://evil.test'),
      502,
      'another one',
    ],
    ['comes from nobody', (address) => address.searchParams.delete('iss'), 502, 'another one'],
    [
      'comes too late',
      () =>
        used.api.database.database.serviceTransaction((tx) =>
          tx.query('late', "UPDATE mcp_authorization SET expires_at = now() - interval '1 s'"),
        ),
      400,
      'It was used before',
    ],
    [
      'comes after the server was registered anew',
      (_address, id) =>
        request(used.api, 'PUT', `/v1/mcp/servers/${id}`, {
          name: `replaced-${id}`,
          transport: 'streamable-http',
          url: used.tools.url,
          oauth: { ...PERSON, scopes: ['other'] },
        }),
      502,
      'registered anew',
    ],
  ])('is not authorized by a browser that %s, and the link is used up', async (_what, change, status, text) => {
    const id = await used.register(PERSON);
    const address = new URL(await used.authorization.openLink(await used.link(id)));
    const unchanged = address.href;
    await change(address, id);
    expect(await used.comeBack(address.href)).toEqual({ status, text: expect.stringContaining(text) });
    expect((await used.oauthOf(id)).state).toBe('not_authorized');
    if (address.searchParams.get('state') === new URL(unchanged).searchParams.get('state')) {
      expect((await used.comeBack(unchanged)).status).toBe(400);
    }
  });

  test('is authorized by nobody where no link can be made', async () => {
    for (const [id, code] of [
      [await used.register(null), 'oauth_not_configured'],
      [await used.register(OWN), 'oauth_not_configured'],
      ['mcp_00000000000000000000000000', 'mcp_server_not_found'],
    ] as const) {
      expect((await request(used.api, 'POST', `/v1/mcp/servers/${id}/authorize`)).body.error.code).toBe(code);
    }
  });
});

test('[tool:oauth:known-by-its-document] the document of the service needs no key, and says what is missing where there is no address for it', async () => {
  const { status, body } = await request(used.api, 'GET', '/v1/mcp/oauth/client.json', undefined, {
    authorization: '',
  });
  expect([status, body.error.code]).toEqual([409, 'public_url_not_set']);
});

test('[I10] no token, code or secret is in a log line, an answer, the audit or a column of the database', async () => {
  const { body } = await request(used.api, 'GET', '/v1/mcp/audit?limit=100');
  const rows = await used.api.database.database.serviceTransaction(async (tx) => {
    const tables = ['mcp_server', 'mcp_oauth', 'mcp_authorization', 'audit_entry', 'idempotency_key'];
    return Promise.all(tables.map((table) => tx.query(`all-${table}`, `SELECT to_jsonb(t) AS row FROM ${table} t`)));
  });
  const everything = JSON.stringify([body, rows, used.api.lines, used.api.warnings]);
  expect(used.secrets.size).toBeGreaterThan(5);
  for (const secret of used.secrets) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
  }
});

import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  KNOWN_CLIENT,
  SERVICE_CLIENT,
  startAuthorizationServer,
  type TestAuthorizationServer,
} from '../../fixtures/mcp/authorization-server.ts';
import { type ProtectedServer, startProtectedServer } from '../../fixtures/mcp/protected-server.ts';
import { type Answer, type ApiUnderTest, request, startApi } from '../api/fixture.ts';

export const OWN = { grant: 'client_credentials', ...SERVICE_CLIENT };
export const PERSON = { grant: 'authorization_code' };

/** An API, an authorization server and a server of tools that wants its tokens, with what tests do to them. */
export interface OAuthUnderTest {
  readonly api: ApiUnderTest;
  readonly authorization: TestAuthorizationServer;
  readonly tools: ProtectedServer;
  /** Everything that must be shown nowhere (I10). */
  readonly secrets: Set<string>;
  tokenRequests(): string[];
  register(oauth: object | null, more?: object): Promise<string>;
  discover(id: string, at?: Pick<ApiUnderTest, 'baseUrl' | 'apiKey'>): Promise<Answer>;
  oauthOf(id: string): Promise<Record<string, unknown>>;
  /** Lets the tokens of a server grow old. */
  age(id: string, which: 'due' | 'expired'): Promise<void>;
  link(id: string): Promise<string>;
  /** Opens the address that the browser is sent to. It carries no API key. */
  comeBack(address: string): Promise<{ status: number; text: string }>;
  authorized(oauth: object): Promise<string>;
}

/** Starts them before the tests of a file, and resets them after each. */
export function useOAuth(): OAuthUnderTest {
  let api: ApiUnderTest;
  let authorization: TestAuthorizationServer;
  let tools: ProtectedServer;
  let names = 0;
  const secrets = new Set([SERVICE_CLIENT.client_secret, KNOWN_CLIENT.client_secret]);

  beforeAll(async () => {
    // A client on this machine may come back to any port.
    authorization = await startAuthorizationServer('http://127.0.0.1/v1/mcp/oauth/callback');
    tools = await startProtectedServer(authorization);
    // Nothing else on this machine may be reached.
    api = await startApi({ egressAllow: [`127.0.0.1:${authorization.port}`, `127.0.0.1:${tools.port}`] });
  });
  afterEach(() => {
    const token = tools.lastToken();
    if (token !== undefined) secrets.add(token);
    authorization.instead = () => undefined;
    tools.instead = () => undefined;
    tools.describedAs = {};
    tools.audience = tools.url;
    authorization.asked.length = 0;
  });
  afterAll(async () => {
    await api.stop();
    await Promise.all([tools.close(), authorization.close()]);
  });

  const used: OAuthUnderTest = {
    get api() {
      return api;
    },
    get authorization() {
      return authorization;
    },
    get tools() {
      return tools;
    },
    secrets,
    tokenRequests: () => authorization.asked.filter((path) => path.startsWith('/token ')),
    async register(oauth, more = {}) {
      names += 1;
      const server = { name: `server-${names}`, transport: 'streamable-http', url: tools.url, oauth, ...more };
      const { status, body } = await request(api, 'POST', '/v1/mcp/servers', server);
      expect({ status, message: body.error?.message }).toEqual({ status: 201 });
      return body.id;
    },
    discover: (id, at = api) => request(at, 'POST', `/v1/mcp/servers/${id}/discover`),
    oauthOf: async (id) => (await request(api, 'GET', `/v1/mcp/servers/${id}`)).body.oauth,
    async age(id, which) {
      await api.database.database.serviceTransaction((tx) =>
        tx.query(
          `age-${which}`,
          which === 'due'
            ? "UPDATE mcp_oauth SET refresh_at = now() - interval '1 s' WHERE id = $1"
            : "UPDATE mcp_oauth SET refresh_at = now() - interval '1 h', expires_at = now() - interval '1 s' WHERE id = $1",
          [id],
        ),
      );
    },
    async link(id) {
      const { status, body } = await request(api, 'POST', `/v1/mcp/servers/${id}/authorize`);
      expect({ status, message: body.error?.message }).toEqual({ status: 200 });
      return body.authorization_url;
    },
    async comeBack(address) {
      const { pathname, search } = new URL(address);
      const { status, body } = await request(api, 'GET', `${pathname}${search}`, undefined, { authorization: '' });
      return { status, text: body };
    },
    async authorized(oauth) {
      const id = await used.register(oauth);
      const address = await authorization.openLink(await used.link(id));
      expect(await used.comeBack(address)).toMatchObject({ status: 200 });
      return id;
    },
  };
  return used;
}

export function expectTools({ status, body }: Answer): void {
  expect({ status, message: body.error?.message }).toEqual({ status: 200 });
  expect(body.tools.map(({ name }: { name: string }) => name)).toEqual(['echo', 'hang']);
}

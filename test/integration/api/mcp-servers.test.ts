import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ stdioCommands: [['allowed', '--safe']] });
});
afterAll(() => api.stop());

const CANARY = 'canary-5c1f9b7e';
const url = 'http://127.0.0.1:1/mcp';
const http = {
  name: 'http',
  transport: 'streamable-http',
  url,
  auth: `Bearer ${CANARY}-auth`,
  headers: { 'X-Api-Key': `${CANARY}-header`, 'X-Team': `${CANARY}-team` },
};
const stdio = {
  name: 'stdio',
  transport: 'stdio',
  command: 'allowed',
  args: ['--safe'],
  env: { API_TOKEN: `${CANARY}-env` },
};

/** The sealed secrets of a server, as they are stored. */
async function stored(id: string): Promise<Record<string, string | null>> {
  const rows = await api.database.database.serviceTransaction((tx) =>
    tx.query<Record<string, string | null>>(
      'stored-secrets',
      `SELECT encode(sealed_auth, 'hex') AS auth, encode(sealed_headers, 'hex') AS headers,
              encode(sealed_env, 'hex') AS env FROM mcp_server WHERE id = $1`,
      [id],
    ),
  );
  return rows[0] ?? {};
}

test('[connection:secrets:sealed-and-masked] [connection:health:rests-and-says-so] [I10] secrets of a server are masked in every answer, absent from the log, and kept or removed by PUT as it says', async () => {
  const answers: unknown[] = [];
  const send = async (method: string, path: string, body?: object) => {
    const answer = await request(api, method, path, body);
    answers.push(answer.body);
    return answer;
  };
  const { body: remote } = await send('POST', '/v1/mcp/servers', http);
  const { body: child } = await send('POST', '/v1/mcp/servers', stdio);
  expect(remote).toMatchObject({ auth: '••••', headers: { 'X-Api-Key': '••••', 'X-Team': '••••' }, env: {} });
  expect(child).toMatchObject({ auth: null, headers: {}, env: { API_TOKEN: '••••' } });
  const path = `/v1/mcp/servers/${remote.id}`;
  const childPath = `/v1/mcp/servers/${child.id}`;
  const before = await stored(remote.id);
  expect([before.auth, before.headers].every((sealed) => typeof sealed === 'string')).toBe(true);

  const { auth: _auth, headers: _headers, ...bare } = http;
  const { env: _env, ...bareChild } = stdio;
  // Left out, at another path of the same origin: kept as they are.
  expect((await send('PUT', path, { ...bare, url: 'http://127.0.0.1:1/other' })).body.headers).toEqual(remote.headers);
  expect(await stored(remote.id)).toEqual(before);
  expect((await send('PUT', childPath, { ...bareChild, args: ['--safe', 'x'] })).body.env).toEqual(child.env);
  // One is given anew, one removed, one kept.
  const changed = await send('PUT', path, { ...bare, auth: null, headers: { 'X-New': `${CANARY}-new` } });
  expect(changed.body).toMatchObject({ auth: null, headers: { 'X-New': '••••' } });
  expect((await send('PUT', childPath, { ...bareChild, env: null })).body.env).toEqual({});
  expect(await stored(child.id)).toEqual({ auth: null, headers: null, env: null });
  // A secret that is stored for one address is not sent to another.
  const moved = await send('PUT', path, { ...bare, url: 'http://127.0.0.1:2/mcp' });
  expect([moved.status, moved.body.error.param]).toEqual([400, 'headers']);
  const restated = await send('PUT', path, { ...bare, url: 'http://127.0.0.1:2/mcp', auth: null, headers: null });
  expect(restated.body).toMatchObject({ auth: null, headers: {} });

  await send('PUT', path, http);
  await send('POST', `${path}/discover`);
  const health = async () => (await send('GET', path)).body.health;
  await until('the failure to be stored', async () => (await health()).state === 'down');
  expect(await health()).toEqual({ state: 'down', why: expect.any(String) });
  expect((await send('PUT', path, http)).body.health).toEqual({ state: 'unknown' });
  await send('GET', '/v1/mcp/servers');
  await send('GET', '/v1/mcp/audit');
  await send('POST', '/v1/mcp/servers', { ...http, name: 'bad', headers: { Host: `${CANARY}-refused` } });
  expect(JSON.stringify([answers, api.lines, api.warnings])).not.toContain(CANARY);
});

test.each<[object, string, string]>([
  [{ ...stdio, command: 'other' }, 'invalid_request', 'command'],
  [{ ...stdio, args: [] }, 'invalid_request', 'command'],
  [{ ...stdio, args: ['--unsafe', '--safe'] }, 'invalid_request', 'command'],
  [{ ...stdio, env: { NODE_OPTIONS: '--require /tmp/x' } }, 'invalid_request', 'env.NODE_OPTIONS'],
  [{ ...stdio, auth: 'Bearer x' }, 'invalid_request', 'auth'],
  [{ ...http, env: { A: 'b' } }, 'invalid_request', 'env'],
  [{ ...http, header: {} }, 'unknown_field', 'header'],
  [{ ...http, headers: { 'X-A': 'a\r\nb' } }, 'invalid_request', 'headers.X-A'],
])(
  '[connection:fields:refused-not-ignored] [connection:stdio:only-allowed-commands] %j is refused',
  async (body, code, param) => {
    const refused = await request(api, 'POST', '/v1/mcp/servers', { ...body, name: 'refused' });
    expect([refused.status, refused.body.error.code, refused.body.error.param]).toEqual([400, code, param]);
  },
);

test('[mcp:bundled:said-to-be-built-in] every route says of a bundled server that it is built in, except those that read it', async () => {
  for (const id of ['workspace', 'memory', 'session', 'skills']) {
    const path = `/v1/mcp/servers/${id}`;
    for (const [method, route, body] of [
      ['PUT', path, { name: 'other', transport: 'sse', url }],
      ['PUT', path, { name: id, transport: 'sse', url }],
      ['DELETE', path, undefined],
      ['POST', `${path}/discover`, undefined],
      ['POST', `${path}/authorize`, undefined],
      ['POST', `${path}/tools/accept`, { tool: 'x', hash: '0'.repeat(64) }],
    ] as const) {
      const { status, body: answer } = await request(api, method, route, body);
      expect([method, route, status, answer.error?.code]).toEqual([method, route, 409, 'mcp_server_built_in']);
      expect(answer.error.message).toContain(`"${id}" is built in`);
    }
    const taken = await request(api, 'POST', '/v1/mcp/servers', { name: id, transport: 'sse', url });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'mcp_server_exists']);
    expect((await request(api, 'GET', path)).body).toMatchObject({ id, transport: 'bundled' });
    expect((await request(api, 'GET', `/v1/mcp/tools?server_id=${id}`)).body.data.length).toBeGreaterThan(0);
  }
});

test('[connection:secrets:sealed-and-masked] [I10] a secret in the address or the arguments of a server is masked, and the answer can be sent back', async () => {
  const secret = `${CANARY}-in-place`;
  const answers: unknown[] = [];
  const send = async (method: string, path: string, body?: object) => {
    const answer = await request(api, method, path, body);
    answers.push(answer.body);
    return answer;
  };
  const remote = { name: 'query', transport: 'streamable-http', url: `${url}?api_key=${secret}&team=docs` };
  const child = { name: 'flags', transport: 'stdio', command: 'allowed', args: ['--safe', '--token', secret] };
  const { body: byAddress } = await send('POST', '/v1/mcp/servers', remote);
  const { body: byCommand } = await send('POST', '/v1/mcp/servers', child);
  expect(byAddress.url).toBe(`${url}?api_key=••••&team=docs`);
  expect(byCommand.args).toEqual(['--safe', '--token', '••••']);
  const put = (id: string, body: object) => send('PUT', `/v1/mcp/servers/${id}`, body);
  expect((await put(byAddress.id, { ...remote, url: byAddress.url })).body.url).toBe(byAddress.url);
  expect((await put(byCommand.id, { ...child, args: byCommand.args })).body.args).toEqual(byCommand.args);
  const kept = await api.database.database.serviceTransaction((tx) =>
    tx.query<{ url: string | null; args: string[] }>(
      'stored-places',
      'SELECT url, args FROM mcp_server WHERE id = ANY ($1) ORDER BY id',
      [[byAddress.id, byCommand.id]],
    ),
  );
  expect(kept).toEqual([
    { url: remote.url, args: [] },
    { url: null, args: child.args },
  ]);
  const elsewhere = await put(byAddress.id, { ...remote, url: byAddress.url.replace(':1/', ':2/') });
  expect([elsewhere.status, elsewhere.body.error.param]).toEqual([400, 'url']);
  await send('POST', `/v1/mcp/servers/${byAddress.id}/discover`);
  await send('GET', '/v1/mcp/servers');
  await send('GET', '/v1/governance/audit?limit=100');
  expect(JSON.stringify([answers, api.lines, api.warnings])).not.toContain(secret);
});

import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { hostileAddresses } from '../../fixtures/hostile-addresses.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
let listeners: Server[];
let connections = 0;
let addresses: string[];

beforeAll(async () => {
  const port = await listen(0, '127.0.0.1');
  // On a machine without IPv6 nothing can connect over it.
  await listen(port, '::1').catch(() => undefined);
  addresses = hostileAddresses(port);
  api = await startApi({ egressAllow: [], simulatedUrl: null });
});
afterAll(async () => {
  await api.stop();
  for (const listener of listeners) listener.close();
});

async function listen(port: number, host: string): Promise<number> {
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, resolve);
  });
  listeners = [...(listeners ?? []), listener];
  const address = listener.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

const models = [{ id: 'a', input_usd_per_mtok: 1, output_usd_per_mtok: 1 }];
const provider = { provider: 'openai-compatible', models };

test('[connection:egress:no-private-address] no spelling of a private address is stored, tested or called: each is a clear 400', async () => {
  expect(addresses.length).toBeGreaterThan(300);
  const guarded = createGuardedFetch({ allow: [] });
  const wrong: unknown[] = [];
  for (const url of addresses) {
    const answers = await Promise.all([
      request(api, 'POST', '/v1/mcp/servers', { name: 'hostile', transport: 'streamable-http', url }),
      request(api, 'POST', '/v1/providers', { ...provider, base_url: url }),
      request(api, 'POST', '/v1/providers/test', { ...provider, base_url: url }),
    ]);
    const params = ['url', 'base_url', 'base_url'];
    for (const [index, { status, body }] of answers.entries()) {
      const { code, param, message } = body.error ?? {};
      const clear = ['invalid_request', 'address_not_allowed'].includes(code) && param === params[index];
      if (status !== 400 || !clear || message.length < 20) wrong.push([url, status, body]);
    }
    // The check of a request is not what keeps a connection from being made.
    const called =
      URL.canParse(url) &&
      (await guarded.fetch(url).then(
        () => true,
        () => false,
      ));
    if (called) wrong.push([url, 'was called']);
  }
  await guarded.close();
  expect(wrong).toEqual([]);
  expect(connections).toBe(0);
}, 120_000);

test('[connection:egress:no-private-address] an address that was stored while it was allowed is not called when it no longer is', async () => {
  const server = { name: 'old', transport: 'streamable-http', url: 'https://203.0.114.1/mcp' };
  const { body } = await request(api, 'POST', '/v1/mcp/servers', server);
  await api.database.database.serviceTransaction((tx) =>
    tx.query('move-server', 'UPDATE mcp_server SET url = $1 WHERE id = $2', [addresses[0], body.id]),
  );
  const discovered = await request(api, 'POST', `/v1/mcp/servers/${body.id}/discover`);
  expect([discovered.status, discovered.body.error.code]).toEqual([400, 'address_not_allowed']);
  expect(discovered.body.error.message).toContain('AGENT_RUNS_EGRESS_ALLOW');
  const { body: made } = await request(api, 'POST', '/v1/providers', {
    ...provider,
    base_url: 'https://203.0.114.1/v1',
  });
  const patched = await request(api, 'PATCH', `/v1/providers/${made.id}`, { base_url: addresses[0] });
  expect([patched.status, patched.body.error.param]).toEqual([400, 'base_url']);
  await api.database.database.serviceTransaction((tx) =>
    tx.query('move-provider', 'UPDATE provider SET base_url = $1 WHERE id = $2', [addresses[0], made.id]),
  );
  const tested = await request(api, 'POST', `/v1/providers/${made.id}/test`);
  expect(tested.body).toMatchObject({ ok: false, error: { type: 'model.address_blocked' } });
  expect(tested.body.error.message).toContain('AGENT_RUNS_EGRESS_ALLOW');
  expect(connections).toBe(0);
});

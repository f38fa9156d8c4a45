import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createGuardedFetch, EgressDeniedError } from '../../../processes/egress-guard.ts';

let server: Server;
let port: number;
let requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.headers.host ?? '');
    response.end('served');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(() => void server.close());
beforeEach(() => {
  requests = [];
});

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

/** A guarded fetch whose resolver gives these answers, one after the other, and the last one for ever. */
function guardedBy(answers: readonly LookupAddress[][], allow: readonly string[] = []) {
  const asked: string[] = [];
  const guarded = createGuardedFetch({
    allow,
    lookup: (hostname, _options, callback) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      callback(null, answer);
    },
  });
  onTestFinished(() => guarded.close());
  return { ...guarded, asked };
}

const outcomeOf = (call: Promise<Response>) =>
  call.then(
    (response) => response.text(),
    (error: unknown) => error,
  );

test.each<[string, LookupAddress[]]>([
  ['one private address', [v4('127.0.0.1')]],
  ['a private address behind a public one', [v4('93.184.216.34'), v4('127.0.0.1')]],
  ['a private address before a public one', [v4('127.0.0.1'), v4('93.184.216.34')]],
  ['a private IPv6 address beside a public IPv4 one', [v4('93.184.216.34'), v6('fd00::1')]],
  ['the address of a metadata service', [v4('169.254.169.254')]],
  ['a mapped address', [v6('::ffff:127.0.0.1')]],
  ['a translated private address', [v6('64:ff9b::7f00:1')]],
  ['an address with a zone', [v6('fe80::1%eth0')]],
  ['something that is no address', [v4('127.0.0.1.example.com')]],
])('[connection:egress:no-private-address] a name with %s is neither stored nor called', async (_what, addresses) => {
  const { fetch, check } = guardedBy([addresses]);
  const url = `http://name.example:${port}/`;
  expect(await check(url)).toBeInstanceOf(EgressDeniedError);
  expect(await outcomeOf(fetch(url))).toBeInstanceOf(EgressDeniedError);
  expect(requests).toEqual([]);
});

test('[connection:egress:no-private-address] a name that is public when it is checked and private when it is called is not called', async () => {
  const { fetch, check } = guardedBy([[v4('93.184.216.34')], [v4('127.0.0.1')]]);
  const url = `http://rebinding.example:${port}/`;
  expect(await check(url)).toBeUndefined();
  expect(await outcomeOf(fetch(url))).toBeInstanceOf(EgressDeniedError);
  expect(requests).toEqual([]);
});

test('[connection:egress:no-private-address] a name is looked up once for a connection, and the address that was checked is called', async () => {
  const { fetch, asked } = guardedBy([[v4('127.0.0.1')], [v4('10.0.0.1')]], ['127.0.0.1']);
  expect(await outcomeOf(fetch(`http://once.example:${port}/`))).toBe('served');
  expect([asked, requests]).toEqual([['once.example'], [`once.example:${port}`]]);
});

test.each<[string, LookupAddress[], readonly string[]]>([
  ['http://public.example/', [v4('93.184.216.34'), v6('2606:4700::1111')], []],
  // A network without IPv4 makes such an address up for every host that has only IPv4.
  ['http://translated.example/', [v6('64:ff9b::5db8:d822'), v4('93.184.216.34')], []],
  ['http://unknown.example/', [], []],
  ['http://box.lan:8080/', [v4('10.0.0.1')], ['box.lan:8080']],
  ['http://10.1.2.3/', [], ['10.0.0.0/8']],
  ['http://[fd00::1]/', [], ['fd00::/8']],
  ['http://localhost:1/', [v4('127.0.0.1')], ['127.0.0.1']],
])('the address %s, which resolves to %j, is allowed with %j', async (url, addresses, allow) => {
  expect(await guardedBy([addresses], allow).check(url)).toBeUndefined();
});

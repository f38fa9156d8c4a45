import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNameLookup, type LookupAll } from '../../../processes/name-lookup.ts';

const A = 1;
const [NO_ERROR, SERVFAIL, NXDOMAIN, REFUSED] = [0x8180, 0x8182, 0x8183, 0x8185];
let server: Socket;
let servers: readonly string[];

/** A name server that answers by the first label of a name, over real UDP. */
beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (message, from) => {
    const { label, end, type } = questionOf(message);
    if (label.startsWith('silent')) return;
    const code = { servfail: SERVFAIL, nowhere: NXDOMAIN, refused: REFUSED }[label] ?? NO_ERROR;
    const records = code === NO_ERROR && type === A ? [record([192, 0, 2, 7])] : [];
    const answer = Buffer.from(message.subarray(0, end));
    answer.writeUInt16BE(code, 2);
    answer.writeUInt16BE(records.length, 6);
    answer.writeUInt32BE(0, 8);
    server.send(Buffer.concat([answer, ...records]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  servers = [`127.0.0.1:${server.address().port}`];
});
afterAll(() => server.close());

function questionOf(message: Buffer): { label: string; end: number; type: number } {
  const length = message[12] ?? 0;
  const label = message.subarray(13, 13 + length).toString();
  const zero = message.indexOf(0, 13 + length);
  return { label, end: zero + 5, type: message.readUInt16BE(zero + 1) };
}

function record(address: readonly number[]): Buffer {
  return Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 1, 0, address.length, ...address]);
}

const found = (lookup: LookupAll, name: string, family?: number) =>
  new Promise<string | LookupAddress[]>((resolve) =>
    lookup(name, family === undefined ? { all: true } : { all: true, family }, (error, addresses) =>
      resolve(error?.code ?? addresses),
    ),
  );

const PUBLIC = [{ address: '192.0.2.7', family: 4 }];
const OF_SYSTEM = [{ address: '192.0.2.9', family: 4 }];
const knows: LookupAll = (_name, _options, callback) => callback(null, OF_SYSTEM);
const asksNobody: LookupAll = (name) => {
  throw new Error(`The system was asked for ${name}.`);
};

test('[bounds:names:silent-servers-hold-nobody] names whose servers are silent keep no other name waiting, and end without an address', async () => {
  const lookup = createNameLookup({ servers, system: asksNobody });
  const settled: string[] = [];
  const noted = (name: string) => found(lookup, name).then((outcome) => settled.push(name) && outcome);
  const silent = Array.from({ length: 60 }, (_, index) => noted(`silent${index}.example.test`));
  expect(await noted('quick.example.test')).toEqual(PUBLIC);
  expect(settled).toEqual(['quick.example.test']);
  for (const outcome of await Promise.all(silent)) expect(outcome).toBe('ETIMEOUT');
});

test.each([
  { name: 'here.example.test', says: PUBLIC, why: 'the name servers know it' },
  { name: 'nowhere.example.test', says: OF_SYSTEM, why: 'it may be in the hosts file' },
  { name: 'servfail.example.test', says: 'ESERVFAIL', why: 'its servers may be silent to the system, too' },
  { name: 'refused.example.test', says: 'EREFUSED', why: 'its servers answer nobody here' },
])('$name: $why', async ({ name, says }) => {
  expect(await found(createNameLookup({ servers, system: knows }), name)).toEqual(says);
});

test('a name without an address of the family that is asked for is asked of the system', async () => {
  expect(await found(createNameLookup({ servers, system: knows }), 'here.example.test', 6)).toEqual(OF_SYSTEM);
});

test('without a name server the system is asked', async () => {
  const nobody = createNameLookup({ servers: ['127.0.0.1:1'], system: knows });
  expect(await found(nobody, 'here.example.test')).toEqual(OF_SYSTEM);
});

test('the system is asked for few names at once, each in its turn', async () => {
  const answers: (() => void)[] = [];
  const slow: LookupAll = (_name, _options, callback) => answers.push(() => callback(null, OF_SYSTEM));
  const lookup = createNameLookup({ servers, system: slow });
  const names = Array.from({ length: 40 }, () => found(lookup, 'nowhere.example.test'));
  await expect.poll(() => answers.length).toBe(16);
  for (let at = 0; at < 40; at++) {
    await expect.poll(() => answers.length).toBeGreaterThan(at);
    answers[at]?.();
  }
  expect(await Promise.all(names)).toEqual(names.map(() => OF_SYSTEM));
});

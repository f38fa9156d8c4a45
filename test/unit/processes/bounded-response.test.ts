import { createServer, type Server } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BodyTooLongError, EncodingRefusedError } from '../../../processes/bounded-response.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';

const MIB = 1024 * 1024;
const BOMB_BYTES = 64 * MIB;
const BOUND = MIB;

let server: Server;
let port: number;
let answer: { readonly headers: Record<string, string>; readonly body: Buffer; readonly status?: number };
const accepted: unknown[] = [];
const guarded = createGuardedFetch({ allow: ['127.0.0.1'], maxResponseBytes: BOUND });

beforeAll(async () => {
  server = createServer((request, response) => {
    accepted.push(request.headers['accept-encoding']);
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(async () => {
  await guarded.close();
  server.close();
});

const outcomeOf = (init?: Parameters<typeof guarded.fetch>[1]) =>
  guarded
    .fetch(`http://127.0.0.1:${port}/`, init)
    .then((response) => response.text())
    .catch((error: unknown) => error);

const zeros = Buffer.alloc(BOMB_BYTES);
const gzip = gzipSync(zeros);

test.each([
  ['gzip', gzip],
  ['GZIP', gzip],
  ['x-gzip', gzip],
  ['deflate', deflateSync(zeros)],
  ['deflate', deflateRawSync(zeros)],
  ['br', brotliCompressSync(zeros)],
  ['', zeros],
  ['identity', zeros],
])(
  '[answer:bounds:bytes-counted-decoded] a body of 64 MiB that is sent as %j ends at its bound, with little memory',
  async (encoding, body) => {
    answer = { headers: { 'content-encoding': encoding }, body };
    const before = process.memoryUsage.rss();
    expect(await outcomeOf()).toBeInstanceOf(BodyTooLongError);
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * MIB);
  },
);

test.each(['gzip, gzip', 'gzip,br', 'zstd', 'compress', 'aws-chunked', 'gzip, identity, x'])(
  '[answer:bounds:bytes-counted-decoded] a body that is sent as %j is not read',
  async (encoding) => {
    answer = { headers: { 'content-encoding': encoding }, body: gzipSync(gzip) };
    expect(await outcomeOf()).toBeInstanceOf(EncodingRefusedError);
  },
);

test('a body within its bound is read as it was before it was encoded, and no encoding is asked for', async () => {
  const text = 'Grüße '.repeat(1_000);
  for (const [encoding, body] of [
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['identity', Buffer.from(text)],
  ] as const) {
    answer = { headers: { 'content-encoding': encoding, 'content-type': 'text/plain' }, body };
    expect(await outcomeOf()).toBe(text);
  }
  expect(new Set(accepted)).toEqual(new Set(['identity']));
});

test('a request may name a bound of its own', async () => {
  answer = { headers: {}, body: Buffer.alloc(100) };
  expect(await outcomeOf({ maxResponseBytes: 99 })).toBeInstanceOf(BodyTooLongError);
  expect(await outcomeOf({ maxResponseBytes: 100 })).toBe('\0'.repeat(100));
  answer = { headers: {}, body: Buffer.alloc(2 * BOUND) };
  expect(await outcomeOf({ maxResponseBytes: Number.POSITIVE_INFINITY })).toHaveLength(2 * BOUND);
});

test.each([204, 304, 999])(
  'a response with status %i has it, and its body as far as it may have one',
  async (status) => {
    answer = { headers: {}, body: Buffer.alloc(0), status };
    const response = await guarded.fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([Math.min(status, 599), '']);
  },
);

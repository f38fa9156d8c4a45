import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../support/tcp-fault-proxy.ts';
import { until } from '../../support/until.ts';

/** A server that sends back what it gets; `served` are its connections. */
let echo: Server;
let proxy: FaultProxy;
let served: Socket[];
let clients: Client[];

beforeEach(async () => {
  served = [];
  clients = [];
  echo = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  proxy = await startFaultProxy({ targetPort: portOf(echo), seed: 'unit' });
});
afterEach(async () => {
  for (const client of clients) client.socket.destroy();
  await proxy.close();
  expect(proxy.connections).toBe(0);
  for (const socket of served) socket.destroy();
  echo.close();
});

interface Client {
  readonly socket: Socket;
  received(): string;
  readonly closed: Promise<string>;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function open(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1');
  let text = '';
  let code = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  socket.on('error', (error) => {
    code = 'code' in error ? String(error.code) : error.message;
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(code)));
  const client = { socket, received: () => text, closed };
  clients.push(client);
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
  return client;
}

async function says(client: Client, text: string): Promise<void> {
  await until(`"${text}" to arrive`, () => client.received() === text, 5_000);
}

/** Sends bytes to the server and back on a new connection, so that all that was sent before it has had its chance. */
async function roundTrip(): Promise<void> {
  const client = await open();
  client.socket.write('ping');
  await says(client, 'ping');
}

test('a sound link passes bytes both ways, and the end of the stream', async () => {
  const client = await open();
  client.socket.end('hello');
  await says(client, 'hello');
  expect(await client.closed).toBe('');
});

test('a stalled link loses nothing: bytes sent meanwhile arrive afterwards, in order', async () => {
  const client = await open();
  client.socket.write('a');
  await says(client, 'a');
  await proxy.become({ kind: 'stall' });
  client.socket.write('b');
  const late = await open();
  late.socket.write('c');
  await until('the server to have the new connection', () => served.length === 2);
  expect([client.received(), late.received()]).toEqual(['a', '']);
  await proxy.become();
  await Promise.all([says(client, 'ab'), says(late, 'c')]);
});

test('a connection that met a black hole stays open and dead, and one made afterwards works', async () => {
  const client = await open();
  client.socket.write('a');
  await says(client, 'a');
  await proxy.become({ kind: 'blackhole' });
  client.socket.write('b');
  served[0]?.write('from the server');
  await proxy.become();
  client.socket.write('c');
  await roundTrip();
  expect([client.received(), client.socket.destroyed]).toEqual(['a', false]);
  // The end of the stream is swallowed, too, so the server keeps a half-open connection.
  client.socket.destroy();
  await roundTrip();
  expect(served[0]?.readableEnded).toBe(false);
  proxy.reset();
  await until('the reset to arrive', () => served[0]?.destroyed === true);
});

test('one direction can be dropped alone', async () => {
  const client = await open();
  client.socket.write('a');
  await says(client, 'a');
  await proxy.become({ kind: 'drop', direction: 'up' });
  client.socket.write('lost');
  served[0]?.write('heard');
  await says(client, 'aheard');
});

test('a refusing link turns new connections away and leaves the open ones alone', async () => {
  const client = await open();
  await proxy.become({ kind: 'refuse' });
  expect(await (await open()).closed).toBe('ECONNREFUSED');
  client.socket.write('still here');
  await says(client, 'still here');
  await proxy.become();
  await roundTrip();
});

test('a reset reaches both ends at once', async () => {
  const client = await open();
  client.socket.write('a');
  await says(client, 'a');
  proxy.reset();
  expect(await client.closed).toBe('ECONNRESET');
  await until('the server to hear of it', () => served[0]?.destroyed === true);
});

test('a cut connection ends after exactly the given number of bytes', async () => {
  await proxy.become({ kind: 'cut', afterBytes: 5 });
  const client = await open();
  client.socket.write('hello world');
  await client.closed;
  expect(client.received()).toBe('hello');
});

test('a connection is reset when nobody listens behind the proxy', async () => {
  const client = await open();
  proxy.retarget(1);
  expect(await (await open()).closed).toBe('ECONNRESET');
  client.socket.write('a');
  await says(client, 'a');
});

test('a limited link passes everything, piece by piece', async () => {
  await proxy.become({ kind: 'bandwidth', bytesPerSecond: 100 });
  const client = await open();
  const pieces: number[] = [];
  client.socket.on('data', (bytes) => pieces.push(bytes.length));
  client.socket.write('0123456789abcdefghij');
  await says(client, '0123456789abcdefghij');
  expect(Math.max(...pieces)).toBeLessThan(20);
});

test('random delays do not change the order of bytes', async () => {
  await proxy.become({ kind: 'latency', delayMs: 20, jitterMs: 20 });
  const client = await open();
  for (const letter of 'abcdef') client.socket.write(letter);
  await says(client, 'abcdef');
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { pickPort } from '../../../stack/free-port.ts';
import { startBalancer } from '../../cluster/balancer.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function answering(text: string): Promise<{ readonly server: Server; readonly port: number }> {
  const port = await pickPort('127.0.0.1');
  const server = createServer((_, response) => response.setHeader('connection', 'close').end(text));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { server, port };
}

async function balanced(ports: readonly number[]): Promise<string> {
  const balancer = await startBalancer(() => ports);
  closing.push(() => balancer.close());
  return `http://127.0.0.1:${balancer.port}`;
}

const get = async (url: string) => (await fetch(url, { headers: { connection: 'close' } })).text();

test('connections are handed out in turn', async () => {
  const url = await balanced([(await answering('one')).port, (await answering('two')).port]);
  const answers = [await get(url), await get(url), await get(url), await get(url)];
  expect(answers.filter((answer) => answer === 'one')).toHaveLength(2);
  expect(answers.filter((answer) => answer === 'two')).toHaveLength(2);
});

test('a port that refuses is passed over', async () => {
  const refusing = await pickPort('127.0.0.1');
  const url = await balanced([(await answering('one')).port, refusing]);
  expect([await get(url), await get(url)]).toEqual(['one', 'one']);
});

test('where every port refuses, the connection is reset', async () => {
  const url = await balanced([await pickPort('127.0.0.1')]);
  await expect(get(url)).rejects.toThrow('fetch failed');
});

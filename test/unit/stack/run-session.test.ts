import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { runSession } from '../../../stack/demo/run-session.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test('[stack:demo:shows-a-session-as-it-happens] a stream that breaks is resumed after the last whole event, and each event is shown once', async () => {
  const seen: unknown[] = [];
  const requests: IncomingMessage[] = [];
  const replies: ((response: ServerResponse) => void)[] = [
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': 'sess_1' });
      response.write(frame(1, 'session.status_running'));
      response.write('id: 2\nevent: agent.mess', () => response.destroy());
    },
    (response) => response.writeHead(503).end(),
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`: heartbeat\n\n${frame(2, 'agent.message')}${frame(3, 'session.status_ended')}`);
    },
  ];
  const baseUrl = await serve((request, response) => {
    requests.push(request);
    replies.shift()?.(response);
  });

  await run(baseUrl, (id) => seen.push(id));
  expect(seen).toEqual(['1', '2', '3']);
  expect(requests.map(({ method, url, headers }) => [method, url, headers['last-event-id']])).toEqual([
    ['POST', '/v1/agents/a/run', undefined],
    ['GET', '/v1/agents/a/sessions/sess_1/events', '1'],
    ['GET', '/v1/agents/a/sessions/sess_1/events', '1'],
  ]);
});

test('a run whose answer was lost is requested again with the same idempotency key', async () => {
  const keys: unknown[] = [];
  const baseUrl = await serve((request, response) => {
    keys.push(request.headers['idempotency-key']);
    if (keys.length === 1) return void response.destroy();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': 'sess_1' });
    response.end(frame(1, 'session.status_ended'));
  });
  await run(baseUrl, () => {});
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('[stack:demo:shows-a-session-as-it-happens] a refusal is shown with the message of the service', async () => {
  const baseUrl = await serve((_, response) => {
    response.writeHead(409, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"no provider is connected"}}');
  });
  await expect(run(baseUrl, () => {})).rejects.toThrow('no provider is connected');
});

function run(baseUrl: string, onId: (id: string | undefined) => void): Promise<void> {
  return runSession({
    service: { baseUrl, apiKey: 'brk_test' },
    agentId: 'a',
    body: {},
    signal: new AbortController().signal,
    onFrame: ({ message }) => message && onId(message.id),
    onPause: () => {},
  });
}

function frame(id: number, event: string): string {
  return `id: ${id}\nevent: ${event}\ndata: {}\n\n`;
}

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null
    ? `http://127.0.0.1:${address.port}`
    : expect.fail('no address');
}

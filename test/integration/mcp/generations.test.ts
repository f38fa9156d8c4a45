import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { McpServer, ToolConnections } from '../../../mcp/calls/tool-call.ts';
import { callTool, externalServer, failureOfCall, testConnections } from '../../fixtures/mcp/connections.ts';
import { statelessTools } from '../../fixtures/mcp/stateless-tools.ts';
import { until } from '../../support/until.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-generations-'));
let connections: ToolConnections;
let http: Server;
/** The methods of the requests that reached the HTTP server, in their order. */
let asked: string[];
let answer: (request: Request, message: Message) => Promise<Response> | Response;

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string; readonly arguments?: { readonly text?: string } };
}

const stateless = createMcpHandler(statelessTools, { legacy: 'reject' });
const both = createMcpHandler(statelessTools);

beforeAll(async () => {
  const listener = getRequestListener(async (request) => {
    const text = await request.clone().text();
    const message: Message = text === '' ? { method: request.method } : JSON.parse(text);
    asked.push(message.method);
    return answer(request, message);
  });
  http = createServer((request: IncomingMessage, response: ServerResponse) => void listener(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
  connections = testConnections({ probeTimeoutMs: 1_000 });
});
afterEach(() => connections.close());
afterAll(async () => {
  await Promise.all([stateless.close(), both.close()]);
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  rmSync(dir, { recursive: true });
});

function overHttp(): McpServer {
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return externalServer('generations', { kind: 'streamable-http', url: `http://127.0.0.1:${port}/mcp` });
}

function overStdio(kind: string): McpServer & { starts(): number } {
  const starts = join(dir, `${kind}-starts`);
  const script = fileURLToPath(new URL('../../fixtures/mcp/generation-server.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), script, '--kind', kind, '--starts', starts];
  return {
    ...externalServer(kind, { kind: 'stdio', command: process.execPath, args }),
    starts: () => readFileSync(starts, 'utf8').split('\n').length - 1,
  };
}

const json = (value: unknown, status = 200) => Response.json(value, { status });
const named = (server: McpServer) =>
  connections.discover(server, 60_000).then(({ tools }) => tools.map(({ name }) => name));
const echo = (server: McpServer, text: string) => callTool(connections, server, 'echo', { text });

/** An older server without sessions, which settles on a version of its own. */
function older(version: string, refusal: (id: Message['id']) => Response) {
  return (_request: Request, { id, method, params }: Message): Response => {
    const result = (value: object) => json({ jsonrpc: '2.0', id, result: value });
    if (method === 'server/discover') return refusal(id);
    if (method === 'initialize') {
      const serverInfo = { name: 'older', version: '1' };
      return result({ protocolVersion: version, capabilities: { tools: {} }, serverInfo });
    }
    if (id === undefined) return new Response(null, { status: 202 });
    if (method === 'tools/list') return result({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] });
    if (method === 'tools/call') return result({ content: [{ type: 'text', text: params?.arguments?.text }] });
    return new Response(null, { status: 405 });
  };
}

describe('[tool:server:both-generations] over HTTP', () => {
  test('a stateless server is asked without a handshake', async () => {
    answer = (request) => stateless.fetch(request);
    const server = overHttp();
    expect(await named(server)).toEqual(['echo', 'hang']);
    expect(await echo(server, 'hello')).toMatchObject({ output: 'hello', isError: false });
    expect(asked).toEqual(['server/discover', 'tools/list', 'tools/call']);
  });

  test('a server of both generations is used as a stateless one', async () => {
    answer = (request) => both.fetch(request);
    expect(await echo(overHttp(), 'hello')).toMatchObject({ output: 'hello' });
    expect(asked).not.toContain('initialize');
  });

  test.each<[string, string, Parameters<typeof older>[1]]>([
    ['2025-11-25', 'an error', (id) => json({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } })],
    ['2025-11-25', 'an answer to nobody', () => json({ jsonrpc: '2.0', id: 'other', result: {} })],
    ['2025-11-25', 'HTTP 400', () => json({ jsonrpc: '2.0', id: null, error: { code: -32000, message: 'no' } }, 400)],
    ['2025-06-18', 'HTTP 404', () => new Response('not found', { status: 404 })],
    ['2025-06-18', 'HTTP 500', () => new Response('oops', { status: 500 })],
    ['2025-03-26', 'HTTP 422', () => json({ detail: 'unknown method' }, 422)],
    ['2025-03-26', 'a page', () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } })],
    ['2024-11-05', 'an empty answer', () => new Response('', { headers: { 'content-type': 'application/json' } })],
  ])(
    'a server of %s that answers the first question with %s is connected to with initialize',
    async (version, _how, refusal) => {
      answer = older(version, refusal);
      const server = overHttp();
      expect(await named(server)).toEqual(['echo']);
      expect(await echo(server, 'hello')).toMatchObject({ output: 'hello' });
      expect(asked.filter((method) => method === 'server/discover')).toHaveLength(1);
    },
  );

  test('what a server was found to be is remembered, and found anew when it has changed', async () => {
    answer = older('2025-06-18', () => new Response(null, { status: 404 }));
    const server = overHttp();
    await echo(server, 'older');
    answer = (request) => stateless.fetch(request);
    expect(await echo(server, 'newer')).toMatchObject({ output: 'newer' });
    answer = older('2025-06-18', () => new Response(null, { status: 404 }));
    expect(await echo(server, 'older again')).toMatchObject({ output: 'older again' });
  });

  test('[connection:generation:kept-with-the-server] a process that starts asks a server in the way that is stored of it, and tells what it finds', async () => {
    const told: [string, string][] = [];
    const restarted = () =>
      testConnections({ probeTimeoutMs: 1_000, onGeneration: ({ name }, found) => void told.push([name, found]) });
    answer = older('2025-06-18', () => new Response(null, { status: 404 }));
    const server = overHttp();
    for (const [generation, first] of [
      [undefined, 'server/discover'],
      ['sessions', 'initialize'],
      ['stateless', 'server/discover'],
    ] as const) {
      asked = [];
      const process = restarted();
      await callTool(process, { ...server, generation }, 'echo', { text: 'x' });
      await process.close();
      expect(asked[0]).toBe(first);
    }
    // Nothing is told of what was known.
    expect(told).toEqual([
      ['generations', 'sessions'],
      ['generations', 'sessions'],
    ]);
  });

  test('a server that wants a credential is not asked a second time', async () => {
    answer = () => new Response(null, { status: 401 });
    expect(await failureOfCall(echo(overHttp(), 'hello'))).toMatchObject({ noEffect: true });
    expect(asked).toEqual(['server/discover']);
  });

  test('one odd tool, or one odd block of a result, voids nothing else that a stateless server sends', async () => {
    answer = async (request, { id, method }) => {
      const result = (value: object) => json({ jsonrpc: '2.0', id, result: value });
      if (method === 'tools/list') return result({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] });
      if (method === 'tools/call') return result({ content: [{ type: 'text', text: 'kept' }], structuredContent: 7 });
      return stateless.fetch(request);
    };
    const server = overHttp();
    expect(await named(server)).toEqual(['echo']);
    expect(await echo(server, 'hello')).toMatchObject({ output: 'kept\n7' });
  });

  test('a stateless server gets the arguments in headers that its definition asks for', async () => {
    const headers: (string | null)[] = [];
    const inputSchema = { type: 'object', properties: { text: { type: 'string', 'x-mcp-header': 'Text' } } };
    answer = async (request, { id, method }) => {
      const result = (value: object) => json({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
      if (method === 'tools/list')
        return result({ tools: [{ name: 'echo', inputSchema }], ttlMs: 0, cacheScope: 'private' });
      if (method !== 'tools/call') return stateless.fetch(request);
      headers.push(request.headers.get('mcp-param-text'), request.headers.get('mcp-name'));
      return result({
        content: [
          { type: 'text', text: 'kept' },
          { type: 'odd', of: 7 },
        ],
      });
    };
    const server = overHttp();
    const { tools } = await connections.discover(server, 20_000);
    const called = callTool(connections, server, 'echo', { text: 'hello' }, { pinnedHash: tools[0]?.hash });
    expect((await called).output).toContain('kept');
    expect(headers).toEqual(['hello', 'echo']);
  });

  test('a tool that a stateless server defines otherwise is noticed, although its connection does not end', async () => {
    await connections.close();
    connections = testConnections({ unannouncedListMs: 20 });
    let description = 'Says it.';
    answer = async (request, { id, method }) => {
      if (method !== 'tools/list') return stateless.fetch(request);
      return json({
        jsonrpc: '2.0',
        id,
        result: { tools: [{ name: 'echo', description, inputSchema: { type: 'object' } }] },
      });
    };
    const server = overHttp();
    const { tools } = await connections.discover(server, 20_000);
    const pinnedHash = tools[0]?.hash;
    const call = () => callTool(connections, server, 'echo', { text: 'hello' }, { pinnedHash });
    expect(await call()).toMatchObject({ output: 'hello' });
    description = 'Does something else.';
    await until('the change to be noticed', () =>
      call().then(
        () => false,
        ({ type }) => type === 'tool.definition_changed',
      ),
    );
  });

  test('a call that is given up closes the stream of its request and nothing else', async () => {
    answer = (request) => stateless.fetch(request);
    const server = overHttp();
    const hanging = callTool(connections, server, 'hang', {}, { timeoutMs: 200 });
    expect(await failureOfCall(hanging)).toMatchObject({ type: 'tool.timed_out', noEffect: false });
    expect(await echo(server, 'still')).toMatchObject({ output: 'still' });
    expect(asked).not.toContain('notifications/cancelled');
  });
});

describe('[tool:server:both-generations] over stdio', () => {
  beforeEach(async () => {
    await connections.close();
    // A machine under load starts a process slowly.
    connections = testConnections({ probeTimeoutMs: 30_000, connectTimeoutMs: 60_000 });
  });

  test.each(['stateless', 'both', 'exits'])('a server that is "%s" is used', async (kind) => {
    const server = overStdio(kind);
    expect(await named(server)).toContain('echo');
    expect(await echo(server, 'hello')).toMatchObject({ output: 'hello' });
    expect(server.starts()).toBe(kind === 'exits' ? 2 : 1);
  });

  test('a stateless server that starts slowly is not taken for an older one', async () => {
    await connections.close();
    connections = testConnections({ probeTimeoutMs: 1 });
    const server = overStdio('stateless-slow');
    expect(await echo(server, 'hello')).toMatchObject({ output: 'hello' });
  });

  test('a server that is silent until initialize is used without a second start', async () => {
    await connections.close();
    connections = testConnections({ probeTimeoutMs: 100 });
    const server = overStdio('silent');
    expect(await echo(server, 'hello')).toMatchObject({ output: 'hello' });
    expect(server.starts()).toBe(1);
  });
});

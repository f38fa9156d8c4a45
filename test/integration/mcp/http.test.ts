import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { McpServer, ToolConnections, ToolResult } from '../../../mcp/calls/tool-call.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { callTool, externalServer, failureOfCall, testConnections } from '../../fixtures/mcp/connections.ts';
import {
  type HttpServer,
  hostileServerCommand,
  startHostileHttpServer,
} from '../../fixtures/mcp/hostile-server-command.ts';
import { until } from '../../support/until.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-http-'));
const counterFile = join(dir, 'count');
const guarded = createGuardedFetch({ allow: ['127.0.0.1'] });
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
let connections: ToolConnections;
let streaming: HttpServer;
let json: HttpServer;

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  connections = testConnections({ fetch: guarded.fetch });
  [streaming, json] = await Promise.all([
    startHostileHttpServer('--counter-file', counterFile),
    startHostileHttpServer('--json', '--counter-file', counterFile),
  ]);
});

afterAll(async () => {
  await connections.close();
  await Promise.all([streaming.kill(), json.kill()]);
  await guarded.close();
  rmSync(dir, { recursive: true });
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

function serverAt(kind: 'streamable-http' | 'sse', port: number, auth?: string): McpServer {
  const url = `http://127.0.0.1:${port}/${kind === 'sse' ? 'sse' : 'mcp'}`;
  return externalServer(kind, auth === undefined ? { kind, url } : { kind, url, auth });
}

describe.each([
  ['streamable HTTP with event streams', () => serverAt('streamable-http', streaming.port, 'Bearer s3cret-token')],
  ['streamable HTTP with JSON bodies', () => serverAt('streamable-http', json.port, 'Bearer s3cret-token')],
  ['the old SSE transport', () => serverAt('sse', streaming.port, 'Bearer s3cret-token')],
])('over %s', (_name, makeServer) => {
  let server: McpServer;
  const call = (toolName: string, args?: Record<string, unknown>, options?: Parameters<typeof callTool>[4]) =>
    callTool(connections, server, toolName, args, options);
  beforeAll(() => {
    server = makeServer();
  });

  test('tools are listed and called, side by side', async () => {
    expect((await connections.discover(server, 20_000)).tools.length).toBeGreaterThan(10);
    const texts = ['a', 'b', 'c'];
    const results = await Promise.all(texts.map((text) => call('echo', { text })));
    expect(results.map((result) => result.output)).toEqual(texts);
  });

  test('[connection:secrets:sealed-and-masked] credential and headers are sent with each request and never shown (I10)', async () => {
    const transport = { ...server.transport, headers: { 'X-Api-Key': 'k3y-of-the-tenant', 'X-Team': 'docs' } };
    const own = { ...server, transport };
    const output = 'Bearer [redacted] [redacted] docs';
    expect(await callTool(connections, own, 'headers', { names: ['x-api-key', 'x-team'] })).toMatchObject({ output });
  });

  test('a call without an answer is cancelled at the time-out', async () => {
    const before = Number((await call('cancelled')).output);
    expect(await failureOfCall(call('hang', {}, { timeoutMs: 100 }))).toMatchObject({
      type: 'tool.timed_out',
      noEffect: false,
    });
    expect(Number((await call('cancelled')).output)).toBe(before + 1);
  });

  test('[effect:late:recorded-not-applied] a call that was given up is heard when it answers, and was told once that it is cancelled', async () => {
    const before = Number((await call('cancelled')).output);
    writeFileSync(counterFile, '');
    const controller = new AbortController();
    const cancellation = { signal: controller.signal, waitMs: 50 };
    const late: ToolResult[] = [];
    const onLateAnswer = (result: ToolResult) => void late.push(result);
    const failed = failureOfCall(call('slow', { ms: 600, deaf: 'late' }, { cancellation, onLateAnswer }));
    await until('the call to reach the server', () => readFileSync(counterFile, 'utf8') === 'late\n');
    controller.abort();
    expect(await failed).toMatchObject({ type: 'tool.cancelled', noEffect: false });
    await until('the late answer', () => late.length > 0);
    expect(late).toMatchObject([{ output: 'heard nothing' }]);
    expect(Number((await call('cancelled')).output)).toBe(before + 1);
    writeFileSync(counterFile, '');
  });

  test('an endless answer is cut off and the server stays usable', async () => {
    expect(await failureOfCall(call('huge', { bytes: 40_000_000 }))).toMatchObject({
      type: 'tool.server_crashed',
      noEffect: false,
    });
    expect(await call('echo', { text: 'still' })).toMatchObject({ output: 'still' });
  });

  test('a protocol error fails the call only', async () => {
    expect(await failureOfCall(call('protocol_error', { code: -32601 }))).toMatchObject({
      type: 'tool.server_error',
      noEffect: true,
    });
  });
});

describe('a streamable HTTP server', () => {
  test('that forgot our session is connected again without the caller noticing, and the tool runs once (I5)', async () => {
    const server = serverAt('streamable-http', streaming.port);
    await callTool(connections, server, 'forget');
    expect(await callTool(connections, server, 'count', { note: 'once' })).toMatchObject({ output: 'counted' });
    expect(readFileSync(counterFile, 'utf8')).toBe('once\n');
  });

  test('[tool:call:checked-before-it-runs] that changes its tools while we are connected is noticed at a call soon after', async () => {
    const redefined = join(dir, 'changing.redefined');
    const changing = await startHostileHttpServer('--counter-file', join(dir, 'changing'));
    const own = testConnections({ fetch: guarded.fetch, unannouncedListMs: 20 });
    const server = serverAt('streamable-http', changing.port);
    const pinnedHash = (await own.discover(server, 20_000)).tools.find(({ name }) => name === 'echo')?.hash;
    const call = () => callTool(own, server, 'echo', { text: 'pinned' }, { pinnedHash });
    expect(await call()).toMatchObject({ output: 'pinned' });
    writeFileSync(redefined, '');
    const failure = await until('the change to be noticed', () =>
      call().then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(failure).toMatchObject({ type: 'tool.definition_changed', noEffect: true });
    await own.close();
    await changing.kill();
  });

  test.each(['streamable-http', 'sse'] as const)(
    '(%s) that dies in a call fails it as unknown at once',
    async (kind) => {
      const mortal = await startHostileHttpServer();
      const server = serverAt(kind, mortal.port);
      await callTool(connections, server, 'echo', { text: 'up' });
      const hanging = failureOfCall(callTool(connections, server, 'hang'));
      await callTool(connections, server, 'echo', { text: 'the hang was sent before' });
      await mortal.kill();
      expect(await hanging).toMatchObject({ type: 'tool.server_crashed', noEffect: false });
      expect(await failureOfCall(callTool(connections, server, 'echo'))).toMatchObject({
        type: 'tool.server_unreachable',
        noEffect: true,
      });
    },
  );

  test('that dies fails the call, too, if its streams could be resumed', async () => {
    const { port, kill } = await startEverything();
    const server = externalServer('everything', { kind: 'streamable-http', url: `http://127.0.0.1:${port}/mcp` });
    expect((await callTool(connections, server, 'echo', { message: 'hi' })).output).toContain('hi');
    const long = failureOfCall(
      callTool(connections, server, 'trigger-long-running-operation', { duration: 60, steps: 60 }),
    );
    await callTool(connections, server, 'echo', { message: 'the long one was sent before' });
    await kill();
    expect(await long).toMatchObject({ type: 'tool.server_crashed', noEffect: false });
  });

  test.each([
    { what: 'body of JSON', type: 'application/json', begin: '{"jsonrpc":"2.0","id":1,"result":{"content":[{"text":"' },
    { what: 'event of a stream', type: 'text/event-stream', begin: 'data: {"jsonrpc":"2.0","id":1,"result":{"text":"' },
    { what: 'line of a stream that is no event', type: 'text/event-stream', begin: ': ' },
  ])(
    '[connection:bytes:memory-flat] that sends a $what without end is cut off after some megabytes',
    async ({ type, begin }) => {
      let sent = 0;
      let gone = () => {};
      const left = new Promise<void>((resolve) => {
        gone = resolve;
      });
      const block = 'x'.repeat(1 << 20);
      const http = createServer((_request, response) => {
        response.writeHead(200, { 'content-type': type }).write(begin);
        const more = () => {
          if (response.destroyed) return;
          sent += block.length;
          response.write(block, () => setImmediate(more));
        };
        response.once('close', gone);
        more();
      });
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const address = http.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const before = process.memoryUsage().rss;
      const failure = await failureOfCall(callTool(connections, serverAt('streamable-http', port), 'echo'));
      expect(failure).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
      await left;
      expect(sent).toBeLessThan(128 * 1024 * 1024);
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
      http.closeAllConnections();
      http.close();
    },
  );

  test.each([
    [401, 'tool.server_unauthorized', "can't be used"],
    [404, 'tool.server_unreachable', 'HTTP 404'],
    [500, 'tool.server_unreachable', 'HTTP 500'],
  ])(
    'that answers HTTP %i to the handshake fails the call as %s, and its body stays out of the message',
    async (status, type, says) => {
      const http = createServer((_request, response) => response.writeHead(status).end('s3cret'));
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const address = http.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const failure = await failureOfCall(callTool(connections, serverAt('streamable-http', port), 'echo'));
      expect(failure).toMatchObject({ type, noEffect: true });
      expect(failure.message).toContain(says);
      expect(failure.message).not.toContain('s3cret');
      http.close();
    },
  );

  test('at an address that is not allowed is never dialled', async () => {
    const strict = createGuardedFetch({ allow: [] });
    const own = testConnections({ fetch: strict.fetch });
    for (const kind of ['streamable-http', 'sse'] as const) {
      const failure = await failureOfCall(callTool(own, serverAt(kind, streaming.port), 'echo'));
      expect(failure).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
    }
    await own.close();
    await strict.close();
  });
});

test.each<[string, () => McpServer]>([
  ['streamable HTTP', () => serverAt('streamable-http', streaming.port)],
  ['the old SSE transport', () => serverAt('sse', streaming.port)],
  ['standard output', () => externalServer('process', { kind: 'stdio', ...hostileServerCommand() })],
])(
  '[tool:result:large-ones-take-turns] over %s, few large results are read until they are stored, another tenant has its own, and no place is lost',
  async (_name, makeServer) => {
    const own = testConnections({ fetch: guarded.fetch });
    const server = makeServer();
    const huge = (at: McpServer, keptUntil?: AbortSignal) =>
      callTool(own, at, 'huge', { bytes: 400_000 }, { keptUntil, timeoutMs: 60_000 });
    const stored = new AbortController();
    let answered = 0;
    const calls = Array.from({ length: 8 }, async () => {
      await huge(server, stored.signal);
      answered += 1;
    });
    await until('all places to be taken', () => answered === 5);
    await huge({ ...makeServer(), tenantId: 'ten_other' });
    expect(answered).toBe(5);
    stored.abort();
    await Promise.all(calls);
    for (let stays = 0; stays < 10; stays++) await huge(server);
    await own.close();
  },
);

/** Starts the official server over HTTP. It prints no port that it picked itself, so it is given one. */
async function startEverything(): Promise<{ port: number; kill(): Promise<void> }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await new Promise((resolve) => probe.close(resolve));
  const main = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));
  const child = spawn(process.execPath, [main, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      if (text.includes('listening')) resolve();
    });
  });
  return {
    port,
    async kill() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
}

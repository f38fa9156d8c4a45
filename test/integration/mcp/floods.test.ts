import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ToolConnections } from '../../../mcp/calls/tool-call.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { callTool, externalServer, failureOfCall, testConnections } from '../../fixtures/mcp/connections.ts';

const SCRIPT = fileURLToPath(new URL('../../fixtures/mcp/flooding-server.mjs', import.meta.url));
const MIB = 1024 * 1024;
const http = spawn(process.execPath, [SCRIPT, '--http'], { stdio: ['ignore', 'pipe', 'inherit'] });
const printed = createInterface({ input: http.stdout });
const guarded = createGuardedFetch({ allow: ['127.0.0.1'] });
let connections: ToolConnections;
let url: string;

beforeAll(async () => {
  const port = await new Promise<string>((resolve) => printed.once('line', resolve));
  url = `http://127.0.0.1:${port}/mcp`;
  connections = testConnections({
    fetch: (address, init) => guarded.fetch(address, { ...init, maxResponseBytes: Number.POSITIVE_INFINITY }),
  });
});
afterAll(async () => {
  await connections.close();
  await guarded.close();
  http.kill('SIGKILL');
});

test.each([
  ['stdio', 'pings'],
  ['stdio', 'logs'],
  ['stdio', 'answers'],
  ['stdio', 'nothing'],
  ['streamable-http', 'pings'],
  ['streamable-http', 'progress'],
  ['streamable-http', 'words'],
  ['streamable-http', 'nothing'],
] as const)(
  '[tool:messages:unasked-are-bounded] over %s, a server that sends %s without end loses its connection, and takes little memory',
  async (kind, flood) => {
    const server = externalServer(
      'flooding',
      kind === 'stdio' ? { kind, command: process.execPath, args: [SCRIPT] } : { kind, url },
    );
    const before = process.memoryUsage.rss();
    let most = before;
    const measuring = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 20);
    const failure = await failureOfCall(
      callTool(connections, server, flood, {}, { timeoutMs: 10_000, longestMs: 600_000 }),
    );
    clearInterval(measuring);
    // A machine that is busy may not read enough of it before the time of the call is up.
    expect(failure.type).toMatch(/^tool\.(server_crashed|timed_out)$/);
    expect(failure.noEffect).toBe(false);
    if (failure.type === 'tool.server_crashed') {
      expect(failure.message).toMatch(
        /anybody asked for|without a message|before its answer|that is not an MCP message/,
      );
    }
    // Memory that a busy process has not collected yet counts as well; a flood that is kept is gigabytes.
    expect(most - before).toBeLessThan(700 * MIB);
  },
);

test('[tool:messages:unasked-are-bounded] a stream that goes on after its answer is closed with its call', async () => {
  const closed = new Promise<string>((resolve) => printed.once('line', resolve));
  const server = externalServer('dripping', { kind: 'streamable-http', url });
  expect((await callTool(connections, server, 'drip')).output).toBe('ok');
  expect(await closed).toBe('closed');
});

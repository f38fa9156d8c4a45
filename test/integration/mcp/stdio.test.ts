import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ToolCallError, type ToolConnections, type ToolResult } from '../../../mcp/calls/tool-call.ts';
import type { HealthChange } from '../../../mcp/connections/server-health.ts';
import { serverEnvironment } from '../../../mcp/connections/tool-connections.ts';
import { MARK_VARIABLE } from '../../../mcp/transport/stdio-transport.ts';
import { loggedError } from '../../../processes/logged-error.ts';
import { callTool, externalServer, failureOfCall, testConnections } from '../../fixtures/mcp/connections.ts';
import { hostileServerCommand, serverWithChildren } from '../../fixtures/mcp/hostile-server-command.ts';
import { isRunning } from '../../support/is-running.ts';
import { until } from '../../support/until.ts';

const packageMain = (name: string) => fileURLToPath(import.meta.resolve(`@modelcontextprotocol/${name}/dist/index.js`));
const dir = mkdtempSync(join(tmpdir(), 'mcp-stdio-'));
const counterFile = join(dir, 'count');
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
let connections: ToolConnections;

const hostile = externalServer('hostile', {
  kind: 'stdio',
  ...hostileServerCommand('--counter-file', counterFile),
});
const call = (toolName: string, args?: Record<string, unknown>, options?: Parameters<typeof callTool>[4]) =>
  callTool(connections, hostile, toolName, args, options);
const lines = () => readFileSync(counterFile, 'utf8').split('\n').filter(Boolean);

beforeAll(() => {
  process.on('unhandledRejection', onUnhandled);
  connections = testConnections();
});

afterAll(async () => {
  await connections.close();
  rmSync(dir, { recursive: true });
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

describe('a stdio server', () => {
  test('lists all its pages of tools, each with a hash of its definition', async () => {
    const { tools } = await connections.discover(hostile, 20_000);
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['count', 'headers']));
    expect(new Set(tools.map((tool) => tool.hash)).size).toBe(tools.length);
    expect((await connections.discover(hostile, 20_000)).tools).toEqual(tools);
  });

  test('answers calls side by side on one connection', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const results = await Promise.all(texts.map((text) => call('echo', { text })));
    expect(results.map((result) => result.output)).toEqual(texts);
    expect(results[0]).toEqual({ output: 'text 0', isError: false, items: 1, bytes: 6, truncated: false });
  });

  test('sees nothing of our environment but PATH, HOME and LANG, and its mark (I10)', async () => {
    vi.stubEnv('AGENT_RUNS_SEALING_KEY', 'secret');
    const environment = serverEnvironment({ PATH: '/bin', AGENT_RUNS_SEALING_KEY: 'secret', HOME: '/h' });
    expect(environment).toEqual({ PATH: '/bin', HOME: '/h' });
    const { output } = await call('environment');
    expect(output.split(' ').filter((name) => !['PATH', 'HOME', 'LANG'].includes(name))).toEqual([MARK_VARIABLE]);
    vi.unstubAllEnvs();
  });

  test('has its result cut at the byte cap', async () => {
    const result = await call('huge', { bytes: 300_000 }, { maxResultBytes: 1_000 });
    expect(result).toMatchObject({ bytes: 300_000, truncated: true, isError: false });
    expect(result.output).toMatch(/x\n\[cut: the first \d+ of 300000 bytes are shown\]$/);
    expect(Buffer.byteLength(result.output)).toBeLessThanOrEqual(1_000);
  });

  test('may print lines that are not MCP on stdout and stderr', async () => {
    expect(await call('noise')).toMatchObject({ output: 'done', isError: false });
  });

  test('keeps its error results as results', async () => {
    expect(await call('fail')).toMatchObject({ isError: true, output: 'it did not work; try another way' });
  });
});

describe('a failing stdio server', () => {
  test('[connection:stdio:only-allowed-commands] whose command is no longer on the list of the operator is not started', async () => {
    const own = testConnections({ stdioCommands: [['npx']] });
    const failure = await failureOfCall(callTool(own, hostile, 'count'));
    expect(failure).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
    expect(failure.message).toContain('not on the list');
    await own.close();
  });

  test('that crashes in a call fails the call with unknown outcome and is started again, and the effect happened once (I5)', async () => {
    writeFileSync(counterFile, '');
    const failure = await failureOfCall(call('crash_after_count'));
    expect(failure).toBeInstanceOf(ToolCallError);
    expect(failure).toMatchObject({ type: 'tool.server_crashed', noEffect: false });
    expect(failure.message).toContain('exit code 7');
    expect(await call('echo', { text: 'back' })).toMatchObject({ output: 'back' });
    expect(lines()).toEqual(['crash']);
  });

  test('that does not answer a call is told to cancel it at the time-out, and goes on serving others', async () => {
    const other = call('echo', { text: 'other' });
    const failure = await failureOfCall(call('hang', {}, { timeoutMs: 100 }));
    expect(failure).toMatchObject({ type: 'tool.timed_out', noEffect: false });
    expect(await other).toMatchObject({ output: 'other' });
    expect(await call('cancelled')).toMatchObject({ output: '1' });
  });

  test('is told when the caller gives up', async () => {
    const controller = new AbortController();
    const hanging = failureOfCall(call('hang', {}, { signal: controller.signal }));
    await call('echo', { text: 'the hang was sent before' });
    controller.abort();
    expect(await hanging).toMatchObject({ type: 'tool.aborted', noEffect: false });
    expect(await call('cancelled')).toMatchObject({ output: '2' });
  });

  test.each([
    { says: 'answers all the same', toolName: 'slow', waitMs: 10_000, outcome: { output: 'heard nothing' } },
    { says: 'is silent', toolName: 'hang', waitMs: 100, outcome: { type: 'tool.cancelled', noEffect: false } },
    { says: 'is not waited for', toolName: 'slow', waitMs: 0, outcome: { type: 'tool.cancelled', noEffect: false } },
  ])(
    '[connection:cancel:interrupt-reaches-the-tool] is told that a call is cancelled, and $says',
    async ({ toolName, waitMs, outcome }) => {
      const cancelled = Number((await call('cancelled')).output);
      const controller = new AbortController();
      const cancellation = { signal: controller.signal, waitMs };
      const called = call(toolName, { ms: 300, deaf: 'deaf' }, { cancellation }).catch((error: unknown) => error);
      await call('echo', { text: 'the call was sent before' });
      controller.abort();
      expect(await called).toMatchObject(outcome);
      expect(Number((await call('cancelled')).output)).toBe(cancelled + 1);
    },
  );

  test.each([
    { how: 'after the wait for a call that was cancelled', cancels: true, timeoutMs: 20_000, type: 'tool.cancelled' },
    { how: 'after the time-out', cancels: false, timeoutMs: 150, type: 'tool.timed_out' },
  ])(
    '[effect:late:recorded-not-applied] that answers $how is heard, and is told once that the call is cancelled',
    async ({ cancels, timeoutMs, type }) => {
      writeFileSync(counterFile, '');
      const cancelled = Number((await call('cancelled')).output);
      const controller = new AbortController();
      const cancellation = { signal: controller.signal, waitMs: 50 };
      const late: ToolResult[] = [];
      const onLateAnswer = (result: ToolResult) => void late.push(result);
      const args = { ms: 600, deaf: 'late' };
      const failed = failureOfCall(call('slow', args, { cancellation, timeoutMs, onLateAnswer }));
      await until('the call to reach the server', () => lines().length === 1);
      if (cancels) controller.abort();
      expect(await failed).toMatchObject({ type, noEffect: false });
      expect(late).toEqual([]);
      await until('the late answer', () => late.length > 0);
      expect(late).toMatchObject([{ output: 'heard nothing', isError: false }]);
      expect(Number((await call('cancelled')).output)).toBe(cancelled + 1);
    },
  );

  test('[connection:cancel:interrupt-reaches-the-tool] gets no call that was cancelled before it was sent', async () => {
    writeFileSync(counterFile, '');
    const cancellation = { signal: AbortSignal.abort(), waitMs: 10_000 };
    const failure = await failureOfCall(call('count', {}, { cancellation }));
    expect(failure).toMatchObject({ type: 'tool.cancelled', noEffect: true });
    expect(lines()).toEqual([]);
  });

  test.each([
    { ms: 900, longestMs: 20_000, outcome: { output: 'done' } },
    { ms: 60_000, longestMs: 800, outcome: { type: 'tool.timed_out', noEffect: false } },
  ])(
    '[connection:progress:extends-the-time-out] that reports progress for $ms ms, of at most $longestMs ms, ends as $outcome',
    async ({ ms, longestMs, outcome }) => {
      const args = { ms, everyMs: 50 };
      const called = call('slow', args, { timeoutMs: 500, longestMs }).catch((error: unknown) => error);
      expect(await called).toMatchObject(outcome);
    },
  );

  test('[connection:health:rests-and-says-so] that ends at each start is left alone for a while, calls fail at once meanwhile, and discovery tries it', async () => {
    const starts = join(dir, 'starts');
    const changes: HealthChange[] = [];
    const own = testConnections({ onHealth: (change) => changes.push(change) });
    const args = ['-c', 'echo started >> "$1"; exit 3', 'sh', starts];
    const server = externalServer('ends', { kind: 'stdio', command: 'sh', args });
    const countOfStarts = () => readFileSync(starts, 'utf8').split('\n').length;
    for (const _ of [1, 2, 3]) {
      expect((await failureOfCall(callTool(own, server, 'echo'))).message).toContain('exit code 3');
    }
    const before = countOfStarts();
    const failure = await failureOfCall(callTool(own, server, 'echo'));
    expect(failure).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
    expect(failure.message).toContain('keeps failing: it ended with exit code 3. It is tried again in 1 s');
    expect(countOfStarts()).toBe(before);
    await expect(own.discover(server, 5_000)).rejects.toMatchObject({ type: 'tool.server_unreachable' });
    expect(countOfStarts()).toBeGreaterThan(before);
    expect(changes.map(({ failures, health }) => [failures, health.state, health.until !== undefined])).toEqual([
      [1, 'down', false],
      [2, 'down', false],
      [3, 'down', true],
      [4, 'down', true],
    ]);
    await own.close();
  });

  test('that hangs as a whole is replaced, and the next call is answered', async () => {
    const failure = await failureOfCall(call('freeze', {}, { timeoutMs: 100 }));
    expect(failure).toMatchObject({ type: 'tool.timed_out', noEffect: false });
    expect(await call('echo', { text: 'new' })).toMatchObject({ output: 'new' });
  });

  test('that sends an endless message loses its connection only', async () => {
    const failure = await failureOfCall(call('huge', { bytes: 40_000_000 }));
    expect(failure).toMatchObject({ type: 'tool.server_crashed', noEffect: false });
    expect(failure.message).toContain('longer than');
    expect(await call('echo', { text: 'new' })).toMatchObject({ output: 'new' });
  });

  test.each([
    ['a method it does not have', 'protocol_error', { code: -32601 }, true],
    ['an internal error', 'protocol_error', { code: -32603 }, false],
    ['an error after the tool ran', 'malformed', {}, false],
  ])('that answers %s fails the call and stays connected', async (_what, toolName, args, noEffect) => {
    expect(await failureOfCall(call(toolName, args))).toMatchObject({ type: 'tool.server_error', noEffect });
    expect(await call('echo', { text: 'still' })).toMatchObject({ output: 'still' });
  });

  test('that cannot be started is unreachable, with nothing dispatched and nothing of its stderr in message or log (I10)', async () => {
    const started = (command: string, ...args: string[]) =>
      failureOfCall(
        callTool(connections, externalServer('s', { kind: 'stdio', command, args }), 'x', {}, { timeoutMs: 3_000 }),
      );
    const missing = await started('/no/such/command');
    expect(missing).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
    expect(missing.message).toContain('not found');
    const exits = await started('sh', '-c', 'echo s3cret >&2; exit 3');
    expect(exits).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
    expect(exits.message).toContain('exit code 3');
    expect(JSON.stringify(loggedError(exits))).not.toContain('s3cret');
    expect(await started('sleep', '600')).toMatchObject({ type: 'tool.server_unreachable', noEffect: true });
  });

  test('is not called at all for a caller that has given up', async () => {
    writeFileSync(counterFile, '');
    const failure = await failureOfCall(call('count', {}, { signal: AbortSignal.abort() }));
    expect(failure).toMatchObject({ type: 'tool.aborted', noEffect: true });
    await call('echo', { text: 'later' });
    expect(lines()).toEqual([]);
  });
});

describe('processes of stdio servers', () => {
  test('[connection:process:no-orphan] each has an empty folder of its own, which is removed with it', async () => {
    const folderFile = join(dir, 'folder');
    const { command, args } = hostileServerCommand();
    const script = 'pwd > "$1"; ls -A >> "$1"; touch left-behind; shift; exec "$@"';
    const own = testConnections();
    const transport = {
      kind: 'stdio' as const,
      command: 'sh',
      args: ['-c', script, 'sh', folderFile, command, ...args],
    };
    await callTool(own, externalServer('folder', transport), 'echo', { text: 'up' });
    const [folder = '', ...content] = readFileSync(folderFile, 'utf8').trim().split('\n');
    expect([basename(folder).startsWith('agent-runs-mcp-'), content]).toEqual([true, []]);
    await own.close();
    expect(existsSync(folder)).toBe(false);
  });

  test('[connection:bytes:memory-flat] one that prints without end and without a line break is ended after some megabytes', async () => {
    const counter = join(dir, 'printed');
    const script = `const fs = require('fs'); const block = 'x'.repeat(1 << 20);
      for (let n = 1; n <= 1024; n++) { fs.writeSync(1, block); fs.writeFileSync(process.argv[1], String(n)); }`;
    const server = externalServer('endless', {
      kind: 'stdio',
      command: process.execPath,
      args: ['-e', script, counter],
    });
    const before = process.memoryUsage().rss;
    for (const _ of [1, 2]) {
      expect(await failureOfCall(callTool(connections, server, 'any'))).toMatchObject({ noEffect: true });
    }
    expect(Number(readFileSync(counter, 'utf8'))).toBeLessThan(64);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });

  test('[connection:process:no-orphan] end on close, together with those that they started', async () => {
    const pidFile = join(dir, 'pids-close');
    const own = testConnections();
    const server = externalServer('group', { kind: 'stdio', ...serverWithChildren(pidFile) });
    await callTool(own, server, 'echo', { text: 'up' });
    const hanging = failureOfCall(callTool(own, server, 'hang'));
    await own.close();
    expect(await hanging).toMatchObject({ type: 'tool.server_crashed', noEffect: false });
    await allGone(pidFile);
    expect(await failureOfCall(callTool(own, server, 'echo'))).toMatchObject({
      type: 'tool.server_unreachable',
      noEffect: true,
    });
  });

  test('[connection:process:no-orphan] end when our process is killed, together with those that they started', async () => {
    const pidFile = join(dir, 'pids-kill');
    const parentScript = fileURLToPath(new URL('../../fixtures/mcp/orphan-parent.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--import', 'tsx', parentScript, pidFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstLine(parent);
    parent.kill('SIGKILL');
    await allGone(pidFile);
  });

  async function allGone(pidFile: string): Promise<void> {
    const pids = readFileSync(pidFile, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(3);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 15_000, interval: 20 });
  }
});

describe('the official servers', () => {
  test('everything: text, structured content, images and progress', async () => {
    const server = externalServer('everything', {
      kind: 'stdio',
      command: 'node',
      args: [packageMain('server-everything'), 'stdio'],
    });
    const { tools } = await connections.discover(server, 20_000);
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['echo', 'get-sum']));
    expect((await callTool(connections, server, 'get-sum', { a: 2, b: 40 })).output).toContain('42');
    expect((await callTool(connections, server, 'get-tiny-image')).output).toContain('[image 1: image/png, 20 × 20]');
    const long = { duration: 0.2, steps: 2 };
    expect((await callTool(connections, server, 'trigger-long-running-operation', long)).isError).toBe(false);
  });

  test('memory: one call reads what another created', async () => {
    const server = externalServer('memory', {
      kind: 'stdio',
      command: 'node',
      args: [packageMain('server-memory')],
      env: { MEMORY_FILE_PATH: join(dir, 'memory.jsonl') },
    });
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['wrote the first program'] }];
    expect(await callTool(connections, server, 'create_entities', { entities })).toMatchObject({ isError: false });
    expect((await callTool(connections, server, 'read_graph')).output).toContain('wrote the first program');
  });

  test('filesystem: reads inside its folder and refuses to leave it', async () => {
    writeFileSync(join(dir, 'note.txt'), 'hello from a file');
    const server = externalServer('files', {
      kind: 'stdio',
      command: 'node',
      args: [packageMain('server-filesystem'), dir],
    });
    const inside = await callTool(connections, server, 'read_text_file', { path: join(dir, 'note.txt') });
    expect(inside).toMatchObject({ output: 'hello from a file', isError: false });
    expect(await callTool(connections, server, 'read_text_file', { path: '/etc/hostname' })).toMatchObject({
      isError: true,
    });
  });
});

/** The first line that a process prints. Rejects if it ends before. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('stdout is not piped'));
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('ended before its first line')));
  });
}

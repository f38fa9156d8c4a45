import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackPids } from '../../../stack/home/credentials.ts';
import { type RunningStack, startStack } from '../../../stack/start.ts';
import { allGone } from '../../../stack/supervise/leftovers.ts';
import { identify, type ProcessIdentity } from '../../../stack/supervise/process-identity.ts';
import { standInStack } from './fixtures/stand-in-stack.ts';

const MAIN = fileURLToPath(new URL('./fixtures/stand-in-stack-main.ts', import.meta.url));
const PROJECT_DIR = fileURLToPath(new URL('../../..', import.meta.url));

let home: string;
let stack: RunningStack | undefined;
let supervisor: ChildProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'agent-runs-stack-'));
});

afterEach(async () => {
  await stack?.stopNow();
  stack = undefined;
  if (supervisor?.exitCode === null && supervisor.signalCode === null) {
    supervisor.kill('SIGTERM');
    await once(supervisor, 'exit');
  }
  supervisor = undefined;
  rmSync(home, { recursive: true, force: true });
});

test('[stack:start:serves-restarts-and-cleans-up] a process that is killed is started again on the same port, and credentials.json names the new one', async () => {
  stack = await startStack(standInStack(home));
  const before = credentials();
  for (const name of ['api', 'worker', 'simulated'] as const) {
    await stack.kill(name);
    await stack.ready(name);
  }
  const after = credentials();
  expect(after).toMatchObject({ base_url: before.base_url, api_key: before.api_key });
  expect(after.pids.supervisor).toBe(process.pid);
  for (const name of ['api', 'worker', 'simulated'] as const) {
    expect(after.pids[name]).not.toBe(before.pids[name]);
    expect(runningProcesses(after.pids).map(({ pid }) => pid)).toContain(after.pids[name]);
  }
  expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600);
});

// Only on Linux can the test list the children of a process.
test.runIf(process.platform === 'linux')('the children of a killed process do not outlive it', async () => {
  stack = await startStack({ ...standInStack(home), env: { ...process.env, STAND_IN_CHILD: 'worker' } });
  const worker = stack.pids().worker ?? 0;
  const grandchildren = childrenOf(worker);
  expect(grandchildren).toHaveLength(1);
  await stack.kill('worker');
  expect(await allGone(grandchildren, 10_000)).toBe(true);
});

test('stopping ends api, then worker, then simulated provider, and frees the home', async () => {
  const options = standInStack(home);
  stack = await startStack(options);
  const processes = runningProcesses({ ...stack.pids(), supervisor: null });
  await stack.stop();
  stack = undefined;
  expect(readFileSync(options.diary, 'utf8')).toBe('api stopped\nworker stopped\nsimulated stopped\n');
  expect(await allGone(processes, 0)).toBe(true);
  stack = await startStack(options);
});

test('[stack:start:serves-restarts-and-cleans-up] [stack:failed-start:one-clear-sentence] a second start on a live home is refused in one sentence, and the first goes on', async () => {
  stack = await startStack(standInStack(home));
  const { output, code } = await run();
  expect(code).toBe(1);
  expect(output).toBe(
    `agent-runs: The stack on ${home} is already running (process ${process.pid}); stop it first, or set AGENT_RUNS_HOME to another folder.\n`,
  );
  expect(runningProcesses(credentials().pids)).toHaveLength(4);
});

test('[stack:start:serves-restarts-and-cleans-up] nothing is left running when the supervisor is killed with SIGKILL, and the next start keeps the key', async () => {
  await startSupervisor();
  const before = credentials();
  const processes = runningProcesses(before.pids);
  expect(processes).toHaveLength(4);
  supervisor?.kill('SIGKILL');
  expect(await allGone(processes, 20_000)).toBe(true);

  stack = await startStack(standInStack(home));
  expect(credentials().api_key).toBe(before.api_key);
});

test('[stack:start:serves-restarts-and-cleans-up] SIGTERM stops everything and the exit code is 0', async () => {
  await startSupervisor();
  const processes = runningProcesses(credentials().pids);
  const exit = once(supervisor ?? expect.fail('no supervisor'), 'exit');
  supervisor?.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await allGone(processes, 0)).toBe(true);
});

test('[stack:start:serves-restarts-and-cleans-up] SIGTERM to npm only, as a process manager sends it, stops everything and the exit code is 0', async () => {
  // The script of `npm start`, with the stand-ins instead of the stack.
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8'));
  const start = scripts.start.replace('cli/agent-runs.mjs dev', `--import tsx '${MAIN}' '${home}'`);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ scripts: { start } }));
  symlinkSync(join(PROJECT_DIR, 'node_modules'), join(home, 'node_modules'));
  await startSupervisor(['npm', '--silent', 'start'], home);
  const processes = runningProcesses(credentials().pids);
  expect(processes).toHaveLength(4);
  const exit = once(supervisor ?? expect.fail('no supervisor'), 'exit');
  supervisor?.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await allGone(processes, 0)).toBe(true);
});

test('a start ends the recorded processes of a dead supervisor, and no other process that has one of their pids', async () => {
  const leftover = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const innocent = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const left = identify(leftover.pid ?? 0) ?? expect.fail('not running');
  const recorded = [
    { ...left, name: 'worker', orphanSignal: 'KILL' },
    { pid: innocent.pid, startedAt: '1', name: 'api', orphanSignal: 'KILL' },
  ];
  writeFileSync(join(home, 'processes.json'), JSON.stringify(recorded));
  writeFileSync(join(home, 'supervisor.lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
  const ended = once(leftover, 'exit');
  stack = await startStack(standInStack(home));
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(innocent.exitCode ?? innocent.signalCode).toBeNull();
  innocent.kill('SIGKILL');
});

test('[stack:failed-start:one-clear-sentence] a service that cannot start ends the start of the stack with a sentence and leaves nothing running', async () => {
  const options = standInStack(home);
  const failing = [process.execPath, '-e', 'console.error("FATAL: the moon is full"); process.exit(3)'];
  const start = startStack({ ...options, commands: { ...options.commands, worker: failing } });
  await expect(start).rejects.toThrow('The worker ended with code 3, saying "FATAL: the moon is full"');
  expect(JSON.parse(readFileSync(join(home, 'processes.json'), 'utf8'))).toEqual([]);
  stack = await startStack(options);
});

test('[stack:failed-start:one-clear-sentence] a port in use is reported before anything is started', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  const port = typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
  await expect(startStack({ ...standInStack(home), port })).rejects.toThrow(`Port ${port} is already in use`);
  expect(existsSync(join(home, 'processes.json'))).toBe(false);
  blocker.close();
});

interface CredentialsFile {
  readonly base_url: string;
  readonly api_key: string;
  readonly pids: StackPids;
}

function credentials(): CredentialsFile {
  return JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8'));
}

function runningProcesses(pids: StackPids): ProcessIdentity[] {
  return Object.values(pids).flatMap((pid) => identify(pid ?? 0) ?? []);
}

function childrenOf(pid: number): ProcessIdentity[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return pids.flatMap((child) => identify(Number(child)) ?? []);
}

/** Starts a supervisor in a process of its own and waits until it is ready. */
async function startSupervisor(
  commandLine: readonly string[] = [process.execPath, '--import', 'tsx', MAIN, home],
  cwd = PROJECT_DIR,
): Promise<void> {
  const [command = '', ...args] = commandLine;
  supervisor = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: supervisor.stdout ?? expect.fail('no output') });
  const [line] = await once(lines, 'line');
  expect(line).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+$/);
}

/** Runs a supervisor until it ends. */
async function run(): Promise<{ output: string; code: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, home], {
    cwd: PROJECT_DIR,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { output, code };
}

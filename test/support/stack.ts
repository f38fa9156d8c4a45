import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import { createDatabase, type Database } from '../../db/database.ts';
import { createScriptClient, type ScriptClient } from '../../simulated/scripts/script-client.ts';
import type { StackPids } from '../../stack/home/credentials.ts';
import { startStack } from '../../stack/start.ts';
import type { ProcessControls } from '../../stack/supervise/process-controls.ts';
import { doubleServices } from '../cluster/doubled-services.ts';
import { placeOf } from '../cluster/place.ts';
import { bringUpServer } from '../cluster/server.ts';
import { keepService, type ServiceProcess, startService } from './service-process.ts';
import { createStackClient, type StackClient } from './stack-client.ts';
import { connectToolServer, type ToolServer } from './tool-server.ts';

/** A complete Agent Runs: real Postgres, Temporal, api, worker and simulated provider. */
export interface SharedStack extends StackClient {
  readonly home: string;
  readonly baseUrl: string;
  /** Sees the rows of all tenants. */
  readonly db: Database;
  readonly temporal: Client;
  readonly scripts: ScriptClient;
  readonly addresses: { readonly databaseUrl: string; readonly temporalAddress: string; readonly simulatedUrl: string };
  /** Processes that ended without being asked to. */
  readonly deaths: readonly { readonly line: string; readonly atMs: number }[];
  stop(): Promise<void>;
}

/** A stack that serves one test file only, which may stop, kill and add processes. */
export interface TestStack extends SharedStack {
  readonly processes: ProcessControls;
  pids(): StackPids;
  /** Starts another api or worker of this stack, which the test has to kill. `env` overrides that of the stack. */
  startService(
    entry: 'api/main.ts' | 'worker/main.ts',
    env?: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess>;
  /** How many workers serve a stack that was not asked to start none. */
  readonly workers: number;
  /** Kills every api or every worker that the stack started by itself. They are started again. */
  killEach(name: 'api' | 'worker'): Promise<void>;
  /** Resolves when the worker serves: at once, or when it has been started again. */
  workerReady(): Promise<void>;
  /** Makes the worker kill itself when it reaches this point for the n-th time from now on. */
  killWorkerAt(point: FaultPoint, nth?: number): void;
  /** Whether the worker has killed itself since. */
  faultHappened(): boolean;
  /** Connects the hostile MCP server over stdio, which only the first tenant may do. */
  toolServer(name: string, policy: { effect: ToolEffect; idempotent: boolean }): Promise<ToolServer>;
}

export interface TestStackOptions {
  /** Default: a new home, which `stop` removes. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The test restarts a killed worker at once. Otherwise the supervisor does, and waits longer after each death. */
  readonly restartWorkerAtOnce?: boolean;
  /** The stack starts no worker; the test may start workers of its own. */
  readonly withoutWorker?: boolean;
  /** Default: the embedded Postgres. */
  readonly databaseUrl?: string;
  /** Default: the embedded Temporal. */
  readonly temporalAddress?: string;
}

export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const home = options.home ?? mkdtempSync(path.join(tmpdir(), 'agent-runs-test-'));
  const faultFile = path.join(home, 'fault');
  const deaths: { line: string; atMs: number }[] = [];
  const settings = {
    AGENT_RUNS_FAULT_FILE: faultFile,
    AGENT_RUNS_SIMULATED_DELAYS: 'none',
    // Scripts and tool servers of the tests listen on this host.
    AGENT_RUNS_EGRESS_ALLOW: '127.0.0.1',
    AGENT_RUNS_STDIO_COMMANDS: '*',
    AGENT_RUNS_TOOL_TIMEOUT_S: '6',
    ...options.env,
  };
  const sealingKey = 'ab'.repeat(32);
  const cluster = placeOf(process.env);
  const stack = await startStack({
    home,
    sealingKey,
    simulated: true,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl, vectors: true }),
    ...(options.temporalAddress === undefined ? {} : { temporalAddress: options.temporalAddress }),
    temporal: cluster === undefined ? undefined : (deps) => bringUpServer(cluster, deps),
    role: options.restartWorkerAtOnce === true || options.withoutWorker === true ? 'api' : 'all',
    env: { ...inherited(), ...settings },
    log: (line) => {
      if (line.includes('starting it again')) deaths.push({ line, atMs: performance.now() });
    },
  });
  const { apiKey, simulatedUrl, databaseUrl, temporalAddress } = stack;
  if (stack.baseUrl === undefined || apiKey === undefined || simulatedUrl === undefined) {
    throw new Error('The stack runs no api or no simulated provider.');
  }
  // Idle connections fail when a test kills Postgres. The pool makes new ones.
  const db = createDatabase({
    url: databaseUrl,
    applicationName: 'agent-runs-test',
    asOwner: true,
    // After long sessions, the checks of the invariants read hundreds of megabytes.
    statementTimeoutMs: 120_000,
    onIdleError: () => undefined,
  });
  const connection = Connection.lazy({ address: temporalAddress });
  const serviceEnvironment = {
    ...inherited(),
    ...settings,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    AGENT_RUNS_SEALING_KEY: sealingKey,
    AGENT_RUNS_SIMULATED_URL: simulatedUrl,
    PORT: '0',
  };
  const service = (entry: string, env: Readonly<Record<string, string>> = {}) =>
    startService(
      entry,
      { ...serviceEnvironment, ...env },
      path.join(home, 'logs', `${path.dirname(entry)}-of-test.log`),
    );
  const noteDeath = (line: string) => deaths.push({ line, atMs: performance.now() });
  const worker =
    options.restartWorkerAtOnce === true
      ? await keepService(
          () => service('worker/main.ts'),
          () => noteDeath('The worker died'),
        )
      : undefined;
  const doubled =
    cluster === undefined
      ? undefined
      : await doubleServices({
          baseUrl: stack.baseUrl,
          workers: options.withoutWorker !== true,
          start: service,
          onDeath: noteDeath,
        });
  const baseUrl = doubled?.baseUrl ?? stack.baseUrl;
  const scripts = createScriptClient(simulatedUrl);
  const client = createStackClient({
    baseUrl,
    apiKey,
    db,
    scripts,
    counterFile: path.join(home, 'counter'),
    secrets: [sealingKey],
  });

  return {
    ...client,
    home,
    baseUrl,
    db,
    temporal: new Client({ connection }),
    scripts,
    processes: stack,
    pids: stack.pids,
    addresses: { databaseUrl, temporalAddress, simulatedUrl },
    startService: service,
    workers: doubled === undefined ? 1 : 2,
    async killEach(name) {
      await doubled?.kill(name);
      await (name === 'worker' && worker !== undefined ? worker.kill() : stack.kill(name));
    },
    workerReady: async () => {
      await (worker?.ready() ?? stack.ready('worker'));
      await doubled?.workerReady();
    },
    deaths,
    toolServer: (name, policy) => connectToolServer(client.api, { name, counterFile: client.counterFile, ...policy }),
    killWorkerAt: (point, nth = 1) => writeFileSync(faultFile, `${point}#${nth}`),
    faultHappened: () => !existsSync(faultFile),
    async stop() {
      await client.close();
      await db.close();
      await connection.close();
      await doubled?.stop();
      await worker?.stop();
      await stack.stop();
      // KEEP_TEST_HOME=1 keeps logs and data, to look into a failure.
      if (options.home === undefined && process.env.KEEP_TEST_HOME === undefined)
        rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The variables that processes need to run at all. Those of the test runner and keys of providers are left out. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? '']] : [])));
}

import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import { createDatabase, type Database } from '../../db/database.ts';
import { createScriptClient, type ScriptClient } from '../../simulated/scripts/script-client.ts';
import type { ScriptInput } from '../../simulated/scripts/script-schema.ts';
import type { StackPids } from '../../stack/home/credentials.ts';
import { startStack } from '../../stack/start.ts';
import type { ProcessControls } from '../../stack/supervise/process-controls.ts';
import { type BudgetSampler, sampleBudgets } from './budget-sampler.ts';
import { type ApiClient, type ClientRecords, createClient } from './client.ts';
import type { ReportingProvider } from './reporting-provider.ts';
import { connectScript, type ScriptedProvider, type ScriptOptions } from './scripted-provider.ts';
import { keepService, type ServiceProcess, startService } from './service-process.ts';
import { connectToolServer, type ToolServer } from './tool-server.ts';

/** A complete Agent Runs in its own home: real Postgres, Temporal, api, worker and simulated provider. */
export interface TestStack {
  readonly home: string;
  readonly baseUrl: string;
  /** Sees the rows of all tenants. */
  readonly db: Database;
  readonly temporal: Client;
  readonly scripts: ScriptClient;
  /** A client with the first admin key. */
  readonly api: ApiClient;
  readonly processes: ProcessControls;
  pids(): StackPids;
  readonly addresses: { readonly databaseUrl: string; readonly temporalAddress: string; readonly simulatedUrl: string };
  /** Starts another api or worker of this stack, which the test has to kill. `env` overrides that of the stack. */
  startService(
    entry: 'api/main.ts' | 'worker/main.ts',
    env?: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess>;
  /** Resolves when the worker serves: at once, or when it has been started again. */
  workerReady(): Promise<void>;
  readonly records: ClientRecords;
  /** Providers whose reports the check of the ledger compares with it. */
  readonly providers: ReportingProvider[];
  readonly budgets: BudgetSampler;
  /** Texts that must not appear anywhere (I10). */
  readonly secrets: Set<string>;
  readonly counterFile: string;
  /** Processes that ended without being asked to. */
  readonly deaths: readonly { readonly line: string; readonly atMs: number }[];
  /** Ended sessions that were checked already. They do not change any more. */
  readonly checked: Set<string>;
  /** Bootstraps an agent. @returns its id */
  newAgent(body?: object): Promise<string>;
  /** Makes a tenant. @returns a client with its first key */
  newTenant(): Promise<ApiClient>;
  script(script: ScriptInput, options?: ScriptOptions & { readonly client?: ApiClient }): Promise<ScriptedProvider>;
  toolServer(name: string, policy: { effect: ToolEffect; idempotent: boolean }): Promise<ToolServer>;
  /** Makes the worker kill itself when it reaches this point for the n-th time from now on. */
  killWorkerAt(point: FaultPoint, nth?: number): void;
  /** Whether the worker has killed itself since. */
  faultHappened(): boolean;
  stop(): Promise<void>;
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
  const counterFile = path.join(home, 'counter');
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
  const stack = await startStack({
    home,
    sealingKey,
    simulated: true,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl, vectors: true }),
    ...(options.temporalAddress === undefined ? {} : { temporalAddress: options.temporalAddress }),
    role: options.restartWorkerAtOnce === true || options.withoutWorker === true ? 'api' : 'all',
    env: { ...inherited(), ...settings },
    log: (line) => {
      if (line.includes('starting it again')) deaths.push({ line, atMs: performance.now() });
    },
  });
  const { baseUrl, apiKey, simulatedUrl, databaseUrl, temporalAddress } = stack;
  if (baseUrl === undefined || apiKey === undefined || simulatedUrl === undefined) {
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
  const scripts = createScriptClient(simulatedUrl);
  const records: ClientRecords = { sessions: new Set(), accepted: [], watches: [] };
  const api = createClient({ baseUrl, apiKey, records });
  const providers: ReportingProvider[] = [];
  const secrets = new Set([apiKey, sealingKey]);
  const budgets = sampleBudgets(db);

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

  return {
    home,
    baseUrl,
    db,
    temporal: new Client({ connection }),
    scripts,
    api,
    processes: stack,
    pids: stack.pids,
    addresses: { databaseUrl, temporalAddress, simulatedUrl },
    startService: service,
    workerReady: () => worker?.ready() ?? stack.ready('worker'),
    records,
    providers,
    budgets,
    secrets,
    counterFile,
    deaths,
    checked: new Set(),
    async newAgent(body = {}) {
      const agentId = `agent-${randomBytes(5).toString('hex')}`;
      await api.call('POST', '/v1/agent/bootstrap', { agent_id: agentId, ...body });
      return agentId;
    },
    async newTenant() {
      const name = `tenant-${randomBytes(4).toString('hex')}`;
      const tenant = await api.call<{ api_key: { key: string } }>('POST', '/v1/tenants', { name });
      secrets.add(tenant.api_key.key);
      return createClient({ baseUrl, apiKey: tenant.api_key.key, records });
    },
    async script(script, { client = api, ...rest } = {}) {
      const { provider, key } = await connectScript({ client, scripts }, script, rest);
      providers.push(provider);
      secrets.add(key);
      return provider;
    },
    toolServer: (name, policy) => connectToolServer(api, { name, counterFile, ...policy }),
    killWorkerAt: (point, nth = 1) => writeFileSync(faultFile, `${point}#${nth}`),
    faultHappened: () => !existsSync(faultFile),
    async stop() {
      await Promise.all(records.watches.map((watch) => watch.close()));
      await budgets.stop();
      await db.close();
      await connection.close();
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

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { InfrastructureDeps } from '../../stack/bring-up.ts';
import { bareEnvironment } from '../../stack/project.ts';
import { untilTemporalServes } from '../../stack/temporal/health.ts';
import { DYNAMIC_CONFIG } from '../../stack/temporal/server.ts';
import { makeServerDatabase } from './server-postgres.ts';

const HOST = '127.0.0.1';
const SHARDS = 64;
const ENVIRONMENT = 'cluster';
const SERVICES = ['frontend', 'matching', 'history', 'worker'] as const;

export interface ServerPlace {
  /** The path of the server's program. */
  readonly program: string;
  /** The Postgres that `startServerPostgres` started. */
  readonly postgresUrl: string;
}

/**
 * Starts a Temporal server of 64 shards, which keeps its data in two databases of its own, as the Temporal of a stack.
 * Resolves with the address of its frontend when the namespace `default` can be used.
 */
export async function bringUpServer(
  { program, postgresUrl }: ServerPlace,
  { home, tree, ports, env, log }: InfrastructureDeps,
): Promise<string> {
  // A stack that is started again on the same folder finds its sessions again.
  const key = createHash('sha256').update(home.dir).digest('hex').slice(0, 16);
  const databases = { main: `main_${key}`, visibility: `visibility_${key}` };
  await makeServerDatabase(postgresUrl, databases.main, 'main');
  await makeServerDatabase(postgresUrl, databases.visibility, 'visibility');

  const portsOf: Record<string, { grpcPort: number; membershipPort: number }> = {};
  for (const service of SERVICES) {
    portsOf[service] = {
      grpcPort: await ports.take(service === 'frontend' ? 'temporal' : `temporal-${service}`),
      membershipPort: await ports.take(`temporal-${service}-members`),
    };
  }
  const frontendPort = portsOf.frontend?.grpcPort ?? 0;
  const address = `${HOST}:${frontendPort}`;
  const root = join(home.dir, 'temporal');
  const dynamicConfig = join(root, 'dynamic-config.yaml');
  // Each JSON text is a YAML text.
  writeFileSync(
    join(root, `${ENVIRONMENT}.yaml`),
    JSON.stringify(serverConfig({ postgresUrl, databases, portsOf, address, dynamicConfig })),
    { mode: 0o600 },
  );
  const values = Object.entries(DYNAMIC_CONFIG).map(([name, value]) => [name, [{ value, constraints: {} }]]);
  writeFileSync(dynamicConfig, JSON.stringify(Object.fromEntries(values)));

  await tree.start({
    name: 'temporal',
    launch: async () => ({
      command: program,
      args: ['--root', root, '--config', '.', '--env', ENVIRONMENT, '--allow-no-auth', 'start'],
      cwd: root,
      env: bareEnvironment(env),
    }),
    readiness: async (signal) => {
      await untilTemporalServes(address, signal);
      await untilNamespaceServes(address, signal);
    },
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
    orphanSignal: 'KILL',
    port: frontendPort,
  });
  log('a Temporal server on Postgres is up');
  return address;
}

interface ConfigParts {
  readonly postgresUrl: string;
  readonly databases: { readonly main: string; readonly visibility: string };
  readonly portsOf: Readonly<Record<string, object>>;
  readonly address: string;
  readonly dynamicConfig: string;
}

/** The server's file of settings: one process that is all four services, and knows itself only. */
function serverConfig({ postgresUrl, databases, portsOf, address, dynamicConfig }: ConfigParts): object {
  const { host, username, password } = new URL(postgresUrl);
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: host,
      connectProtocol: 'tcp',
      user: username,
      password,
      // Each of the four services has these for itself, and three servers run at a time.
      maxConns: 10,
      maxIdleConns: 10,
      maxConnLifetime: '1h',
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: SHARDS,
      datastores: { main: store(databases.main), visibility: store(databases.visibility) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: Object.fromEntries(
      Object.entries(portsOf).map(([service, ports]) => [service, { rpc: { ...ports, bindOnLocalHost: true } }]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: address },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
  };
}

/** A new server has no namespace, and each of its services learns of a new one some seconds later. */
async function untilNamespaceServes(address: string, signal: AbortSignal): Promise<void> {
  const connection = Connection.lazy({ address });
  try {
    while (!signal.aborted) {
      if (await namespaceServes(connection)) return;
      await pause(100);
    }
  } finally {
    await connection.close();
  }
}

async function namespaceServes({ workflowService }: Connection): Promise<boolean> {
  const namespace = 'default';
  try {
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') })
      .catch(() => undefined);
    // This asks history, which has to know the namespace too.
    await workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 });
    await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'any' }, taskQueueType: 1 });
    return true;
  } catch {
    return false;
  }
}

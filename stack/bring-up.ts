import { join } from 'node:path';
import { portProblem } from './free-port.ts';
import type { Home } from './home/paths.ts';
import type { RememberedPorts } from './home/remembered-ports.ts';
import type { StackOptions } from './options.ts';
import { POSTGRES_HOST, preparePostgres } from './postgres/server.ts';
import { bareEnvironment, PROJECT_DIR } from './project.ts';
import { serviceCommand } from './services/command.ts';
import type { ChildSpec } from './supervise/child-spec.ts';
import type { ProcessTree } from './supervise/process-tree.ts';
import { defaultCacheDir, findTemporalBinary, writableCacheDir } from './temporal/binary.ts';
import { prepareTemporal } from './temporal/server.ts';

export interface InfrastructureDeps {
  readonly home: Home;
  readonly tree: ProcessTree;
  readonly ports: RememberedPorts;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

export type TemporalChoices = Pick<StackOptions, 'temporalNamespace' | 'temporalUi'>;

/** Starts the embedded Postgres. Resolves with its URL when it answers and the database exists. @throws StackError */
export async function bringUpPostgres({ home, tree, ports, env, log }: InfrastructureDeps): Promise<string> {
  const postgres = await startOnFreePort(tree, async () => {
    const prepared = await preparePostgres({ home, ports, env, log });
    return { ...prepared, host: POSTGRES_HOST };
  });
  await postgres.createDatabase();
  log('Postgres is up');
  return postgres.databaseUrl;
}

/** Starts the embedded Temporal, which is downloaded or built first if need be. Resolves with its address. @throws StackError */
export async function bringUpTemporal(
  options: TemporalChoices,
  { home, tree, ports, env, log }: InfrastructureDeps,
): Promise<string> {
  const cacheDir = writableCacheDir(defaultCacheDir(env), join(home.dir, 'cache'));
  const binary = await findTemporalBinary({ cacheDir, env, log });
  const namespace = options.temporalNamespace ?? 'default';
  const temporal = await startOnFreePort(tree, () =>
    prepareTemporal({ home, ports, env, binary, namespace, ui: options.temporalUi ?? false }),
  );
  log(`Temporal is up${temporal.uiUrl === undefined ? '' : `, its web interface at ${temporal.uiUrl}`}`);
  return temporal.address;
}

/** Starts the simulated provider. Resolves with its base URL. @throws StackError */
export async function bringUpSimulated(
  commandLine: readonly string[] | undefined,
  { tree, ports, env, log }: InfrastructureDeps,
): Promise<string> {
  const { spec } = await startOnFreePort(tree, async () => {
    const port = await ports.take('simulated');
    const spec: ChildSpec = {
      name: 'simulated',
      launch: async () => {
        const [command = '', ...args] = commandLine ?? (await serviceCommand('simulated/main.ts', log));
        // It needs none of our secrets.
        const delays = { AGENT_RUNS_SIMULATED_DELAYS: env.AGENT_RUNS_SIMULATED_DELAYS };
        return { command, args, cwd: PROJECT_DIR, env: { ...bareEnvironment(env), ...delays, PORT: String(port) } };
      },
      readiness: 'ipc',
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
      orphanSignal: 'KILL',
      port,
    };
    return { spec };
  });
  log('the simulated provider is up');
  return `http://127.0.0.1:${spec.port}`;
}

/** Another process may take a port after it was chosen and before it is bound. Then another port is tried, once. */
async function startOnFreePort<T extends { readonly spec: ChildSpec }>(
  tree: ProcessTree,
  prepare: () => Promise<T>,
): Promise<T> {
  const first = await prepare();
  try {
    await tree.start(first.spec);
    return first;
  } catch (error) {
    const { port } = first.spec;
    if (port === undefined || (await portProblem(port, '127.0.0.1')) === undefined) throw error;
  }
  const second = await prepare();
  await tree.start(second.spec);
  return second;
}

import { providerVariables } from '../../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../../processes/environment.ts';
import type { StackOptions } from '../options.ts';
import { PROJECT_DIR } from '../project.ts';
import type { ChildSpec } from '../supervise/child-spec.ts';
import { serviceCommand } from './command.ts';
import { localStdioCommands } from './local-commands.ts';

/** The addresses and the key that the services are given in their environment. */
export interface ServiceAddresses {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly sealingKey: string;
  readonly oldSealingKeys: readonly string[];
  readonly simulatedUrl?: string | undefined;
}

/** A worker lets tool calls in flight finish and gives up 5 s after the tool time-out. Then it closes its connections. */
const BEYOND_TOOL_TIMEOUT_MS = 10_000;

export function apiChild(options: StackOptions, addresses: ServiceAddresses, port: number): ChildSpec {
  return {
    ...serviceChild('api', 'api/main.ts', options, { ...serviceEnvironment(options, addresses), PORT: String(port) }),
    stopTimeoutMs: 15_000,
    port,
  };
}

export function workerChild(options: StackOptions, addresses: ServiceAddresses): ChildSpec {
  const env = serviceEnvironment(options, addresses);
  return {
    ...serviceChild('worker', 'worker/main.ts', options, env),
    stopTimeoutMs: readServiceEnvironment(env, providerVariables).toolTimeoutMs + BEYOND_TOOL_TIMEOUT_MS,
  };
}

function serviceChild(name: 'api' | 'worker', entry: string, options: StackOptions, env: NodeJS.ProcessEnv) {
  return {
    name,
    launch: async () => {
      const [command = '', ...args] = options.commands?.[name] ?? (await serviceCommand(entry, options.log));
      return { command, args, cwd: PROJECT_DIR, env };
    },
    readiness: 'ipc',
    stopSignal: 'SIGTERM',
    orphanSignal: 'KILL',
  } as const;
}

function serviceEnvironment(options: StackOptions, addresses: ServiceAddresses): NodeJS.ProcessEnv {
  const { PORT: _, ...inherited } = options.env;
  return {
    // Half of these threads may look up names; the lookups of the system can't be given up.
    UV_THREADPOOL_SIZE: '64',
    ...inherited,
    DATABASE_URL: addresses.databaseUrl,
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_NAMESPACE: options.temporalNamespace ?? 'default',
    AGENT_RUNS_HOST: options.host ?? '127.0.0.1',
    AGENT_RUNS_SEALING_KEY: addresses.sealingKey,
    AGENT_RUNS_SEALING_KEYS_OLD: addresses.oldSealingKeys.join(','),
    AGENT_RUNS_SIMULATED_URL: addresses.simulatedUrl,
    AGENT_RUNS_STDIO_COMMANDS: inherited.AGENT_RUNS_STDIO_COMMANDS ?? stdioCommandsOf(options),
  };
}

/** A stack on services of the operator's own may start nothing that the operator has not listed. */
function stdioCommandsOf({ databaseUrl, temporalAddress, env }: StackOptions): string | undefined {
  const isEmbedded = databaseUrl === undefined && temporalAddress === undefined;
  return isEmbedded ? localStdioCommands(env.PATH ?? '') : undefined;
}

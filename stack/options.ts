import { join, resolve } from 'node:path';
import { providerVariables } from '../models/kinds/kinds.ts';
import { checkServiceSettings, flagSchema, withoutEmpty } from '../processes/environment.ts';
import { StackError } from './error.ts';
import type { DatabasePreparation } from './prepare-database.ts';
import { PROJECT_DIR } from './project.ts';
import type { ProcessName } from './supervise/child-spec.ts';
import type { reachTemporal } from './temporal/reach.ts';

export type StackRole = 'all' | 'api' | 'worker';

/** What decides which processes run and what they are told. */
export interface StackOptions {
  /** The data folder. */
  readonly home: string;
  /** Port of the API; 0, the default, picks a free one. */
  readonly port?: number;
  /** Where the API listens; default 127.0.0.1. */
  readonly host?: string;
  readonly role?: StackRole;
  /** Given: no embedded Postgres. */
  readonly databaseUrl?: string;
  /** Given: no embedded Temporal. */
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  /** Serve Temporal's own web interface with the embedded one. */
  readonly temporalUi?: boolean;
  /** 64 hex characters; default: a file in the home. */
  readonly sealingKey?: string;
  /** Default: only when Postgres and Temporal are both embedded. */
  readonly simulated?: boolean;
  /** A simulated provider that runs elsewhere; none is started then. */
  readonly simulatedUrl?: string;
  /** The environment our services inherit; what is said above overrides it. Postgres and Temporal see no more of it than PATH and the like. */
  readonly env: NodeJS.ProcessEnv;
  /** Progress, one line at a time. Default: only into the log file. */
  readonly log?: (line: string) => void;
  /** Command lines to run in place of our services; they must speak the same IPC. */
  readonly commands?: Partial<Record<Extract<ProcessName, 'api' | 'worker' | 'simulated'>, readonly string[]>>;
  /** Default: our migrations and our first tenant. */
  readonly database?: DatabasePreparation;
  /** Default: the Temporal that is given is waited for, for some seconds. */
  readonly reachTemporal?: typeof reachTemporal;
}

/** The options that `npm start` and `npm run demo` take from the environment. @throws StackError */
export function readStackOptions(environment: NodeJS.ProcessEnv): StackOptions {
  const env = withoutEmpty(environment);
  const role = env.AGENT_RUNS_ROLE ?? 'all';
  if (role !== 'all' && role !== 'api' && role !== 'worker') {
    throw new StackError(`AGENT_RUNS_ROLE is "${role}"; it can be api, worker or all.`);
  }
  try {
    checkServiceSettings(env, providerVariables);
  } catch (error) {
    throw new StackError(error instanceof Error ? error.message : String(error), error);
  }
  const simulated = readFlag('AGENT_RUNS_SIMULATED', env);
  return {
    home: env.AGENT_RUNS_HOME ? resolve(env.AGENT_RUNS_HOME) : join(PROJECT_DIR, '.agent-runs'),
    port: readPort(env.PORT),
    role,
    env,
    temporalUi: readFlag('AGENT_RUNS_TEMPORAL_UI', env) ?? false,
    ...given('host', env.AGENT_RUNS_HOST),
    ...given('databaseUrl', env.DATABASE_URL),
    ...given('temporalAddress', env.TEMPORAL_ADDRESS),
    ...given('temporalNamespace', env.TEMPORAL_NAMESPACE),
    ...given('sealingKey', env.AGENT_RUNS_SEALING_KEY),
    ...given('simulatedUrl', env.AGENT_RUNS_SIMULATED_URL),
    ...(simulated === undefined ? {} : { simulated }),
  };
}

function given<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  // The computed key widens to string, so TypeScript cannot see that it is K.
  return value ? ({ [name]: value } as Record<K, string>) : {};
}

function readFlag(name: string, env: NodeJS.ProcessEnv): boolean | undefined {
  const { data, error } = flagSchema.safeParse(env[name]);
  if (error === undefined) return data;
  throw new StackError(`${name} ${error.issues[0]?.message}.`);
}

function readPort(text: string | undefined): number {
  if (!text) return 8787;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StackError(`PORT is "${text}"; it must be a number from 0 to 65535 (0 picks a free one).`);
}

/** @throws StackError when what is asked for does not go together. */
export function checkStackOptions({ databaseUrl, sealingKey }: StackOptions): void {
  if (sealingKey !== undefined && !/^[0-9a-f]{64}$/i.test(sealingKey)) {
    throw new StackError('AGENT_RUNS_SEALING_KEY must be 64 hexadecimal characters (as from "openssl rand -hex 32").');
  }
  if (databaseUrl !== undefined && sealingKey === undefined) {
    throw new StackError(
      'With DATABASE_URL set, AGENT_RUNS_SEALING_KEY is needed too: 64 hexadecimal characters that seal secrets and must not lie in that database.',
    );
  }
}

import { providerVariables } from '../models/kinds/kinds.ts';
import { readSupervisorEnvironment } from '../processes/environment.ts';
import type { InfrastructureDeps } from './bring-up.ts';
import { StackError } from './error.ts';
import { homeDirOf } from './home/default-home.ts';
import type { ProcessName } from './supervise/child-spec.ts';
import type { reachTemporal } from './temporal/reach.ts';

export type StackRole = 'all' | 'api' | 'worker';

/** What a stack does to its database before it serves. */
export interface DatabasePreparation {
  migrate(databaseUrl: string, options: { readonly vectors?: boolean }): Promise<void>;
  /** Returns a valid API key: `existingKey` if it still is one. */
  ensureFirstTenant(input: { databaseUrl: string; existingKey?: string | undefined }): Promise<{ apiKey: string }>;
}

/** The choices that decide which processes run and how they are configured. */
export interface StackOptions {
  /** The data folder. */
  readonly home: string;
  /** Port of the API. 0, the default, picks a free one. */
  readonly port?: number;
  /** The address at which the API listens. Default: 127.0.0.1. */
  readonly host?: string;
  readonly role?: StackRole;
  /** If given, no embedded Postgres is started. */
  readonly databaseUrl?: string;
  /** If given, no embedded Temporal is started. */
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  /** The embedded Temporal also serves its web interface. */
  readonly temporalUi?: boolean;
  /** 64 hexadecimal characters. Default: those in a file in the home. */
  readonly sealingKey?: string;
  /** Keys under which secrets were sealed before, beside those in a file in the home. */
  readonly oldSealingKeys?: readonly string[];
  /** Start the simulated provider. Default: only if Postgres and Temporal are both embedded. */
  readonly simulated?: boolean;
  /** Make the extension "vector" in the database, where it can have it. Default: no. */
  readonly vectors?: boolean;
  /** The address of a simulated provider that runs elsewhere. If given, none is started. */
  readonly simulatedUrl?: string;
  /**
   * The environment that our services inherit; the options above override it. Postgres, Temporal and the simulated provider
   * are given no more of it than PATH and the like.
   */
  readonly env: NodeJS.ProcessEnv;
  /** Told of progress, one line at a time. Default: progress is written to the log file only. */
  readonly log?: (line: string) => void;
  /** Command lines to run in place of our services. They must speak the same IPC. */
  readonly commands?: Partial<Record<Extract<ProcessName, 'api' | 'worker' | 'simulated'>, readonly string[]>>;
  /** Default: runs our migrations and makes our first tenant. */
  readonly database?: DatabasePreparation;
  /** Starts the Temporal of this stack and resolves with its `host:port`. Default: starts the embedded one. */
  readonly temporal?: ((deps: InfrastructureDeps) => Promise<string>) | undefined;
  /** Default: waits some seconds for the Temporal that is given. */
  readonly reachTemporal?: typeof reachTemporal;
}

/** The options that `npm start` and `npm run demo` take from the environment. @throws SettingError */
export function readStackOptions(environment: NodeJS.ProcessEnv): StackOptions {
  const { settings, env, embeddings } = readSupervisorEnvironment(environment, providerVariables);
  return {
    home: homeDirOf(settings.AGENT_RUNS_HOME),
    port: settings.PORT,
    host: settings.AGENT_RUNS_HOST,
    role: settings.AGENT_RUNS_ROLE,
    databaseUrl: settings.DATABASE_URL,
    temporalAddress: settings.TEMPORAL_ADDRESS,
    temporalNamespace: settings.TEMPORAL_NAMESPACE,
    temporalUi: settings.AGENT_RUNS_TEMPORAL_UI,
    sealingKey: settings.AGENT_RUNS_SEALING_KEY,
    oldSealingKeys: settings.AGENT_RUNS_SEALING_KEYS_OLD,
    simulated: settings.AGENT_RUNS_SIMULATED,
    simulatedUrl: settings.AGENT_RUNS_SIMULATED_URL,
    vectors: embeddings !== undefined,
    env,
  };
}

/** @throws StackError if the options do not fit together */
export function checkStackOptions({ databaseUrl, sealingKey }: StackOptions): void {
  if (databaseUrl !== undefined && sealingKey === undefined) {
    throw new StackError(
      'With DATABASE_URL set, AGENT_RUNS_SEALING_KEY is needed too: 64 hexadecimal characters that seal secrets and must not be in that database.',
    );
  }
}

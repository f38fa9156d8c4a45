import { join, resolve } from 'node:path';
import { providerVariables } from '../models/kinds/kinds.ts';
import { readSupervisorEnvironment } from '../processes/environment.ts';
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

/** The options that `npm start` and `npm run demo` take from the environment. @throws SettingError */
export function readStackOptions(environment: NodeJS.ProcessEnv): StackOptions {
  const { settings, env } = readSupervisorEnvironment(environment, providerVariables);
  return {
    home: settings.AGENT_RUNS_HOME === undefined ? join(PROJECT_DIR, '.agent-runs') : resolve(settings.AGENT_RUNS_HOME),
    port: settings.PORT,
    host: settings.AGENT_RUNS_HOST,
    role: settings.AGENT_RUNS_ROLE,
    databaseUrl: settings.DATABASE_URL,
    temporalAddress: settings.TEMPORAL_ADDRESS,
    temporalNamespace: settings.TEMPORAL_NAMESPACE,
    temporalUi: settings.AGENT_RUNS_TEMPORAL_UI,
    sealingKey: settings.AGENT_RUNS_SEALING_KEY,
    simulated: settings.AGENT_RUNS_SIMULATED,
    simulatedUrl: settings.AGENT_RUNS_SIMULATED_URL,
    env,
  };
}

/** @throws StackError when what is asked for does not go together. */
export function checkStackOptions({ databaseUrl, sealingKey }: StackOptions): void {
  if (databaseUrl !== undefined && sealingKey === undefined) {
    throw new StackError(
      'With DATABASE_URL set, AGENT_RUNS_SEALING_KEY is needed too: 64 hexadecimal characters that seal secrets and must not lie in that database.',
    );
  }
}

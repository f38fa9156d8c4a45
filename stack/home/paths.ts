import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../processes/error-cause.ts';
import { StackError } from '../error.ts';

/** Paths inside a data folder (`AGENT_RUNS_HOME`). */
export interface Home {
  readonly dir: string;
  readonly credentials: string;
  readonly lock: string;
  readonly processes: string;
  readonly ports: string;
  readonly sealingKey: string;
  readonly oldSealingKeys: string;
  readonly postgresData: string;
  readonly postgresPassword: string;
  readonly temporalDatabase: string;
  readonly logs: string;
  logOf(name: string): string;
}

export function homeAt(dir: string): Home {
  const logs = join(dir, 'logs');
  return {
    dir,
    credentials: join(dir, 'credentials.json'),
    lock: join(dir, 'supervisor.lock'),
    processes: join(dir, 'processes.json'),
    ports: join(dir, 'ports.json'),
    sealingKey: join(dir, 'sealing-key'),
    oldSealingKeys: join(dir, 'sealing-keys-old'),
    postgresData: join(dir, 'postgres'),
    postgresPassword: join(dir, 'postgres-password'),
    temporalDatabase: join(dir, 'temporal', 'temporal.db'),
    logs,
    logOf: (name) => join(logs, `${name}.log`),
  };
}

/**
 * Makes the folders. Other users may pass through them but not list them: if we are root, Postgres runs as another user.
 */
export function makeHome(home: Home): void {
  makeFolder(home.dir, 0o711);
  for (const dir of [home.logs, join(home.dir, 'temporal')]) makeFolder(dir, 0o700);
  // Fails here if a file has the name of the folder. Otherwise a child would fail later, with an odd error.
  statSync(join(home.dir, '.'));
}

/** Makes the folder and those above it. Node's own `recursive` never ends on a file system that answers ENOENT, as /proc does. */
function makeFolder(dir: string, mode: number): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir), mode);
  try {
    mkdirSync(dir, { mode });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new StackError(`No folder can be made at ${dir}; set AGENT_RUNS_HOME to another place.`, error);
  }
}

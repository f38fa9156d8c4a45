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
    postgresData: join(dir, 'postgres'),
    postgresPassword: join(dir, 'postgres-password'),
    temporalDatabase: join(dir, 'temporal', 'temporal.db'),
    logs,
    logOf: (name) => join(logs, `${name}.log`),
  };
}

/** Makes the folders. Others may pass through (Postgres runs as another user when we are root) but not look around. */
export function makeHome(home: Home): void {
  makeFolder(home.dir, 0o711);
  for (const dir of [home.logs, join(home.dir, 'temporal')]) makeFolder(dir, 0o700);
  // A file named like the folder would otherwise show up later as an odd error of a child.
  statSync(join(home.dir, '.'));
}

/** With those above it. Node's own `recursive` tries for ever where a file system answers ENOENT to it, as /proc does. */
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

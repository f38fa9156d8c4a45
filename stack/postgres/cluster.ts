import { spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../error.ts';
import type { Home } from '../home/paths.ts';
import { bareEnvironment } from '../project.ts';
import { processesWorkingIn, sendSignal } from '../supervise/process-identity.ts';
import type { PostgresBinaries } from './binaries.ts';
import { idsToStartWith, type PostgresUser } from './user.ts';

export const POSTGRES_ROLE = 'agent_runs';
/** Begins the names of a socket's file and of its lock. Postgres puts both into the data folder. */
export const SOCKET_PREFIX = '.s.PGSQL.';
const MAJOR = '18';

export interface ClusterOptions {
  readonly home: Home;
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser;
  readonly password: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** Makes the data folder unless it exists. @throws StackError */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { home, user } = options;
  if (!existsSync(home.postgresData)) return makeCluster(options);
  const version = readVersion(home.postgresData);
  if (version !== MAJOR) {
    throw new StackError(
      `${home.postgresData} ${version === undefined ? 'is not a data folder of Postgres' : `was made by Postgres ${version}`}, and this is Postgres ${MAJOR}; move it away, or set AGENT_RUNS_HOME to another folder.`,
    );
  }
  const owner = statSync(home.postgresData).uid;
  const expected = user.uid ?? process.getuid?.() ?? owner;
  if (owner !== expected) {
    throw new StackError(
      `${home.postgresData} belongs to user ${owner} and Postgres would run as user ${expected}; start as the user that made it, or set AGENT_RUNS_HOME to another folder.`,
    );
  }
}

/** Makes the data folder under another name and renames it when it is complete, so that no half of one is ever used. */
async function makeCluster({ home, binaries, user, password, env, log }: ClusterOptions): Promise<void> {
  log('making the Postgres data folder');
  const draft = `${home.postgresData}.new`;
  const passwordFile = `${home.postgresData}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const path of [draft, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  try {
    await runInitdb([...user.prefix, binaries.initdb, ...initdbArguments(draft, passwordFile)], user, env, home.dir);
    renameSync(draft, home.postgresData);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

function initdbArguments(dataDir: string, passwordFile: string): string[] {
  return [
    `--pgdata=${dataDir}`,
    `--username=${POSTGRES_ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The built-in provider sorts in the same way on every machine, whatever its C library.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
}

function runInitdb(
  commandLine: readonly string[],
  user: PostgresUser,
  env: NodeJS.ProcessEnv,
  homeDir: string,
): Promise<void> {
  const [command = '', ...args] = commandLine;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: { ...bareEnvironment(env), LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...idsToStartWith(user),
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    child.once('error', (error) => reject(new StackError(`${command} could not be started: ${error.message}`, error)));
    child.once('close', (code) => {
      if (code === 0) return resolve();
      if (/no space left on device|disk quota|check free disk space/i.test(said)) {
        return reject(
          new StackError(
            `The disk that holds ${homeDir} is full; free some space, or set AGENT_RUNS_HOME to a folder on another disk.`,
          ),
        );
      }
      const fatal = said.split('\n').find((line) => /fatal|error/i.test(line)) ?? said.trim();
      reject(new StackError(`Postgres could not make its data folder: ${fatal.slice(0, 300)}`));
    });
  });
}

function readVersion(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * Ends servers and backends that still work in the data folder, and removes the pid file and the sockets of a server that is
 * gone: by now another process may have its pid, and Postgres would refuse to start. Call it only under the lock of the home.
 * If it overlooks a backend, Postgres itself refuses to start, because the shared memory of that backend is still attached.
 */
export async function clearDeadServer(dataDir: string): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const left = processesWorkingIn(realpathSync(dataDir), 'postgres');
    if (left.length === 0) break;
    for (const pid of left) sendSignal(pid, attempt < 100 ? 'SIGQUIT' : 'SIGKILL');
    await pause(20);
  }
  const pidFile = join(dataDir, 'postmaster.pid');
  const pid = readPid(pidFile);
  // Working folders can be seen on Linux only. Elsewhere the check that Postgres makes itself must do.
  if (pid !== undefined && (process.platform === 'linux' || !sendSignal(pid, 'SIGCONT'))) {
    rmSync(pidFile, { force: true });
    for (const name of readdirSync(dataDir)) {
      if (name.startsWith(SOCKET_PREFIX)) rmSync(join(dataDir, name), { force: true });
    }
  }
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

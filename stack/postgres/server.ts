import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Home } from '../home/paths.ts';
import type { RememberedPorts } from '../home/remembered-ports.ts';
import { secretAt } from '../home/secret-file.ts';
import { bareEnvironment } from '../project.ts';
import type { ChildSpec } from '../supervise/child-spec.ts';
import { findPostgresBinaries } from './binaries.ts';
import { clearDeadServer, ensureCluster, POSTGRES_ROLE, SOCKET_PREFIX } from './cluster.ts';
import { choosePostgresUser, idsToStartWith } from './user.ts';

export const POSTGRES_HOST = '127.0.0.1';
export const DATABASE = 'agent_runs';
/** The limit of macOS. Linux takes four bytes more. */
const LONGEST_SOCKET_PATH = 103;

/** These settings are passed at every start, so they also hold for data folders of earlier versions. */
const SETTINGS = {
  listen_addresses: POSTGRES_HOST,
  // This is the data folder, which no other user may enter.
  unix_socket_directories: '.',
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '200',
  // All queries are short. To compile them or to run them in parallel would cost more than it saves.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

export interface EmbeddedPostgres {
  readonly spec: ChildSpec;
  /** Holds the password, so it is for our processes only, never for a log. It also names the socket, which pg prefers. */
  readonly databaseUrl: string;
  /** Makes the database `agent_runs` unless it exists. Call it when the server answers. */
  createDatabase(): Promise<void>;
}

export interface PostgresOptions {
  readonly home: Home;
  readonly ports: RememberedPorts;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** Prepares the data folder and says how to run Postgres on it. @throws StackError */
export async function preparePostgres({ home, ports, env, log }: PostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findPostgresBinaries();
  const user = choosePostgresUser([home.dir, binaries.postgres]);
  const password = secretAt(home.postgresPassword);
  await ensureCluster({ home, binaries, user, password, env, log });
  const port = await ports.take('postgres');
  const socket = socketParameter(home.postgresData, port);
  const urlOf = (database: string) =>
    `postgres://${POSTGRES_ROLE}:${password}@${POSTGRES_HOST}:${port}/${database}${socket}`;
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const [command = binaries.postgres, ...args] = [
    ...user.prefix,
    binaries.postgres,
    '-D',
    home.postgresData,
    ...settings,
  ];

  return {
    databaseUrl: urlOf(DATABASE),
    createDatabase: () => createDatabase(urlOf('postgres')),
    spec: {
      name: 'postgres',
      launch: async () => {
        await clearDeadServer(home.postgresData);
        return {
          command,
          args,
          cwd: '/',
          env: { ...bareEnvironment(env), LC_ALL: 'C' },
          ...idsToStartWith(user),
        };
      },
      readiness: (signal) => untilItAnswers(urlOf('postgres'), signal),
      // SIGINT is the fast shutdown: Postgres rolls back open transactions and writes a checkpoint.
      stopSignal: 'SIGINT',
      stopTimeoutMs: 15_000,
      orphanSignal: 'QUIT',
      port,
    },
  };
}

/**
 * The query of a URL that makes pg use the socket, over which a message and its answer take half the CPU that they take over
 * loopback. Empty if the path of the data folder is too long for a socket.
 */
function socketParameter(dataDir: string, port: number): string {
  const dir = realpathSync(dataDir);
  const fits = Buffer.byteLength(join(dir, `${SOCKET_PREFIX}${port}`)) <= LONGEST_SOCKET_PATH;
  return fits ? `?host=${encodeURIComponent(dir)}` : '';
}

/** Polls until Postgres answers. Until then connections are refused, or Postgres says that it is starting up. */
async function untilItAnswers(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (
      await withClient(url, (client) => client.query('SELECT 1')).then(
        () => true,
        () => false,
      )
    )
      return;
    await pause(30);
  }
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that breaks emits this event, and also rejects the query.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

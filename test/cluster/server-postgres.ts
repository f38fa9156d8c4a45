import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { bringUpPostgres } from '../../stack/bring-up.ts';
import { openHome } from '../../stack/home/open.ts';
import { createProcessTree } from '../../stack/supervise/process-tree.ts';
import { runTool } from '../../stack/temporal/run-tool.ts';
import type { ServerPrograms } from './server-programs.ts';

/** The databases that a Temporal server begins with: all tables, and no row. */
const EMPTY = { main: 'empty_main', visibility: 'empty_visibility' } as const;

/**
 * Starts the Postgres in which Temporal servers keep their data. It is another one than the Postgres of a stack, which tests
 * kill by itself.
 */
export async function startServerPostgres(
  programs: ServerPrograms,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'agent-runs-temporal-'));
  const { home, ports, log: logged, close } = await openHome(dir, log);
  const tree = createProcessTree({
    recordFile: home.processes,
    logFileOf: home.logOf,
    log: logged,
    onChange: () => {},
  });
  const stop = async () => {
    await tree.stop();
    close();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const url = await bringUpPostgres({ home, tree, ports, env, log: logged });
    for (const database of ['main', 'visibility'] as const) {
      await withClient(url, (client) => client.query(`CREATE DATABASE ${EMPTY[database]}`));
      await makeTables(programs, url, database, env);
    }
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes a database with the tables of a server, unless it exists. */
export async function makeServerDatabase(url: string, name: string, copyOf: keyof typeof EMPTY): Promise<void> {
  const isNew = await withClient(url, async (client) => {
    // Files of tests start servers at the same time, and a database is copied by one connection at a time.
    await client.query('SELECT pg_advisory_lock(1)');
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name} TEMPLATE ${EMPTY[copyOf]}`);
    return rowCount === 0;
  });
  if (!isNew) return;
  const copied = new URL(url);
  copied.pathname = name;
  // The server looks for the version of its tables under the name of the database.
  await withClient(copied.href, (client) => client.query('UPDATE schema_version SET db_name = $1', [name]));
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function makeTables(
  { sqlTool, schema }: ServerPrograms,
  url: string,
  database: keyof typeof EMPTY,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const settings = {
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: hostname,
    SQL_PORT: port,
    SQL_USER: username,
    SQL_PASSWORD: password,
    SQL_DATABASE: EMPTY[database],
  };
  const tool = (...args: string[]) => runTool([sqlTool, ...args], { env: { PATH: env.PATH, ...settings } });
  await tool('setup-schema', '--version', '0.0');
  await tool('update-schema', '--schema-dir', schema[database]);
}

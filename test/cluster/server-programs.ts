import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../stack/temporal/binary.ts';
import { installGoProgram } from '../../stack/temporal/from-go.ts';

const MODULE = 'go.temporal.io/server';
const VERSION = 'v1.29.1';

/** What a Temporal server needs that keeps its data in Postgres. */
export interface ServerPrograms {
  readonly server: string;
  /** Makes the tables of the server. */
  readonly sqlTool: string;
  /** The folder with the versions of those tables, for the main database and for that of visibility. */
  readonly schema: { readonly main: string; readonly visibility: string };
}

/** Builds the programs from Go modules, once for a machine. Go's checksum database vouches for them. @throws Error if Go is not here */
export async function findServerPrograms(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<ServerPrograms> {
  const folder = join(defaultCacheDir(env), `server-${VERSION}`);
  mkdirSync(folder, { recursive: true });
  const program = async (path: string, name: string) => {
    const target = join(folder, name);
    if (!existsSync(target)) await installGoProgram(`${MODULE}/${path}@${VERSION}`, target, { env, log });
    return target;
  };
  const server = await program('cmd/server', 'temporal-server');
  const sqlTool = await program('cmd/tools/sql', 'temporal-sql-tool');
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], {
    env,
    cwd: folder,
  });
  const { Dir: source }: { Dir: string } = JSON.parse(stdout);
  const versions = (database: string) => join(source, 'schema', 'postgresql', 'v12', database, 'versioned');
  return { server, sqlTool, schema: { main: versions('temporal'), visibility: versions('visibility') } };
}

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NPM = ['@modelcontextprotocol/server-postgres@0.6.2'];
const PYPI = ['mcp-server-time', 'mcp-server-git', 'mcp-server-fetch'];

/** The places of the programs of installed servers. */
export interface InstalledServers {
  npm(program: string): string;
  pypi(program: string): string;
}

/** Installs the servers once, each with the client of its registry. */
export async function installServers(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<InstalledServers> {
  const cache = env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'agent-runs', 'mcp-servers');
  const done = path.join(folder, 'installed.json');
  const venv = path.join(folder, 'python');
  const wanted = JSON.stringify([NPM, PYPI]);
  if (!existsSync(done) || readFileSync(done, 'utf8') !== wanted) {
    log(`installing ${[...NPM, ...PYPI].join(', ')} into ${folder}`);
    mkdirSync(folder, { recursive: true });
    await run('npm', ['install', '--silent', '--prefix', folder, ...NPM]);
    await run('python3', ['-m', 'venv', venv]);
    await run(path.join(venv, 'bin', 'pip'), ['install', '--quiet', ...PYPI]);
    writeFileSync(done, wanted);
  }
  return {
    npm: (program) => path.join(folder, 'node_modules', '.bin', program),
    pypi: (program) => path.join(venv, 'bin', program),
  };
}

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The Python of a virtual environment with the requirements of a file. It is kept outside the checkout, and made with pip when it
 * is missing or when the requirements have changed. Its programs are to be run as `python -m name`.
 */
export async function pipEnvironment(name: string, requirementsFile: string): Promise<string> {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'agent-runs');
  const key = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
  const { stdout: version } = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  const home = path.join(cache, `${name}-${version.trim()}-${key}`);
  const python = path.join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  // Several tests may begin at once, and any of them may be interrupted: what is complete gets the name.
  const draft = `${home}-${randomUUID()}`;
  mkdirSync(cache, { recursive: true });
  await run('python3', ['-m', 'venv', draft]);
  await run(path.join(draft, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirementsFile]);
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(python)) throw error;
  }
  return python;
}

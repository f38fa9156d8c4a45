import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PYTHON_SDK: string = fileURLToPath(new URL('../../../sdk/python', import.meta.url));
const REQUIREMENTS = path.join(PYTHON_SDK, 'requirements-dev.txt');

/**
 * The Python of a virtual environment that has what the Python SDK needs, and the tools that check it. The environment is
 * kept outside the checkout, and made with pip when it is missing or when the requirements have changed.
 * Its programs are to be run as `python -m name`.
 */
export async function pythonEnvironment(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache = path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'agent-runs');
  const version = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const home = path.join(cache, `python-sdk-${version.trim()}-${key}`);
  const python = path.join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  // Several test files may begin at once, and any of them may be interrupted: what is complete gets the name.
  const draft = `${home}-${randomUUID()}`;
  mkdirSync(cache, { recursive: true });
  await run('python3', ['-m', 'venv', draft]);
  await run(path.join(draft, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(python)) throw error;
  }
  return python;
}

/** Runs Python on the SDK as it stands in the checkout. @returns what it printed @throws Error with all that it printed */
export function runPython(python: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return run(python, args, { PYTHONPATH: path.join(PYTHON_SDK, 'src'), PYTHONDONTWRITEBYTECODE: '1', ...env });
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: PYTHON_SDK, env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`));
    });
  });
}

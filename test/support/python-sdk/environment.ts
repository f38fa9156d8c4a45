import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipEnvironment } from '../pip-environment.ts';

export const PYTHON_SDK: string = fileURLToPath(new URL('../../../sdk/python', import.meta.url));
const REQUIREMENTS = path.join(PYTHON_SDK, 'requirements-dev.txt');

/** The Python of an environment that has what the Python SDK needs, and the tools that check it. */
export const pythonEnvironment = (): Promise<string> => pipEnvironment('python-sdk', REQUIREMENTS);

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

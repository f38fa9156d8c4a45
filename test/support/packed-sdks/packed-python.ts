import { readdirSync } from 'node:fs';
import path from 'node:path';
import { PYTHON_SDK } from '../python-sdk/environment.ts';
import { runProgram } from './run-program.ts';

export interface PackedPython {
  readonly wheel: string;
  readonly sdist: string;
}

/** Builds the Python client, as it would be published, into a folder. `python` has the tools. */
export async function packPython(python: string, folder: string): Promise<PackedPython> {
  // The source distribution is built from the tree, and the wheel from the source distribution.
  await runProgram([python, '-m', 'build', '--no-isolation', '--outdir', folder, PYTHON_SDK], { cwd: folder });
  const named = (ending: string) => {
    const name = readdirSync(folder).find((file) => file.endsWith(ending));
    if (name === undefined) throw new Error(`The build made no file that ends in ${ending}.`);
    return path.join(folder, name);
  };
  return { wheel: named('.whl'), sdist: named('.tar.gz') };
}

/** A virtual environment with the packed client and what it needs, and nothing else. @returns its Python */
export async function emptyEnvironment(python: string, wheel: string, folder: string): Promise<string> {
  const cwd = path.dirname(folder);
  await runProgram(['python3', '-m', 'venv', '--without-pip', folder], { cwd });
  const own = path.join(folder, 'bin', 'python');
  const pip = [python, '-m', 'pip', '--python', own, '--disable-pip-version-check'];
  await runProgram([...pip, 'install', '--quiet', wheel], { cwd });
  return own;
}

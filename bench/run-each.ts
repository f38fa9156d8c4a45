import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Runs benchmarks as `bench/<folder>/<name>.ts`, each in a process of its own, and prints their metrics together as the last
 * line. Exits with 2 if the command line names an unknown one, with 1 if one fails.
 * @param benchmarks.usually those that run when none is named with `--only`
 * @param benchmarks.named those that run only when they are named
 */
export async function runEach(benchmarks: {
  usually: readonly string[];
  named: readonly string[];
  folder: string;
  /** Default: those of this process. */
  args?: string[];
}): Promise<void> {
  const { values } = parseArgs({
    args: benchmarks.args ?? process.argv.slice(2),
    options: { only: { type: 'string', multiple: true } },
  });
  const known = [...benchmarks.usually, ...benchmarks.named];
  const chosen = values.only ?? benchmarks.usually;
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`No benchmark is called ${unknown.join(', ')}; there are ${known.join(', ')}.\n`);
    process.exit(2);
  }

  let running: ReturnType<typeof spawn> | undefined;
  // A Ctrl-C reaches the benchmark under way as well, which stops its stack; the rest is not begun.
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true;
      running?.kill(signal);
    });
  }

  const metrics: Record<string, unknown> = {};
  for (const name of chosen) {
    if (interrupted) break;
    const script = fileURLToPath(new URL(`${benchmarks.folder}/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running = child;
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (code === 0) Object.assign(metrics, JSON.parse(output.trimEnd().split('\n').at(-1) ?? '{}'));
    else process.exitCode = 1;
  }
  process.stdout.write(`${JSON.stringify(metrics)}\n`);
}

/**
 * Runs the benchmarks one after the other, each in its own process on a stack of its own, and prints their metrics
 * together as the last line. `--only <name>` runs one (may be repeated).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BENCHMARKS = ['stack-start', 'turn', 'throughput', 'slow-model', 'long-session', 'recovery'];
/** These run only when they are named, as `npm run bench:long` does. */
const LONG = ['long/turn-cost', 'long/prefix-cache', 'long/cap-share', 'long/paid-in-vain', 'long/compaction-facts'];

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const chosen = values.only ?? BENCHMARKS;
const unknown = chosen.filter((name) => ![...BENCHMARKS, ...LONG].includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark is called ${unknown.join(', ')}; there are ${[...BENCHMARKS, ...LONG].join(', ')}.\n`,
  );
  process.exit(2);
}

// A Ctrl-C reaches the benchmark under way as well, which stops its stack; the rest is not begun.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

let running: ReturnType<typeof spawn> | undefined;
const metrics: Record<string, unknown> = {};
for (const name of chosen) {
  if (interrupted) break;
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code === 0) Object.assign(metrics, JSON.parse(output.trimEnd().split('\n').at(-1) ?? '{}'));
  else process.exitCode = 1;
}
process.stdout.write(`${JSON.stringify(metrics)}\n`);

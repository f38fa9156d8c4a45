/**
 * Measures the time from the command to the line `ready`: on a new data folder, and again on the same folder. Temporal's
 * binary and the packages are there. Not measured: getting them, and the first start of a checkout, which bundles the
 * workflows (2 to 3 s, once).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PROJECT_DIR } from '../stack/project.ts';
import { temporaryHome } from './bench-stack.ts';
import { rounded, single } from './metric.ts';
import { type Benchmark, runBenchmark } from './run-benchmark.ts';

const STARTS = 3;

await runBenchmark('stack-start', async (benchmark) => {
  await startAndStop(benchmark, temporaryHome(benchmark));
  const onNewFolderS: number[] = [];
  const againS: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const home = temporaryHome(benchmark);
    onNewFolderS.push(await startAndStop(benchmark, home));
    againS.push(await startAndStop(benchmark, home));
    benchmark.log(`new folder ${rounded(onNewFolderS.at(-1) ?? 0)} s, again ${rounded(againS.at(-1) ?? 0)} s`);
  }
  return { stack_start: single(onNewFolderS, 's'), stack_start_again: single(againS, 's') };
});

/** @returns seconds until it was ready. @throws Error when it ended before */
async function startAndStop(benchmark: Benchmark, home: string): Promise<number> {
  const sinceMs = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'dev'], {
    cwd: PROJECT_DIR,
    env: { ...process.env, PORT: '0', AGENT_RUNS_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  benchmark.onEnd(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await exited;
  });
  let tookS: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('ready ')) continue;
    tookS = (performance.now() - sinceMs) / 1_000;
    child.kill('SIGTERM');
  }
  await exited;
  if (tookS === undefined) throw new Error('The stack ended before it was ready.');
  return tookS;
}

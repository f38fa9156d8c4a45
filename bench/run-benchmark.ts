import { describeMetrics, type Metrics } from './metric.ts';

export interface Benchmark {
  /** Progress, on standard error. */
  log(line: string): void;
  /** Runs at the end, whatever happened; the last one registered runs first. */
  onEnd(cleanUp: () => Promise<void> | void): void;
}

/**
 * The life of a benchmark's script: measures, cleans up, and prints the metrics as the last line of standard output.
 * Exits with 1 when it fails, with 130 when it is interrupted; it cleans up in both cases.
 */
export async function runBenchmark(name: string, measure: (benchmark: Benchmark) => Promise<Metrics>): Promise<void> {
  const startedAtMs = performance.now();
  const cleanUps: (() => Promise<void> | void)[] = [];
  const log = (line: string) => {
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} ${name}: ${line}\n`);
  };
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Interrupted(signal)));
    }
  });

  try {
    const measuring = measure({ log, onEnd: (cleanUp) => cleanUps.push(cleanUp) });
    // When an interrupt comes first, cleaning up makes it fail, and nobody is waiting any more.
    measuring.catch(() => undefined);
    const metrics = await Promise.race([measuring, interrupted]);
    for (const line of describeMetrics(metrics)) log(line);
    process.stdout.write(`${JSON.stringify(metrics)}\n`);
  } catch (error) {
    log(error instanceof Interrupted ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = error instanceof Interrupted ? 130 : 1;
  }
  for (const cleanUp of cleanUps.reverse()) {
    try {
      await cleanUp();
    } catch (error) {
      log(`could not clean up: ${String(error)}`);
      process.exitCode ||= 1;
    }
  }
  // Idle connections of fetch would keep the process for some seconds.
  process.exit();
}

class Interrupted extends Error {}

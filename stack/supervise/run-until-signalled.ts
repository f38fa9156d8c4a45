import { sentenceOf } from '../error.ts';

/** A second signal after this time means: do not drain. A second signal before is the same Ctrl-C, which npm passes on as well. */
const IMPATIENT_AFTER_MS = 2_000;

export interface Stoppable {
  stop(): Promise<void>;
  stopNow(): Promise<void>;
}

/**
 * Runs an entry point: starts something, keeps it until SIGINT, SIGTERM or SIGHUP, stops it and exits with 0. If `start` resolves
 * with undefined, the process exits with 0 at once. If `start` fails, it prints one sentence to standard error and exits with 1.
 */
export async function runUntilSignalled(
  start: (signal: AbortSignal, log: (line: string) => void) => Promise<Stoppable | undefined>,
): Promise<void> {
  // A reader that closes the pipe (`npm start | head -1`) must not end the stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const log = (line: string) => process.stderr.write(`agent-runs: ${line}\n`);
  const asked = new AbortController();
  let running: Stoppable | undefined;
  let askedAtMs = 0;

  const onSignal = (signal: NodeJS.Signals) => {
    if (!asked.signal.aborted) {
      askedAtMs = performance.now();
      log(`${signal}: stopping`);
      asked.abort();
    } else if (performance.now() - askedAtMs > IMPATIENT_AFTER_MS) {
      log('stopping without waiting');
      void running?.stopNow().finally(() => process.exit(1));
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);

  try {
    running = await start(asked.signal, log);
    if (running !== undefined) {
      await untilAborted(asked.signal);
      await running.stop();
    }
    process.exit(0);
  } catch (error) {
    if (asked.signal.aborted) process.exit(0);
    process.stderr.write(`agent-runs: ${sentenceOf(error, 'the data folder')}\n`);
    process.exit(1);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

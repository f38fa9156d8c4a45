import { setTimeout as pause } from 'node:timers/promises';
import type { BulkJob } from '../../sdk/typescript/src/index.ts';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { describeProgress } from './describe-bulk.ts';

const LOOK_EVERY_MS = 1_000;
/** Elsewhere than on a terminal each line stays, so there are fewer of them. */
const SAY_EVERY_MS = 10_000;
/** With the pauses of the SDK in between, an API that is started anew is waited for. */
const RETRIES = 20;

/**
 * Shows how far a job is until it has ended, and then prints it. Ctrl-C leaves the job, which goes on, and says how to come back.
 */
export async function followBulkJob(call: Call, jobId: string): Promise<ExitCode> {
  const left = new AbortController();
  const stopListening = call.io.onInterrupt(() => left.abort());
  const progress = createProgress(call);
  try {
    for (;;) {
      const job = await call.client().bulkJobs.get(jobId, { maxRetries: RETRIES, signal: left.signal });
      if (job.status !== 'running') {
        progress.end();
        await call.output.one(job);
        return exitCodeOfJob(job);
      }
      progress.show(job);
      await pause(LOOK_EVERY_MS, undefined, { signal: left.signal });
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    progress.end();
    call.say(`left ${jobId}, which goes on by itself; come back with: agent-runs bulk watch ${jobId}`);
    return EXIT.cancelled;
  } finally {
    stopListening();
  }
}

/** @param job that has ended */
function exitCodeOfJob({ status, progress }: BulkJob): ExitCode {
  if (status === 'cancelled') return EXIT.cancelled;
  const allDone = status === 'completed' && progress.refused === 0 && progress.failed === 0;
  return allDone ? EXIT.done : EXIT.endedBadly;
}

/** On a terminal one line that changes, else lines. */
function createProgress(call: Call): { show(job: BulkJob): void; end(): void } {
  const { stderr } = call.io;
  const rewrites = stderr.isTTY === true;
  let shown = '';
  let saidMs = Number.NEGATIVE_INFINITY;
  return {
    show(job) {
      const line = describeProgress(job);
      if (line === shown) return;
      if (!rewrites && performance.now() - saidMs < SAY_EVERY_MS) return;
      saidMs = performance.now();
      shown = line;
      if (rewrites && !call.isQuiet) stderr.write(`\r\u001b[K${line}`);
      if (!rewrites) call.say(line);
    },
    end() {
      if (rewrites && shown !== '' && !call.isQuiet) stderr.write('\r\u001b[K');
    },
  };
}

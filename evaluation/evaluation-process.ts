import { pool as createPool, type Pool } from 'workerpool';
import type { EvaluationScript } from './evaluation-script.ts';
import { cpuLimitMs, type EvaluationName, type Evaluations } from './evaluations.ts';

/** One process that evaluates, one thing at a time. */
export interface EvaluationProcess {
  /** Starts the process if it has not begun, or has ended. @throws Error when it can't be started */
  start(): Promise<void>;
  /**
   * Evaluates in the process that was started.
   * @throws EndedProcess when the evaluation ended the process. Every other error is the evaluation's own
   */
  evaluate<Name extends EvaluationName>(
    name: Name,
    input: Evaluations[Name]['input'],
  ): Promise<{ readonly value: Evaluations[Name]['output']; readonly cpuMs: number }>;
  /** Ends the process. What it evaluates throws EndedProcess. */
  end(): void;
  close(): Promise<void>;
}

/** The evaluation took more than it may. */
export class EndedProcess extends Error {}

/** V8 bounds its heap with this. A process that needs more of it aborts, and no other process does. */
const HEAP_MB = 192;
/** On a busy machine CPU time comes slowly. Beyond so many times its limit, an evaluation that waits for something is ended. */
const CLOCK_FACTOR = 10;
const CLOCK_LEAST_MS = 10_000;

/**
 * The pool of `workerpool` has one process here, so that we know which one to end. It gets no setting of ours, and so no
 * secret (I10). Why it is a process and not a thread: docs/adr says what was measured.
 */
export function createEvaluationProcess(script: () => Promise<EvaluationScript>): EvaluationProcess {
  let pool: Pool | undefined;
  let pid: number | undefined;
  let starting: Promise<void> | undefined;
  let closed = false;

  async function launch(): Promise<void> {
    const { file, execArgv, cwd } = await script();
    if (closed) throw new Error('The process that evaluates is closed.');
    pool ??= createPool(file, {
      workerType: 'process',
      minWorkers: 0,
      maxWorkers: 1,
      // The messages of V8 about a heap that is too small are no lines of our log.
      emitStdStreams: true,
      forkOpts: { serialization: 'advanced', execArgv: [...execArgv, `--max-old-space-size=${HEAP_MB}`], env: {}, cwd },
    });
    pid = await pool.exec<() => number>('pid', []);
  }

  function start(): Promise<void> {
    if (isAlive(pid)) return Promise.resolve();
    starting ??= launch().finally(() => {
      starting = undefined;
    });
    return starting;
  }

  function end(): void {
    const ended = pid;
    pid = undefined;
    if (ended === undefined) return;
    try {
      process.kill(ended, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  return {
    start,
    end,
    async evaluate(name, input) {
      const evaluated = pid;
      const clock = setTimeout(end, Math.max(CLOCK_LEAST_MS, CLOCK_FACTOR * cpuLimitMs(name, input)));
      try {
        // The pool says of its answers what the caller does: the name of the evaluation decides their type.
        const answer: unknown = await pool?.exec('evaluate', [name, input]);
        return answer as { value: Evaluations[typeof name]['output']; cpuMs: number };
      } catch (error) {
        if (!isAlive(evaluated)) {
          if (pid === evaluated) pid = undefined;
          throw new EndedProcess('The evaluation took more time or memory than it may.', { cause: error });
        }
        throw error;
      } finally {
        clearTimeout(clock);
      }
    },
    async close() {
      closed = true;
      await starting?.catch(() => undefined);
      end();
      await pool?.terminate(true);
    },
  };
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

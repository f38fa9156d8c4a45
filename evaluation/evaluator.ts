import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import { abortable } from '../processes/abortable.ts';
import type { TenantMeter } from '../processes/tenant-meter.ts';
import { createEvaluationProcess, EndedProcess, type EvaluationProcess } from './evaluation-process.ts';
import { evaluationScript } from './evaluation-script.ts';
import { costlyPart, cpuLimitMs, type Evaluate, type Evaluated } from './evaluations.ts';
import { createFairQueue } from './fair-queue.ts';

/** Evaluates what tenants, models and servers wrote in processes that are ended when it takes too much. */
export interface Evaluator {
  /**
   * For work that holds no lock and no connection to Postgres.
   * @param signal what it asks for is given up once this aborts: it rejects with the reason, and the process of an evaluation that
   * has begun is ended
   */
  of(tenantId: string, signal?: AbortSignal): Evaluate;
  close(): Promise<void>;
}

export interface EvaluatorDeps {
  readonly meter: Pick<TenantMeter, 'add'>;
  readonly warn: (message: string, error?: unknown) => void;
  /** The number of processes that evaluate (default: one for each processor, at least 2, at most 4). */
  readonly processes?: number | undefined;
  /** The folder that keeps the script of the processes. */
  readonly cacheDir?: string | undefined;
}

/** An evaluation waits so long for its turn: longer than all that an honest tenant does at once can take. */
const PATIENCE_MS = 60_000;
/** An evaluation that took too much is remembered, so that it costs its limit once and not at every call. */
const REMEMBERED = { max: 10_000, ttl: 10 * 60_000 };

const TOOK_TOO_MUCH = 'it took more time or memory than it may';
const WAITED_TOO_LONG = 'too many other checks of this tenant were waiting';

/** The processes are started with the first evaluation. A process that was ended is replaced at once. */
export function createEvaluator(deps: EvaluatorDeps): Evaluator {
  const { meter, warn, cacheDir, processes = Math.min(4, Math.max(2, availableParallelism())) } = deps;
  const queue = createFairQueue({ places: processes, nowMs: Date.now });
  const script = once(() => evaluationScript(cacheDir));
  const idle: EvaluationProcess[] = Array.from({ length: processes }, () => createEvaluationProcess(script));
  const all = [...idle];
  /** Tenants that have given-up work: only theirs is hashed. */
  const offenders = new LRUCache<string, true>(REMEMBERED);
  /** Hashes of what took too much. One tenant's input must not decide about the same schema of another. */
  const givenUp = new LRUCache<string, true>(REMEMBERED);
  let closed = false;

  function of(tenantId: string, signal?: AbortSignal): Evaluate {
    const evaluate = evaluateFor(tenantId, signal);
    return signal === undefined ? evaluate : (name, input) => abortable(evaluate(name, input), signal);
  }

  function evaluateFor(tenantId: string, signal: AbortSignal | undefined): Evaluate {
    return async (name, input) => {
      if (offenders.has(tenantId) && givenUp.has(keyOf(tenantId, costlyPart(name, input)))) {
        return { kind: 'given_up', why: TOOK_TOO_MUCH };
      }
      const release = await queue.enter(tenantId, PATIENCE_MS, signal);
      if (release === undefined) return { kind: 'given_up', why: WAITED_TOO_LONG };
      // The queue lets in no more than there are processes.
      const evaluating = idle.pop() as EvaluationProcess;
      let cpuMs = 0;
      const giveUp = () => evaluating.end();
      try {
        await evaluating.start();
        if (signal?.aborted) throw signal.reason;
        signal?.addEventListener('abort', giveUp, { once: true });
        cpuMs = cpuLimitMs(name, input);
        const done = await evaluating.evaluate(name, input);
        cpuMs = done.cpuMs;
        return { kind: 'done', value: done.value };
      } catch (error) {
        if (closed || cpuMs === 0) throw error;
        if (signal?.aborted) {
          replace(evaluating);
          throw error;
        }
        if (!(error instanceof EndedProcess))
          warn(`The evaluation ${name} failed. Its result is that it failed.`, error);
        offenders.set(tenantId, true);
        givenUp.set(keyOf(tenantId, costlyPart(name, input)), true);
        replace(evaluating);
        return { kind: 'given_up', why: TOOK_TOO_MUCH } satisfies Evaluated<never>;
      } finally {
        signal?.removeEventListener('abort', giveUp);
        // The one that was used last is warm, so it is used next.
        idle.push(evaluating);
        meter.add(tenantId, 'validation_cpu_ms', cpuMs);
        release(cpuMs);
      }
    };
  }

  function replace(ended: EvaluationProcess): void {
    void ended.start().catch((failure: unknown) => warn('No process could be started to evaluate.', failure));
  }

  return {
    of,
    async close() {
      closed = true;
      queue.close();
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

function keyOf(tenantId: string, costly: string): string {
  return `${tenantId} ${createHash('sha256').update(costly).digest('base64')}`;
}

/** Makes a value when it is first asked for. A failure is not kept. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

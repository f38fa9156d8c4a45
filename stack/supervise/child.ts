import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../error.ts';
import { beginLife, type ChildLife } from './child-life.ts';
import type { ChildSpec } from './child-spec.ts';
import { LABELS } from './explain-failure.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Delays before the first, second, … restart in a row. The first restart is immediate, so that one kill costs only the start. */
const BACK_OFF_MS = [0, 200, 500, 1_000, 2_000, 5_000, 10_000];
/** After the child has served this long, its next death counts as the first again. */
const STEADY_MS = 5_000;

export interface SupervisedChild {
  readonly name: ChildSpec['name'];
  /** The pid of the current run, or of the last one until the next begins. */
  pid(): number | undefined;
  /** Starts the process and resolves when it serves. From then on it is started again whenever it ends. @throws StackError */
  start(): Promise<number | undefined>;
  /** Resolves when the process serves: at once, or after the restart under way. */
  ready(): Promise<void>;
  /** Sends a signal. Resolves when the process has ended, or at once if the signal only pauses or continues it. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Drains and ends the process, by force if draining takes too long. It stays down until `start`. */
  stop(): Promise<void>;
  /** Ends the process without draining. */
  stopNow(): Promise<void>;
}

export interface SupervisedChildDeps {
  readonly logFile: string;
  readonly log: (line: string) => void;
  readonly onBegin: (spec: ChildSpec, identity: ProcessIdentity) => void;
  readonly onEnd: (spec: ChildSpec, identity: ProcessIdentity) => void;
}

export function createSupervisedChild(spec: ChildSpec, deps: SupervisedChildDeps): SupervisedChild {
  let life: ChildLife | undefined;
  let lastPid: number | undefined;
  let serving = false;
  let stopping = new AbortController();
  let keeping: Promise<void> = Promise.resolve();
  const waiting: { resolve: () => void; reject: (error: StackError) => void }[] = [];

  async function begin(): Promise<ChildLife> {
    const begun = await beginLife(spec, deps.logFile);
    life = begun;
    lastPid = begun.identity.pid;
    deps.onBegin(spec, begun.identity);
    void begun.exited.then(() => {
      serving = false;
      if (life === begun) life = undefined;
      deps.onEnd(spec, begun.identity);
    });
    // If a stop came during the launch, it found no process to signal.
    if (stopping.signal.aborted) begun.signal('SIGKILL');
    return begun;
  }

  async function serve(): Promise<{ life: ChildLife; port: number | undefined; sinceMs: number }> {
    const begun = await begin();
    try {
      const port = await begun.ready;
      serving = true;
      for (const { resolve } of waiting.splice(0)) resolve();
      return { life: begun, port, sinceMs: performance.now() };
    } catch (error) {
      begun.signal('SIGKILL');
      await begun.exited;
      throw error;
    }
  }

  async function keep(first: ChildLife, sinceMs: number): Promise<void> {
    let current: ChildLife | undefined = first;
    let failures = 0;
    let steadySinceMs = sinceMs;
    while (!stopping.signal.aborted) {
      if (current !== undefined) {
        const how = await current.exited;
        if (stopping.signal.aborted) return;
        if (performance.now() - steadySinceMs > STEADY_MS) failures = 0;
        deps.log(`${LABELS[spec.name]} (pid ${current.identity.pid}) ${how}; starting it again`);
      }
      const delayMs = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
      failures += 1;
      try {
        if (delayMs > 0) await pause(delayMs, undefined, { signal: stopping.signal });
        const next = await serve();
        current = next.life;
        steadySinceMs = next.sinceMs;
        deps.log(`${LABELS[spec.name]} serves again (pid ${current.identity.pid})`);
      } catch (error) {
        current = undefined;
        if (!stopping.signal.aborted) deps.log(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async function end(gracefully: boolean): Promise<void> {
    stopping.abort();
    const current = life;
    if (current !== undefined) {
      if (gracefully) {
        current.signal(spec.stopSignal);
        const drained = await exitsWithin(current, spec.stopTimeoutMs);
        if (!drained) deps.log(`${LABELS[spec.name]} did not drain within ${spec.stopTimeoutMs / 1_000} s; ending it`);
      }
      if (spec.orphanSignal === 'QUIT') {
        current.signal('SIGQUIT');
        await exitsWithin(current, 5_000);
      }
      current.signal('SIGKILL');
      await current.exited;
    }
    await keeping;
    for (const { reject } of waiting.splice(0)) reject(new StackError(`${LABELS[spec.name]} has been stopped.`));
  }

  return {
    name: spec.name,
    pid: () => life?.identity.pid ?? (stopping.signal.aborted ? undefined : lastPid),
    start: async () => {
      await keeping;
      stopping = new AbortController();
      const first = serve();
      keeping = first.then(
        (begun) => keep(begun.life, begun.sinceMs),
        () => {},
      );
      return (await first).port;
    },
    ready: () => (serving ? Promise.resolve() : new Promise((resolve, reject) => waiting.push({ resolve, reject }))),
    kill: async (signal) => {
      const current = life;
      if (current === undefined) throw new StackError(`${LABELS[spec.name]} is not running.`);
      current.signal(signal);
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await current.exited;
    },
    stop: () => end(true),
    stopNow: () => end(false),
  };
}

async function exitsWithin(life: ChildLife, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = pause(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const drained = await Promise.race([life.exited.then(() => true), timeout]);
  timer.abort();
  return drained;
}

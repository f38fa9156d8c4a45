import { startWatchdog } from '../../processes/watchdog.ts';
import { StackError } from '../error.ts';
import { createSupervisedChild, type SupervisedChild } from './child.ts';
import type { ChildSpec, ProcessName } from './child-spec.ts';
import { type RecordedProcess, recordProcesses } from './leftovers.ts';

/** Clients stop first, and the servers that they need stop last. */
const STOP_ORDER: readonly ProcessName[] = ['api', 'worker', 'simulated', 'temporal', 'postgres'];

/** The children of one supervisor, and the watchdog that ends them if the supervisor is killed. */
export interface ProcessTree {
  /** Starts a child and keeps it running. Resolves with the port that the child reported. @throws StackError */
  start(spec: ChildSpec): Promise<number | undefined>;
  /** @throws StackError if the child was never started */
  child(name: ProcessName): SupervisedChild;
  pid(name: ProcessName): number | undefined;
  /** Drains and stops all, in order. */
  stop(): Promise<void>;
  /** Ends all without draining. */
  stopNow(): Promise<void>;
}

export interface ProcessTreeDeps {
  /** The file that records the running children; see leftovers.ts. */
  readonly recordFile: string;
  readonly logFileOf: (name: ProcessName) => string;
  readonly log: (line: string) => void;
  /** Called when a pid has changed. */
  readonly onChange: () => void;
}

export function createProcessTree({ recordFile, logFileOf, log, onChange }: ProcessTreeDeps): ProcessTree {
  const children = new Map<ProcessName, SupervisedChild>();
  const running = new Map<number, RecordedProcess>();
  const watchdog = startWatchdog();
  let closed = false;

  function record(): void {
    try {
      recordProcesses(recordFile, [...running.values()]);
    } catch (error) {
      // A full disk must not stop processes that run. The watchdog knows the pids, too.
      log(`${recordFile} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async function stopAll(end: (child: SupervisedChild) => Promise<void>): Promise<void> {
    closed = true;
    for (const name of STOP_ORDER) {
      const child = children.get(name);
      if (child !== undefined) await end(child);
    }
    watchdog.close();
  }

  return {
    start: async (spec) => {
      if (closed) throw new StackError('The stack is being stopped.');
      const child = createSupervisedChild(spec, {
        logFile: logFileOf(spec.name),
        log,
        onBegin: ({ name, orphanSignal }, identity) => {
          watchdog.guard(identity.pid, orphanSignal);
          running.set(identity.pid, { ...identity, name, orphanSignal });
          record();
          onChange();
        },
        onEnd: (_, { pid }) => {
          watchdog.release(pid);
          running.delete(pid);
          record();
        },
      });
      children.set(spec.name, child);
      return child.start();
    },
    child: (name) => {
      const child = children.get(name);
      if (child === undefined) throw new StackError(`This stack runs no process called ${name}.`);
      return child;
    },
    pid: (name) => children.get(name)?.pid(),
    stop: () => stopAll((child) => child.stop()),
    stopNow: () => stopAll((child) => child.stopNow()),
  };
}

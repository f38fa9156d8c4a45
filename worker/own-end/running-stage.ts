import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { RUNNING } from './watch-messages.ts';

export interface RunningStage {
  /** Runs a stage so that the shared state names it whenever its code runs, behind each of its waits, too. */
  run<Result>(id: number, work: () => Promise<Result>): Promise<Result>;
  /** Nothing is named any more. */
  stop(): void;
}

/**
 * Names the stage whose code is running, for the thread that finds out that it does not end. This makes every promise of the
 * process dearer, so it is used for suspects alone, and only while there are some.
 */
export function createRunningStage(state: Int32Array): RunningStage {
  const stages = new AsyncLocalStorage<number>();
  const name = () => {
    state[RUNNING] = stages.getStore() ?? 0;
  };
  const nameNone = () => {
    state[RUNNING] = 0;
  };
  const hook = createHook({ before: name, after: nameNone });
  return {
    run(id, work) {
      hook.enable();
      return stages.run(id, () => {
        name();
        try {
          return work();
        } finally {
          nameNone();
        }
      });
    },
    stop() {
      hook.disable();
      nameNone();
    },
  };
}

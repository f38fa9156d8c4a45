import type { ProcessName } from './child-spec.ts';
import type { ProcessTree } from './process-tree.ts';

/** Controls for tests over single processes of a running stack. Each throws a StackError if the stack does not run the process. */
export interface ProcessControls {
  /** Sends a signal and resolves when the process has ended, or at once for SIGSTOP and SIGCONT. The supervisor starts it again. */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<void>;
  /** Stops a process, which stays down until `restart`. */
  halt(name: ProcessName): Promise<void>;
  /** Stops a process and starts it again. Resolves when the process serves. */
  restart(name: ProcessName): Promise<void>;
  /** Resolves when the process serves, after the restart under way if there is one. */
  ready(name: ProcessName): Promise<void>;
}

export function processControls(tree: ProcessTree): ProcessControls {
  return {
    kill: async (name, signal = 'SIGKILL') => tree.child(name).kill(signal),
    halt: async (name) => tree.child(name).stop(),
    restart: async (name) => {
      const child = tree.child(name);
      await child.stop();
      await child.start();
    },
    ready: async (name) => tree.child(name).ready(),
  };
}

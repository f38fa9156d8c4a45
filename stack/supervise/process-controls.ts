import type { ProcessName } from './child-spec.ts';
import type { ProcessTree } from './process-tree.ts';

/** What tests do to single processes of a running stack. Each throws a StackError for a process the stack does not run. */
export interface ProcessControls {
  /** Sends a signal. Resolves when the process has ended (at once for SIGSTOP and SIGCONT); it is started again by itself. */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<void>;
  /** Stops a process, which stays down until `restart`. */
  halt(name: ProcessName): Promise<void>;
  /** Stops a process and starts it again. Resolves when it serves. */
  restart(name: ProcessName): Promise<void>;
  /** Resolves when it serves, after the restart under way if there is one. */
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

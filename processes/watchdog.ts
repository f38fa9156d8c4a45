import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./watchdog.sh', import.meta.url));

/** How a child is ended when the supervisor is gone: Postgres quits (its backends are no members of its group), others are killed. */
export type OrphanSignal = 'KILL' | 'QUIT';

/** A process of its own that outlives a SIGKILL of ours and then ends the guarded process groups. */
export interface Watchdog {
  guard(pid: number, signal: OrphanSignal): void;
  release(pid: number): void;
  close(): void;
}

/** Starts the watchdog, and starts it again with all it guarded should it be killed itself. */
export function startWatchdog(): Watchdog {
  const guarded = new Map<number, OrphanSignal>();
  let closed = false;
  let shell = launch();

  function launch(): ChildProcess {
    // Detached: Ctrl-C, or a signal to our whole group, must not reach it.
    const child = spawn('/bin/sh', [SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.stdin?.on('error', () => {});
    child.on('error', () => {});
    child.once('exit', () => {
      if (!closed) shell = launch();
    });
    for (const [pid, signal] of guarded) child.stdin?.write(`guard ${pid} ${signal}\n`);
    return child;
  }

  return {
    guard: (pid, signal) => {
      guarded.set(pid, signal);
      shell.stdin?.write(`guard ${pid} ${signal}\n`);
    },
    release: (pid) => {
      guarded.delete(pid);
      shell.stdin?.write(`release ${pid}\n`);
    },
    close: () => {
      closed = true;
      shell.stdin?.end();
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./watchdog.sh', import.meta.url));

/** How a child is ended when the supervisor is gone. Postgres is asked to quit, because its backends are not in its group; others are killed. */
export type OrphanSignal = 'KILL' | 'QUIT';

/** A separate process that outlives a SIGKILL of this one, and then ends the process groups that it guards. */
export interface Watchdog {
  guard(pid: number, signal: OrphanSignal): void;
  /** Also ends, with SIGKILL, every process that has this word in its environment, whatever group it is in. */
  mark(word: string): void;
  release(pid: number): void;
  close(): void;
}

/** Starts the watchdog. If it is killed itself, it is started again with everything that it guarded. */
export function startWatchdog(): Watchdog {
  const guarded = new Map<number, OrphanSignal>();
  const marks = new Set<string>();
  let closed = false;
  let shell = launch();

  function launch(): ChildProcess {
    // It is detached, because Ctrl-C, or a signal to our whole group, must not reach it.
    const child = spawn('/bin/sh', [SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.stdin?.on('error', () => {});
    child.on('error', () => {});
    child.once('exit', () => {
      if (!closed) shell = launch();
    });
    for (const word of marks) child.stdin?.write(`mark ${word}\n`);
    for (const [pid, signal] of guarded) child.stdin?.write(`guard ${pid} ${signal}\n`);
    return child;
  }

  return {
    guard: (pid, signal) => {
      guarded.set(pid, signal);
      shell.stdin?.write(`guard ${pid} ${signal}\n`);
    },
    mark: (word) => {
      marks.add(word);
      shell.stdin?.write(`mark ${word}\n`);
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

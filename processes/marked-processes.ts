import { readdir, readFile } from 'node:fs/promises';

/** A process may start another one while it is ended, so they are looked for again. */
const ROUNDS = 3;

/**
 * Ends all processes that have `mark` in the environment that they were started with, even if they left the process group, the
 * session and the parent that started them. Only Linux tells the environment of a process; elsewhere this does nothing.
 */
export async function endMarkedProcesses(mark: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const pids = await markedProcesses(mark);
    if (pids.length === 0) return;
    for (const pid of pids) end(pid);
  }
}

/** The processes with `mark` in their environment, but for this one. */
async function markedProcesses(mark: string): Promise<number[]> {
  const names = await readdir('/proc').catch((): string[] => []);
  const pids = names.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const marked = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/environ`, 'latin1').then(
        (environment) => environment.includes(mark),
        // It has ended, or belongs to another user.
        () => false,
      ),
    ),
  );
  return pids.filter((_, index) => marked[index]);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

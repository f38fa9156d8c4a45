import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports CPU time in hundredths of a second on every architecture that Node supports (USER_HZ). */
const TICK_MS = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly ownMs: number;
  /** CPU time of children that have ended and were waited for. */
  readonly endedChildrenMs: number;
}

/** CPU time of a process with all its threads since it started, without its children, in milliseconds. @throws Error when it is gone */
export function cpuOfProcessMs(pid: number): number {
  return readTimes(pid).ownMs;
}

/**
 * CPU time of a process and all its descendants, ended ones included: Postgres runs a process for each connection.
 * @throws Error when it is gone
 */
export function cpuOfTreeMs(root: number): number {
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      all.set(Number(name), readTimes(Number(name)));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const sumOf = (pid: number): number => {
    const times = all.get(pid);
    if (times === undefined) return 0;
    const children = [...all].filter(([, { parent }]) => parent === pid).map(([child]) => child);
    return children.reduce((sum, child) => sum + sumOf(child), times.ownMs + times.endedChildrenMs);
  };
  if (!all.has(root)) throw new Error(`Process ${root} is gone.`);
  return sumOf(root);
}

function readTimes(pid: number): ProcessTimes {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number) => Number(fields[field - 3]);
  return {
    parent: ticks(4),
    ownMs: (ticks(14) + ticks(15)) * TICK_MS,
    endedChildrenMs: (ticks(16) + ticks(17)) * TICK_MS,
  };
}

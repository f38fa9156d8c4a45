import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A process that cannot be mistaken for a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; only ever compared. */
  readonly startedAt: string;
}

/** Undefined when no such process runs (a zombie does not run). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces and parentheses, so fields are counted after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = ps.stdout?.trim() ?? '';
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

/** Pids of processes that run the program `name` with `directory` (an absolute path) as their working directory. Linux only; empty elsewhere. */
export function processesWorkingIn(directory: string, name: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const here = readlinkSync(`/proc/${entry}/cwd`) === directory;
      // The program too: somebody's shell may stand in the folder. A replaced one is shown as "… (deleted)".
      return here && basename(readlinkSync(`/proc/${entry}/exe`)).split(' ')[0] === name ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/** Sends a signal, to a whole group when `pid` is negative; false when there is nobody to receive it. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

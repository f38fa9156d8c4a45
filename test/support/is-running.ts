import { readFileSync } from 'node:fs';

/** True for a process that has not ended, by what Linux tells of it. One that its parent has not waited for has ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

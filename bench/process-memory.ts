import { readFileSync } from 'node:fs';

/** Memory that a process has in RAM now, in bytes. @throws Error when it is gone */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} has no memory.`);
  return Number(kib) * 1024;
}

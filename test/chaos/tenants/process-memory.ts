import { readFileSync } from 'node:fs';
import type { TestStack } from '../../support/stack.ts';

/** The largest resident memory that each process of the service may have while a tenant attacks, in MB (docs/limits.md). */
export const MEMORY_BOUND_MB = { api: 1_000, worker: 1_500 } as const;

type Watched = keyof typeof MEMORY_BOUND_MB;
const WATCHED = ['api', 'worker'] as const satisfies readonly Watched[];

/** Looks at the memory of api and worker until it is stopped. */
export function watchMemory(stack: TestStack): { stop(): Readonly<Record<Watched, number>> } {
  const peaks = { api: 0, worker: 0 };
  const timer = setInterval(() => {
    const pids = stack.pids();
    for (const name of WATCHED) peaks[name] = Math.max(peaks[name], residentMb(pids[name]));
  }, 200);
  return {
    stop() {
      clearInterval(timer);
      return peaks;
    },
  };
}

function residentMb(pid: number | null): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1_024);
  } catch {
    return 0;
  }
}

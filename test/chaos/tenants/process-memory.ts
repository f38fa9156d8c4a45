import { residentBytes } from '../../../bench/process-memory.ts';
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

/** 0 for a process that is gone. */
function residentMb(pid: number | null): number {
  try {
    return pid === null ? 0 : Math.round(residentBytes(pid) / 1_048_576);
  } catch {
    return 0;
  }
}

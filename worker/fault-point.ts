import { readFileSync, rmSync } from 'node:fs';
import type { FaultPoint } from '../activities/stage-deps.ts';

const TAKEN_BYTES = 64 * 1024 * 1024;
const MOST_TAKEN = 32;
const TAKEN_EVERY_MS = 1;

/**
 * Makes a crash an input of fault tests. AGENT_RUNS_FAULT_FILE names a file. While it holds "<point>" or "<point>#<n>", the
 * process kills itself with SIGKILL when it reaches that point, or reaches it for the n-th time since the file was written.
 * The file is removed first, so this happens once. While it holds "hang:<point>", the process hangs whenever it reaches it, and
 * with "grow:<point>" it uses up its memory.
 */
export function killAtFaultPoint(env: NodeJS.ProcessEnv): ((point: FaultPoint) => void) | undefined {
  const file = env.AGENT_RUNS_FAULT_FILE;
  if (!file) return undefined;
  let target = '';
  let seen = 0;
  return (point) => {
    const wanted = contentOf(file);
    if (wanted === undefined) return;
    if (wanted !== target) [target, seen] = [wanted, 0];
    if (wanted === `hang:${point}`) for (;;);
    if (wanted === `grow:${point}`) useUpMemory();
    const [name, count = '1'] = wanted.split('#');
    if (point !== name) return;
    seen += 1;
    if (seen < Number(count)) return;
    rmSync(file, { force: true });
    process.kill(process.pid, 'SIGKILL');
  };
}

/** Takes more and more memory until the process is ended for it, but not all memory of the machine. */
function useUpMemory(): never {
  const clock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const taken: Buffer[] = [];
  for (;;) {
    if (taken.length < MOST_TAKEN) taken.push(Buffer.alloc(TAKEN_BYTES, 1));
    Atomics.wait(clock, 0, 0, TAKEN_EVERY_MS);
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

import { readFileSync, rmSync } from 'node:fs';
import type { FaultPoint } from '../activities/stage-deps.ts';

/**
 * Makes a crash an input of fault tests. AGENT_RUNS_FAULT_FILE names a file. While it holds "<point>" or "<point>#<n>", the
 * process kills itself with SIGKILL when it reaches that point, or reaches it for the n-th time since the file was written.
 * The file is removed first, so this happens once. While it holds "hang:<point>", the process hangs whenever it reaches it.
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
    const [name, count = '1'] = wanted.split('#');
    if (point !== name) return;
    seen += 1;
    if (seen < Number(count)) return;
    rmSync(file, { force: true });
    process.kill(process.pid, 'SIGKILL');
  };
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

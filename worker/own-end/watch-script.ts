import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunnableScript, runnableScript } from '../../processes/bundled-script.ts';

const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** The code of the watching thread. */
export function watchScript(
  cacheDir = path.join(projectDir, 'node_modules/.cache/agent-runs'),
): Promise<RunnableScript> {
  return runnableScript({
    projectDir,
    entry: 'worker/own-end/watch-thread.ts',
    sourceDirs: ['contract', 'domain', 'db', 'processes', 'worker'],
    external: ['pg-native'],
    cacheDir,
  });
}

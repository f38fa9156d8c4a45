import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledScript } from '../../processes/bundled-script.ts';

const projectDir = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = 'worker/own-end/watch-thread.ts';

/** What the watching thread runs. If no script can be kept, the modules are run as they are. */
export async function watchScript(
  cacheDir = path.join(projectDir, 'node_modules/.cache/agent-runs'),
): Promise<{ readonly file: string; readonly execArgv: string[] }> {
  const sourceDirs = ['contract', 'domain', 'db', 'processes', 'worker'];
  const file = await bundledScript({ projectDir, entry: ENTRY, sourceDirs, external: ['pg-native'], cacheDir }).catch(
    () => undefined,
  );
  if (file !== undefined) return { file, execArgv: [] };
  return { file: path.join(projectDir, ENTRY), execArgv: ['--import', 'tsx'] };
}

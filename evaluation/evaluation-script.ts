import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledScript } from '../processes/bundled-script.ts';

/** What a process that evaluates runs. */
export interface EvaluationScript {
  readonly file: string;
  readonly execArgv: readonly string[];
  readonly cwd: string;
}

const projectDir = fileURLToPath(new URL('../', import.meta.url));
const ENTRY = 'evaluation/main.ts';

/**
 * The code of the processes that evaluate, as one script: another one is started whenever one was ended, and reading the
 * modules one by one would take a second. If no script can be kept, the modules are run as they are.
 * @param cacheDir the folder that keeps scripts
 */
export async function evaluationScript(cacheDir = DEFAULT_CACHE_DIR): Promise<EvaluationScript> {
  const source = { projectDir, entry: ENTRY, sourceDirs: ['contract', 'domain', 'evaluation'], external: [], cacheDir };
  const file = await bundledScript(source).catch(() => undefined);
  if (file !== undefined) return { file, execArgv: [], cwd: projectDir };
  return { file: path.join(projectDir, ENTRY), execArgv: ['--import', 'tsx'], cwd: projectDir };
}

const DEFAULT_CACHE_DIR = path.join(projectDir, 'node_modules/.cache/agent-runs');

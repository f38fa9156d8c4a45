import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunnableScript, runnableScript } from '../processes/bundled-script.ts';

/** The code of the processes that evaluate, and the folder in which they run. */
export interface EvaluationScript extends RunnableScript {
  readonly cwd: string;
}

const projectDir = fileURLToPath(new URL('../', import.meta.url));
const DEFAULT_CACHE_DIR = path.join(projectDir, 'node_modules/.cache/agent-runs');

/**
 * The code of the processes that evaluate, as one script: another one is started whenever one was ended, and reading the
 * modules one by one would take a second.
 * @param cacheDir the folder that keeps scripts
 */
export async function evaluationScript(cacheDir = DEFAULT_CACHE_DIR): Promise<EvaluationScript> {
  const script = await runnableScript({
    projectDir,
    entry: 'evaluation/main.ts',
    sourceDirs: ['contract', 'domain', 'evaluation'],
    external: [],
    cacheDir,
  });
  return { ...script, cwd: projectDir };
}

import { join, resolve } from 'node:path';
import { PROJECT_DIR } from '../project.ts';

/** The data folder. @param named what AGENT_RUNS_HOME says, if anything */
export function homeDirOf(named: string | undefined): string {
  return named === undefined || named === '' ? join(PROJECT_DIR, '.agent-runs') : resolve(named);
}

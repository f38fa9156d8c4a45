import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runTool } from '../../stack/temporal/run-tool.ts';

const VERSION = '4.32.5';

/** The command of Schemathesis, which is kept outside the checkout and installed with pip when it is missing. */
export async function schemathesisCommand(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<string> {
  const cache = path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'agent-runs');
  const home = path.join(cache, `schemathesis-${VERSION}`);
  const command = path.join(home, 'bin', 'schemathesis');
  // An installation that was interrupted has no mark and is repeated.
  const mark = path.join(home, 'complete');
  if (existsSync(mark)) return command;
  log(`installing schemathesis ${VERSION} with pip into ${home}`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await runTool(['python3', '-m', 'venv', home], { env });
  await runTool([path.join(home, 'bin', 'pip'), 'install', '--quiet', `schemathesis==${VERSION}`], { env });
  mkdirSync(`${mark}.draft`);
  renameSync(`${mark}.draft`, mark);
  return command;
}

import path from 'node:path';
import { bundledScript } from '../../processes/bundled-script.ts';
import { nodeCommand, PROJECT_DIR, SERVICE_FLAGS } from '../project.ts';

const SOURCE_DIRS = [
  ...['contract', 'domain', 'temporal', 'workflows', 'activities', 'worker', 'service', 'audit', 'guardrails'],
  ...['api', 'db', 'models', 'mcp', 'simulated', 'processes', 'evaluation'],
  ...['telemetry', 'transitions'],
];
/**
 * Temporal's SDK and esbuild load files beside their own by path. pg asks for its native twin only if it is told to. OpenTelemetry
 * is loaded only where there is a collector.
 */
const EXTERNAL = ['@temporalio/*', 'pg-native', 'esbuild', '@opentelemetry/*'];

/**
 * The command that runs an entry point of a service as one script. A service spends half of its start on reading 900 modules
 * one by one, and a session whose worker died waits for that start. If no script can be made, the modules are run as they are.
 * @param entry path of a TypeScript file in the project's folder; the command must also be run in that folder
 * @param log is told when a script has to be made, which takes seconds
 */
export async function serviceCommand(entry: string, log?: (line: string) => void): Promise<readonly string[]> {
  const script = await bundledScript({
    projectDir: PROJECT_DIR,
    entry,
    sourceDirs: SOURCE_DIRS,
    external: EXTERNAL,
    // The folder lies under node_modules, so that a script finds the packages that stay outside of it.
    cacheDir: path.join(PROJECT_DIR, 'node_modules/.cache/agent-runs'),
    log,
  }).catch(() => undefined);
  return script === undefined ? nodeCommand(entry) : [process.execPath, ...SERVICE_FLAGS, script];
}

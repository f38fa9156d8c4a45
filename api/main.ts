import { databaseProblem } from '../db/database-problem.ts';
import { serverEnvironment } from '../mcp/connections/tool-connections.ts';
import { providerVariables } from '../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../processes/environment.ts';
import { createProcessLog } from '../processes/process-log.ts';
import { SettingError } from '../processes/setting-error.ts';
import { startWatchdog } from '../processes/watchdog.ts';
import { type ServedApi, serveApi } from './serve-api.ts';

const { log, report, warn, fatal } = createProcessLog('api', process.env.AGENT_RUNS_LOG_LEVEL);
const supervised = process.send !== undefined;

let api: ServedApi | undefined;
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void Promise.resolve(api?.close()).finally(() => process.exit(0));
};
process.on('SIGTERM', stop);
// Ctrl-C reaches every process of the terminal. Under a supervisor it is the supervisor that acts on it.
process.on('SIGINT', () => {
  if (!supervised) stop();
});
process.on('disconnect', stop);

try {
  const environment = readServiceEnvironment(process.env, providerVariables);
  // A supervisor has used the database before. Where Postgres is away for a moment, its API starts and waits.
  const problem = supervised ? undefined : await databaseProblem(environment.databaseUrl);
  if (problem !== undefined) throw new SettingError(problem);
  api = await serveApi({
    environment,
    toolEnvironment: serverEnvironment(process.env),
    startToolGuard: startWatchdog,
    scriptCache: process.env.AGENT_RUNS_BUNDLE_CACHE || undefined,
    report,
    warn,
  });
  process.send?.({ type: 'ready', port: api.port });
  log.info({ host: environment.listen.host, port: api.port }, 'The API accepts requests.');
} catch (error) {
  fatal('The API failed.', error);
  process.exit(1);
}

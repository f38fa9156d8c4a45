import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { databaseProblem } from '../db/database-problem.ts';
import { serverEnvironment } from '../mcp/connections/tool-connections.ts';
import { providerVariables } from '../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../processes/environment.ts';
import { createProcessLog } from '../processes/process-log.ts';
import { SettingError } from '../processes/setting-error.ts';
import { startWatchdog } from '../processes/watchdog.ts';
import { createSessionWorker, type SessionWorker } from './create-worker.ts';
import { killAtFaultPoint } from './fault-point.ts';
import { logOfTemporal } from './temporal-log.ts';
import { createWorkerFigures } from './worker-figures.ts';
import { serveWorkerPort } from './worker-port.ts';
import { workflowBundle } from './workflow-bundle.ts';

const START_RETRY_MS = 500;

const { log, report, warn, fatal } = createProcessLog('worker', process.env.AGENT_RUNS_LOG_LEVEL);
const supervised = process.send !== undefined;

let worker: SessionWorker | undefined;
let stopping = false;
const stop = () => {
  stopping = true;
  void worker?.stop();
};
process.on('SIGTERM', stop);
// Ctrl-C reaches every process of the terminal, but a supervisor stops its children itself, in order.
process.on('SIGINT', supervised ? () => undefined : stop);
process.on('disconnect', stop);

try {
  const environment = readServiceEnvironment(process.env, providerVariables);
  // A supervisor has already used the database. If Postgres is away for a moment, its worker starts all the same and waits.
  const problem = supervised ? undefined : await databaseProblem(environment.databaseUrl);
  if (problem !== undefined) throw new SettingError(problem);
  const isAsked = environment.workerPort !== undefined || environment.otel?.metricsUrl !== undefined;
  const figures = isAsked
    ? createWorkerFigures({ readWaiting: async () => worker?.readWaiting(), nowMs: Date.now, warn })
    : undefined;
  const port = await serveWorkerPort({ environment, figures, health: () => worker?.health() });
  if (port !== undefined)
    log.info({ host: environment.listen.host, port: port.port }, 'The worker answers at its port.');
  logOfTemporal(log, figures?.temporal);
  const cacheDir = fileURLToPath(new URL('../node_modules/.cache/agent-runs/', import.meta.url));
  const bundle = await workflowBundle(process.env.AGENT_RUNS_BUNDLE_CACHE || cacheDir);
  const reached = killAtFaultPoint(process.env);
  while (worker === undefined && !stopping) {
    worker = await createSessionWorker({
      environment,
      workflowBundle: bundle,
      scriptCache: process.env.AGENT_RUNS_BUNDLE_CACHE || undefined,
      toolEnvironment: serverEnvironment(process.env),
      startToolGuard: startWatchdog,
      reached,
      warn,
      report,
      figures,
    }).catch(async (error: unknown) => {
      warn(`${error instanceof Error ? error.message : 'The worker cannot begin.'} Trying again.`, error);
      await pause(START_RETRY_MS);
      return undefined;
    });
  }
  process.send?.({ type: 'ready' });
  log.info('The worker polls for sessions.');
  if (stopping) await worker?.stop();
  await worker?.stopped;
  figures?.close();
  await port?.close();
  process.exit(0);
} catch (error) {
  fatal('The worker failed.', error);
  process.exit(1);
}

import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { serverEnvironment } from '../mcp/tool-connections.ts';
import { providerVariables } from '../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../processes/environment.ts';
import { loggedError } from '../processes/logged-error.ts';
import { startWatchdog } from '../processes/watchdog.ts';
import { createSessionWorker, installRuntimeLogger, type SessionWorker } from './create-worker.ts';
import { killAtFaultPoint } from './fault-point.ts';
import { workflowBundle } from './workflow-bundle.ts';

const START_RETRY_MS = 500;

const log = pino(
  { name: 'worker', level: process.env.AGENT_RUNS_LOG_LEVEL || 'info', serializers: { err: loggedError } },
  pino.destination(2),
);
const warn = (message: string, error?: unknown) => log.warn(error === undefined ? {} : { err: error }, message);

installRuntimeLogger((level, message, meta) => {
  if (level === 'warn' || level === 'error') log[level]({ meta }, message);
  else log.debug({ meta }, message);
});

let worker: SessionWorker | undefined;
let stopping = false;
const stop = () => {
  stopping = true;
  void worker?.stop();
};
process.on('SIGTERM', stop);
// Under a supervisor Ctrl-C is its business: it stops its children in order.
process.on('SIGINT', process.send === undefined ? stop : () => undefined);
process.on('disconnect', stop);

try {
  const environment = readServiceEnvironment(process.env, providerVariables);
  const cacheDir = fileURLToPath(new URL('../node_modules/.cache/agent-runs/', import.meta.url));
  const bundle = await workflowBundle(process.env.AGENT_RUNS_BUNDLE_CACHE || cacheDir);
  const reached = killAtFaultPoint(process.env);
  while (worker === undefined && !stopping) {
    worker = await createSessionWorker({
      environment,
      workflowBundle: bundle,
      toolEnvironment: serverEnvironment(process.env),
      startToolGuard: startWatchdog,
      ...(reached === undefined ? {} : { reached }),
      warn,
      alarm: (message, facts) => log.error(facts, message),
    }).catch(async (error: unknown) => {
      warn(`${error instanceof Error ? error.message : 'The worker can not begin.'} Trying again.`, error);
      await pause(START_RETRY_MS);
      return undefined;
    });
  }
  process.send?.({ type: 'ready' });
  log.info('The worker polls for sessions.');
  if (stopping) await worker?.stop();
  await worker?.stopped;
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'The worker failed.');
  process.exit(1);
}

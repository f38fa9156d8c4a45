import type { ServiceEnvironment } from '../processes/environment.ts';
import { type PlainServer, servePlain } from '../processes/plain-server.ts';
import { healthPaths } from './health.ts';
import type { WorkerFigures } from './worker-figures.ts';

/**
 * Serves figures and health of this worker, if it was given a port for them. It serves before the worker polls.
 * @throws SettingError when it cannot listen there
 */
export async function serveWorkerPort(deps: {
  readonly environment: Pick<ServiceEnvironment, 'workerPort' | 'listen'>;
  readonly figures: Pick<WorkerFigures, 'register' | 'contentType' | 'refresh'> | undefined;
  /** As for healthPaths. */
  readonly health: Parameters<typeof healthPaths>[0];
}): Promise<PlainServer | undefined> {
  const { environment, figures, health } = deps;
  const { workerPort, listen } = environment;
  if (workerPort === undefined || figures === undefined) return undefined;
  return servePlain(
    {
      ...healthPaths(health),
      '/metrics': async () => {
        await figures.refresh();
        return { status: 200, contentType: figures.contentType, text: await figures.register.metrics() };
      },
    },
    { host: listen.host, port: workerPort, setting: 'AGENT_RUNS_WORKER_PORT' },
  );
}

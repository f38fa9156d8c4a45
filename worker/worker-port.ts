import type { MetricsBuffer } from '@temporalio/worker';
import type { ServiceEnvironment } from '../processes/environment.ts';
import { servePlain } from '../processes/plain-server.ts';
import type { Observe } from '../telemetry/figure.ts';
import { createWorkerMetrics, type WaitingFigures } from '../telemetry/worker-metrics.ts';
import { healthPaths } from './health.ts';
import { createTemporalMetrics } from './temporal-metrics.ts';

/** What a worker serves at a port of its own. */
export interface WorkerPort {
  readonly port: number;
  readonly observe: Observe;
  /** Takes the figures of Temporal's core. */
  readonly temporal: MetricsBuffer;
  close(): Promise<void>;
}

/**
 * Serves figures and health of this worker, if it was given a port for them. It serves before the worker polls.
 * @param deps.readWaiting says what waits in Postgres. Undefined: the worker does not know it yet.
 * @throws SettingError when it cannot listen there
 */
export async function serveWorkerPort(deps: {
  readonly environment: Pick<ServiceEnvironment, 'workerPort' | 'listen'>;
  readonly readWaiting: () => Promise<WaitingFigures | undefined>;
  /** As for healthPaths. */
  readonly health: Parameters<typeof healthPaths>[0];
  readonly warn: (message: string, error?: unknown) => void;
}): Promise<WorkerPort | undefined> {
  const { workerPort, listen } = deps.environment;
  if (workerPort === undefined) return undefined;
  const metrics = createWorkerMetrics({ ...deps, nowMs: Date.now });
  const temporal = createTemporalMetrics(metrics.register);
  const server = await servePlain(
    {
      ...healthPaths(deps.health),
      '/metrics': async () => {
        temporal.take();
        return { status: 200, contentType: metrics.contentType, text: await metrics.text() };
      },
    },
    { host: listen.host, port: workerPort, setting: 'AGENT_RUNS_WORKER_PORT' },
  );
  return {
    port: server.port,
    observe: metrics.observe,
    temporal: temporal.buffer,
    async close() {
      temporal.close();
      await server.close();
    },
  };
}

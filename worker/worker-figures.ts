import type { MetricsBuffer } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import type { Observe } from '../telemetry/figure.ts';
import { createWorkerMetrics, type WorkerMetricsDeps } from '../telemetry/worker-metrics.ts';
import { createTemporalMetrics } from './temporal-metrics.ts';

/** The figures of a worker: its own, those of Temporal's core, and what waits in Postgres. */
export interface WorkerFigures {
  readonly register: Registry;
  readonly observe: Observe;
  /** Takes the figures of Temporal's core. */
  readonly temporal: MetricsBuffer;
  readonly contentType: string;
  /** Brings the register up to date. */
  refresh(): Promise<void>;
  close(): void;
}

export function createWorkerFigures(deps: WorkerMetricsDeps): WorkerFigures {
  const metrics = createWorkerMetrics(deps);
  const temporal = createTemporalMetrics(metrics.register);
  return {
    register: metrics.register,
    observe: metrics.observe,
    temporal: temporal.buffer,
    contentType: metrics.register.contentType,
    refresh() {
      temporal.take();
      return metrics.refresh();
    },
    close: temporal.close,
  };
}

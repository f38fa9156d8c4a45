import { type BufferedMetricUpdate, MetricsBuffer } from '@temporalio/worker';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface TemporalMetrics {
  /** What Temporal's core writes its figures to. */
  readonly buffer: MetricsBuffer;
  /** Takes what the core has counted since the last time. */
  take(): void;
  close(): void;
}

/** The core counts some hundred facts a second on a busy worker, and its buffer holds 10,000. */
const TAKE_EVERY_MS = 1_000;
const BUCKETS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 60];
/** The attributes that become labels. Others are left out, so that none of them can name a session. */
const LABELS = [
  'namespace',
  'task_queue',
  'workflow_type',
  'activity_type',
  'worker_type',
  'poller_type',
  'operation',
  'status_code',
  'failure_reason',
  'eager',
];

/**
 * Adds the figures of Temporal's SDK to those of the worker. They have Temporal's own names, with the endings that Prometheus is
 * used to: `_total` for counters, `_seconds` for times.
 */
export function createTemporalMetrics(register: Registry): TemporalMetrics {
  const buffer = new MetricsBuffer({ useSecondsForDurations: true });
  const adders = new Map<string, (value: number, labels: Record<string, string>) => void>();

  function adderOf({ metric }: BufferedMetricUpdate) {
    const { kind } = metric;
    const name =
      kind === 'counter' ? `${metric.name}_total` : kind === 'histogram' ? `${metric.name}_seconds` : metric.name;
    const known = adders.get(name);
    if (known !== undefined) return known;
    const settings = { name, help: metric.description || name, labelNames: LABELS, registers: [register] };
    const adder = adding(kind, settings);
    adders.set(name, adder);
    return adder;
  }

  const take = () => {
    for (const update of buffer.retrieveUpdates()) adderOf(update)(update.value, labelsOf(update));
  };
  const timer = setInterval(take, TAKE_EVERY_MS);
  timer.unref();
  return { buffer, take, close: () => clearInterval(timer) };
}

function adding(
  kind: BufferedMetricUpdate['metric']['kind'],
  settings: { name: string; help: string; labelNames: string[]; registers: Registry[] },
): (value: number, labels: Record<string, string>) => void {
  switch (kind) {
    case 'counter': {
      const counter = new Counter(settings);
      return (value, labels) => counter.inc(labels, value);
    }
    case 'histogram': {
      const histogram = new Histogram({ ...settings, buckets: BUCKETS_S });
      return (value, labels) => histogram.observe(labels, value);
    }
    case 'gauge': {
      const gauge = new Gauge(settings);
      return (value, labels) => gauge.set(labels, value);
    }
    case 'up-down-counter': {
      const gauge = new Gauge(settings);
      return (value, labels) => gauge.inc(labels, value);
    }
  }
}

function labelsOf({ attributes }: BufferedMetricUpdate): Record<string, string> {
  return Object.fromEntries(
    LABELS.flatMap((label) => (label in attributes ? [[label, String(attributes[label])]] : [])),
  );
}

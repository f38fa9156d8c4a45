import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Figure, Observe } from './figure.ts';
import { type MetricDefinition, waitingMetrics, workerMetrics } from './metric-names.ts';
import { type AdmitNames, createAdmitNames } from './series-limit.ts';

/** What waits in Postgres, of all tenants. */
export type WaitingFigures = Readonly<Record<keyof typeof waitingMetrics, number>>;

export interface WorkerMetrics {
  readonly register: Registry;
  readonly observe: Observe;
  /** Brings the figures from Postgres up to date. They are left out while it does not answer. */
  refresh(): Promise<void>;
}

export interface WorkerMetricsDeps {
  /** Undefined: it is not known yet. */
  readonly readWaiting: () => Promise<WaitingFigures | undefined>;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/** Several readers in one second, or a scrape beside an export, cost Postgres one look. */
const FRESH_MS = 2_000;

/** Keeps what a worker counts, and shows it together with what waits in Postgres. */
export function createWorkerMetrics(deps: WorkerMetricsDeps): WorkerMetrics {
  const register = new Registry();
  // At its default of 10 ms an idle process takes a hundredth of a processor.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 100 });
  const counters = countersIn(register);
  const waiting = Object.entries(waitingMetrics).map(([key, { name, help }]) => ({
    // The keys are those of the object above.
    key: key as keyof WaitingFigures,
    gauge: new Gauge({ name, help, registers: [register] }),
  }));
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function refresh(): Promise<void> {
    if (deps.nowMs() - readAtMs < FRESH_MS) return;
    readAtMs = deps.nowMs();
    try {
      const figures = await deps.readWaiting();
      for (const { key, gauge } of waiting) {
        if (figures === undefined) gauge.remove();
        else gauge.set(figures[key]);
      }
    } catch (error) {
      // Otherwise an old figure would look like a new one.
      for (const { gauge } of waiting) gauge.remove();
      deps.warn('The figures of what waits could not be read.', error);
    }
  }

  return {
    register,
    observe: (figure, tenantId) => count(counters, figure, tenantId),
    refresh,
  };
}

/** One metric whose names are bounded. Labels of our own words come behind the names. */
interface BoundedMetric<Metric> {
  readonly metric: Metric;
  readonly admit: AdmitNames;
}

type Counters = ReturnType<typeof countersIn>;

function countersIn(register: Registry) {
  const counter = ({ name, help, labels }: MetricDefinition): BoundedMetric<Counter> => ({
    metric: new Counter({ name, help, labelNames: [...labels], registers: [register] }),
    admit: createAdmitNames(),
  });
  const histogram = ({ name, help, labels, buckets = [] }: MetricDefinition): BoundedMetric<Histogram> => ({
    metric: new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [register] }),
    admit: createAdmitNames(),
  });
  return {
    turnSeconds: histogram(workerMetrics.turnSeconds),
    sessionsEnded: counter(workerMetrics.sessionsEnded),
    modelAttempts: counter(workerMetrics.modelAttempts),
    modelSeconds: histogram(workerMetrics.modelSeconds),
    firstTokenSeconds: histogram(workerMetrics.firstTokenSeconds),
    costUsd: counter(workerMetrics.costUsd),
    costCorrectedUsd: counter(workerMetrics.costCorrectedUsd),
    toolSeconds: histogram(workerMetrics.toolSeconds),
    toolCalls: counter(workerMetrics.toolCalls),
    selections: counter(workerMetrics.selections),
    routedUsd: counter(workerMetrics.routedUsd),
    baselineUsd: counter(workerMetrics.baselineUsd),
    rewards: histogram(workerMetrics.rewards),
  };
}

function count(counters: Counters, figure: Figure, tenantId: string): void {
  const add = ({ metric, admit }: BoundedMetric<Counter>, names: readonly string[], words: string[], amount = 1) =>
    metric.labels(...admit(tenantId, names), ...words).inc(amount);
  const observe = (
    { metric, admit }: BoundedMetric<Histogram>,
    names: readonly string[],
    words: string[],
    value: number,
  ) => metric.labels(...admit(tenantId, names), ...words).observe(value);
  switch (figure.kind) {
    case 'turn_closed':
      observe(counters.turnSeconds, [figure.agent], [figure.outcome], figure.seconds);
      return;
    case 'session_ended':
      add(counters.sessionsEnded, [figure.agent], [figure.reason]);
      return;
    case 'model_attempt':
      add(counters.modelAttempts, [figure.provider, figure.model], [figure.outcome]);
      if (figure.seconds !== undefined) {
        observe(counters.modelSeconds, [figure.provider, figure.model], [], figure.seconds);
      }
      return;
    case 'first_token':
      observe(counters.firstTokenSeconds, [figure.provider, figure.model], [], figure.seconds);
      return;
    case 'cost': {
      const names = [figure.agent, figure.provider, figure.model];
      if (figure.usd >= 0) add(counters.costUsd, names, [], figure.usd);
      else add(counters.costCorrectedUsd, names, [], -figure.usd);
      return;
    }
    case 'tool_call':
      add(counters.toolCalls, [figure.tool], [figure.outcome]);
      if (figure.seconds !== undefined) observe(counters.toolSeconds, [figure.tool], [], figure.seconds);
      return;
    case 'model_selected':
      add(counters.selections, [figure.provider, figure.model], [figure.reason]);
      return;
    case 'turn_routed': {
      const names = [figure.provider, figure.model];
      add(counters.routedUsd, names, [], figure.costUsd);
      add(counters.baselineUsd, names, [], figure.baselineUsd);
      observe(counters.rewards, names, [], figure.reward);
    }
  }
}

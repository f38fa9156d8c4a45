import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { sessionStatusSchema } from '../contract/events.ts';
import type { Database } from '../db/database.ts';
import { readServiceFigures } from '../db/queries/service-figures.ts';

export interface Metrics {
  /** Counts an answered request. A stream counts when it begins. `route` undefined: there is no such route. */
  observeRequest(request: { method: string; route: string | undefined; status: number; seconds: number }): void;
  /** All figures in the format of Prometheus. Those from Postgres are left out while it does not answer. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsDeps {
  readonly db: Database;
  readonly openStreams: () => number;
  /** Undefined: nobody can say. */
  readonly isQueuePolled: () => Promise<boolean | undefined>;
  readonly warn: (message: string, error?: unknown) => void;
}

const STATUSES = sessionStatusSchema.options;
const BUCKETS_S = [0.005, 0.02, 0.1, 0.5, 2, 10];

export function createMetrics(deps: MetricsDeps): Metrics {
  const register = new Registry();
  const registers = [register];
  // At its default of 10 ms an idle process takes a hundredth of a processor.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 100 });
  const requests = new Histogram({
    name: 'agent_runs_http_request_duration_seconds',
    help: 'Time to answer a request; of a stream, to begin it.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_S,
    registers,
  });
  new Gauge({
    name: 'agent_runs_open_streams',
    help: 'Event streams that this process has open.',
    registers,
    collect() {
      this.set(deps.openStreams());
    },
  });
  const sessions = new Gauge({
    name: 'agent_runs_sessions',
    help: 'Sessions of all tenants, by status.',
    labelNames: ['status'],
    registers,
  });
  const ended = new Gauge({
    name: 'agent_runs_sessions_ended',
    help: 'Ended sessions of all tenants that are kept, by reason and by the code of the error that ended them.',
    labelNames: ['reason', 'cause'],
    registers,
  });
  const failures = new Gauge({
    name: 'agent_runs_sessions_with_failures',
    help: 'Sessions of all tenants in which a request to a model, or a call of a tool, failed within the last hour, by cause.',
    labelNames: ['of', 'cause'],
    registers,
  });
  new Gauge({
    name: 'agent_runs_task_queue_polled',
    help: '1 when a worker has polled the task queue within the last minute. Absent while Temporal does not answer.',
    registers,
    async collect() {
      const polled = await deps.isQueuePolled();
      if (polled === undefined) this.remove();
      else this.set(polled ? 1 : 0);
    },
  });
  const events = new Counter({
    name: 'agent_runs_events_appended_total',
    help: 'Events appended to the logs of all sessions, by the statistics of Postgres.',
    registers,
  });

  let appended = 0;

  async function readFigures(): Promise<void> {
    try {
      const figures = await deps.db.serviceTransaction(readServiceFigures);
      for (const gauge of [sessions, ended, failures]) gauge.reset();
      for (const status of STATUSES) sessions.set({ status }, 0);
      for (const { status, reason, cause, count } of figures.sessions) {
        sessions.inc({ status }, count);
        if (reason !== null) ended.set({ reason, cause: cause ?? '' }, count);
      }
      for (const { of, cause, sessions: count } of figures.failures) failures.set({ of, cause }, count);
      // A smaller figure means that the statistics of Postgres began anew, so the counter does, too.
      if (figures.eventsAppended < appended) {
        events.reset();
        appended = 0;
      }
      events.inc(figures.eventsAppended - appended);
      appended = figures.eventsAppended;
    } catch (error) {
      // Otherwise an old figure would look like a new one.
      for (const gauge of [sessions, ended, failures]) gauge.reset();
      deps.warn('The figures of the sessions could not be read.', error);
    }
  }

  return {
    contentType: register.contentType,
    observeRequest({ method, route = 'none', status, seconds }) {
      requests.observe({ method, route, status }, seconds);
    },
    async text() {
      await readFigures();
      return register.metrics();
    },
  };
}

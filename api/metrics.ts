import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
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
  readonly warn: (message: string, error?: unknown) => void;
}

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
  const events = new Counter({
    name: 'agent_runs_events_appended_total',
    help: 'Events appended to the logs of all sessions, by the statistics of Postgres.',
    registers,
  });

  let appended = 0;

  async function readFigures(): Promise<void> {
    try {
      const figures = await deps.db.serviceTransaction(readServiceFigures);
      for (const [status, count] of Object.entries(figures.sessions)) sessions.set({ status }, count);
      // A smaller figure means that the statistics of Postgres began anew, so the counter does, too.
      if (figures.eventsAppended < appended) {
        events.reset();
        appended = 0;
      }
      events.inc(figures.eventsAppended - appended);
      appended = figures.eventsAppended;
    } catch (error) {
      // Otherwise an old figure would look like a new one.
      sessions.reset();
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

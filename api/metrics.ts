import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { sessionStatusSchema } from '../contract/events.ts';
import type { Database } from '../db/database.ts';
import { readServiceFigures } from '../db/queries/service-figures.ts';
import { apiMetrics } from '../telemetry/metric-names.ts';

export interface Metrics {
  /** Counts an answered request. A stream counts when it begins. `route` undefined: there is no such route. */
  observeRequest(request: { method: string; route: string | undefined; status: number; seconds: number }): void;
  /** Counts an event that an open stream was given. */
  observeDelivery(seconds: number): void;
  readonly register: Registry;
  /** Brings the figures from Postgres up to date. They are left out while it does not answer. */
  refresh(): Promise<void>;
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

export function createMetrics(deps: MetricsDeps): Metrics {
  const register = new Registry();
  const registers = [register];
  // At its default of 10 ms an idle process takes a hundredth of a processor.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 100 });
  const requests = new Histogram({
    name: apiMetrics.requestSeconds.name,
    help: apiMetrics.requestSeconds.help,
    labelNames: apiMetrics.requestSeconds.labels,
    buckets: [...apiMetrics.requestSeconds.buckets],
    registers,
  });
  new Gauge({
    name: apiMetrics.openStreams.name,
    help: apiMetrics.openStreams.help,
    registers,
    collect() {
      this.set(deps.openStreams());
    },
  });
  const deliveries = new Histogram({
    name: apiMetrics.deliverySeconds.name,
    help: apiMetrics.deliverySeconds.help,
    buckets: [...apiMetrics.deliverySeconds.buckets],
    registers,
  });
  const sessions = new Gauge({
    name: apiMetrics.sessions.name,
    help: apiMetrics.sessions.help,
    labelNames: apiMetrics.sessions.labels,
    registers,
  });
  const ended = new Gauge({
    name: apiMetrics.ended.name,
    help: apiMetrics.ended.help,
    labelNames: apiMetrics.ended.labels,
    registers,
  });
  const failures = new Gauge({
    name: apiMetrics.failures.name,
    help: apiMetrics.failures.help,
    labelNames: apiMetrics.failures.labels,
    registers,
  });
  new Gauge({
    name: apiMetrics.polled.name,
    help: apiMetrics.polled.help,
    registers,
    async collect() {
      const polled = await deps.isQueuePolled();
      if (polled === undefined) this.remove();
      else this.set(polled ? 1 : 0);
    },
  });
  const events = new Counter({
    name: apiMetrics.events.name,
    help: apiMetrics.events.help,
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
    register,
    refresh: readFigures,
    contentType: register.contentType,
    observeRequest({ method, route = 'none', status, seconds }) {
      requests.observe({ method, route, status }, seconds);
    },
    observeDelivery: (seconds) => deliveries.observe(seconds),
    async text() {
      await readFigures();
      return register.metrics();
    },
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createDatabase } from '../db/database.ts';
import { readTracedTurn } from '../db/queries/traced-turn.ts';
import { createStoredMeter } from '../db/stored-meter.ts';
import type { ToolConnectionsDeps } from '../mcp/connections/tool-connections.ts';
import type { ServiceEnvironment } from '../processes/environment.ts';
import { codeOf } from '../processes/error-cause.ts';
import { listenProblem } from '../processes/listen-problem.ts';
import type { Report } from '../processes/log-line.ts';
import type { PlainServer } from '../processes/plain-server.ts';
import { SettingError } from '../processes/setting-error.ts';
import { createSuspensions } from '../processes/suspensions.ts';
import { createTenantWeights } from '../processes/tenant-weights.ts';
import { createAuthenticate, createKeysThatMayRead } from '../service/tenants/authenticate.ts';
import { suspendedRefusal } from '../service/tenants/refuse-suspended.ts';
import { forgetOldKeys } from '../service/verb/idempotency.ts';
import { type Otlp, startOtlp } from '../telemetry/otlp/start-otlp.ts';
import { createSessionWorkflows } from '../temporal/session-workflows.ts';
import { createApi } from './create-api.ts';
import { createServiceDeps } from './create-service-deps.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { createMalformedRefusals } from './malformed-request.ts';
import { createMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { createRateLimiter } from './rate-limit.ts';

export interface ServeApiOptions {
  readonly environment: ServiceEnvironment;
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** As for createServiceDeps. */
  readonly scriptCache?: string | undefined;
  readonly startToolGuard?: ToolConnectionsDeps['startGuard'];
  readonly maxLiveSessionsPerAgent?: number;
  /** As for createEventHub. */
  readonly slowReaderMs?: number;
  readonly keyCheckMs?: number;
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface ServedApi {
  readonly port: number;
  /** The port of the figures. Undefined: they have none. */
  readonly metricsPort: number | undefined;
  /**
   * Accepts nothing new, ends the streams (clients resume elsewhere), lets requests finish, then closes the adapters.
   */
  close(): Promise<void>;
}

const CONNECTIONS = 20;
const PROBE_TIMEOUT_MS = 1_000;
const DRAIN_MS = 8_000;
const STATEMENT_TIMEOUT_MS = 12_000;
const LOCK_TIMEOUT_MS = 10_000;
/** Proxies keep their side open for less, so they close first. */
const KEEP_ALIVE_MS = 65_000;
/** A request that has not arrived as a whole by then is refused. Node looks every half a minute. */
const REQUEST_MS = 30_000;
const FORGET_EVERY_MS = 5 * 60_000;

/**
 * Starts an API process. Resolves when it accepts requests.
 * @throws SettingError when it cannot listen where it should
 */
export async function serveApi(options: ServeApiOptions): Promise<ServedApi> {
  const { environment, report, warn } = options;
  const { databaseUrl, listen, otel, rateLimit } = environment;
  const weights = createTenantWeights();
  const db = createDatabase({
    url: databaseUrl,
    weightOf: weights.of,
    maxConnections: CONNECTIONS,
    applicationName: 'agent-runs-api',
    plansByKey: true,
    // Starts of sessions of one agent wait for its row. A burst of them is served late and not refused.
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    report,
    trace: (fact, tenantId) => otlp?.trace(fact, tenantId),
    onIdleError: (error) => warn('A connection to Postgres was lost; another takes its place.', error),
  });
  const sessionWorkflows = createSessionWorkflows({
    ...environment.temporal,
    publicUrl: environment.publicUrl,
    weightOf: weights.of,
    warn,
  });
  const meter = createStoredMeter({ kind: 'api', db, warn });
  const suspensions = createSuspensions(suspendedRefusal);
  const { slowReaderMs, keyCheckMs } = options;
  const metrics = createMetrics({
    ...{ db, openStreams: () => hub.openStreams(), warn },
    isQueuePolled: () => sessionWorkflows.polled(PROBE_TIMEOUT_MS),
  });
  const otlp: Otlp | undefined =
    otel &&
    (await startOtlp({
      ...{ service: 'agent-runs-api', settings: otel, figures: metrics, nowMs: Date.now, warn },
      read: (tenantId, fact) => db.transaction(tenantId, (tx) => readTracedTurn(tx, fact, otel.withContent)),
    }));
  const services = createServiceDeps({
    ...{ ...options, db, sessionWorkflows, meter, weights, suspensions },
    traceparentOfRequest: otlp?.traceparentOfRequest,
  });
  const hub: EventHub = createEventHub({
    ...{ db, databaseUrl, meter, notifier: services.notifier, report, warn },
    onAccessChanged: services.lookAtTenants,
    keysThatMayRead: createKeysThatMayRead({ db, nowMs: Date.now }),
    slowReaderMs,
    keyCheckMs,
    delivered: metrics.observeDelivery,
  });
  const api = createApi({
    services: services.deps,
    authenticate: createAuthenticate({ db, nowMs: Date.now }),
    suspensions,
    hub,
    health: {
      postgres: () => db.reachable(PROBE_TIMEOUT_MS),
      temporal: () => sessionWorkflows.reachable(PROBE_TIMEOUT_MS),
      workers: () => sessionWorkflows.polled(PROBE_TIMEOUT_MS),
    },
    metrics,
    traceRequest: otlp?.request,
    weightOf: weights.of,
    limitRate: rateLimit === undefined ? undefined : createRateLimiter(rateLimit),
    corsOrigins: environment.corsOrigins,
    report,
  });
  const malformed = createMalformedRefusals(report);
  const listener = getRequestListener(api.fetch, { errorHandler: malformed.refuseUnreadable });
  // The listener refuses a request without a host. Node would do so without a body.
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, requireHostHeader: false },
    listener,
  ).on('clientError', malformed.refuseConnection);

  const oldKeys = setInterval(() => void forgetOldKeys(db, warn), FORGET_EVERY_MS);
  oldKeys.unref();

  let figures: PlainServer | undefined;
  const closeAdapters = async () => {
    await figures?.close();
    clearInterval(oldKeys);
    await Promise.all([hub.close(), otlp?.close()]);
    await Promise.all([services.close(), sessionWorkflows.close(), meter.close()]);
    await db.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(listen.port, listen.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    await closeAdapters();
    throw new SettingError(listenProblem(codeOf(error), listen), error);
  }
  const { metricsPort } = environment;
  if (metricsPort !== undefined) {
    figures = await serveMetrics(metrics, { host: listen.host, port: metricsPort }).catch(async (error: unknown) => {
      server.close();
      await closeAdapters();
      throw error;
    });
  }
  void sessionWorkflows.ensureSearchAttributes();
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;

  const shutDown = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const hurry = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await hub.close();
    server.closeIdleConnections();
    await closed;
    clearTimeout(hurry);
    await closeAdapters();
  };
  let closing: Promise<void> | undefined;
  return {
    port,
    metricsPort: figures?.port,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

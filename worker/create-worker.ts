import { Worker } from '@temporalio/worker';
import { createDeltaWriter } from '../activities/call-model/delta-writer.ts';
import { createInterruptDoorbell } from '../activities/call-model/interrupt-doorbell.ts';
import { createKeptTranscripts } from '../activities/call-model/kept-transcripts.ts';
import { createSessionTools } from '../activities/call-tools/session-tools.ts';
import { createActivities } from '../activities/create-activities.ts';
import { defaultLimits, type FaultPoint, type StageLimits } from '../activities/stage-deps.ts';
import { createDatabase } from '../db/database.ts';
import { createNotifier } from '../db/notify.ts';
import { readTracedTurn } from '../db/queries/traced-turn.ts';
import { hasVectorExtension } from '../db/queries/vector-extension.ts';
import { readWaitingFigures } from '../db/queries/waiting-figures.ts';
import { createStoredMeter } from '../db/stored-meter.ts';
import { createEvaluator } from '../evaluation/evaluator.ts';
import { readSchema } from '../evaluation/read-schema.ts';
import { createAskProvider } from '../guardrails/ask-provider.ts';
import { createServiceConnections } from '../mcp/connections/service-connections.ts';
import type { ToolConnectionsDeps } from '../mcp/connections/tool-connections.ts';
import { createCallModelOnce } from '../models/call-model-once.ts';
import { createProviderCatalog } from '../models/catalog.ts';
import { openMeaning } from '../models/embeddings/open-meaning.ts';
import { createInputCounter } from '../models/input-count/input-counter.ts';
import { createLearnedDialects } from '../models/learned-dialects.ts';
import { createModelRegistry } from '../models/model-registry.ts';
import { createGuardedFetch } from '../processes/egress-guard.ts';
import type { ServiceEnvironment } from '../processes/environment.ts';
import type { Report } from '../processes/log-line.ts';
import { createReadingPaces } from '../processes/reading-pace.ts';
import { createSealer } from '../processes/seal.ts';
import { createSuspensions } from '../processes/suspensions.ts';
import { createTenantWeights } from '../processes/tenant-weights.ts';
import { MAX_LIVE_SESSIONS_PER_AGENT } from '../service/verb/context.ts';
import { type Otlp, startOtlp } from '../telemetry/otlp/start-otlp.ts';
import type { WaitingFigures } from '../telemetry/worker-metrics.ts';
import { SESSION_TASK_QUEUE } from '../temporal/session-workflow.ts';
import { createSessionWorkflows } from '../temporal/session-workflows.ts';
import { connectToTemporal } from '../temporal/worker-connection.ts';
import { createAuditLinker } from './audit-linker.ts';
import { createBulkActivities } from './bulk/advance-bulk-job.ts';
import { createBulkWatch } from './bulk/bulk-watch.ts';
import { createCallNews } from './call-news.ts';
import { createStageShares } from './create-stage-shares.ts';
import { createDirectCalls } from './direct-calls.ts';
import { createFactEmbedder } from './fact-embedder.ts';
import { freeRetriedSessions } from './free-retried-sessions.ts';
import type { WorkerHealth } from './health.ts';
import { createIdleWatch } from './idle-watch.ts';
import { createInboxBridge } from './inbox-bridge.ts';
import { createKeptSums } from './kept-sums.ts';
import { listenForSessions } from './listen.ts';
import { createSetAside } from './own-end/set-aside.ts';
import { watchStages } from './own-end/watched-stages.ts';
import { createReconciler } from './reconciler.ts';
import { createRetention } from './retention.ts';
import { createServedSessions } from './served-sessions.ts';
import { createSuspendableEvaluator } from './suspendable-evaluator.ts';
import { createSuspensionWatch } from './suspension-watch.ts';
import type { WorkerFigures } from './worker-figures.ts';

export interface SessionWorkerOptions {
  readonly environment: ServiceEnvironment;
  readonly workflowBundle: { code: string };
  /** The environment of stdio MCP servers. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** Ends the process groups of stdio MCP servers when this process is killed. */
  readonly startToolGuard?: ToolConnectionsDeps['startGuard'];
  /** The folder that keeps the script of the processes that evaluate. Default: under node_modules. */
  readonly scriptCache?: string | undefined;
  readonly limits?: Partial<StageLimits>;
  readonly reached?: (point: FaultPoint) => void;
  readonly warn: (message: string, error?: unknown) => void;
  readonly report: Report;
  /** Counts what the stages do. Absent: nobody asks. */
  readonly figures?: Pick<WorkerFigures, 'register' | 'observe' | 'refresh'> | undefined;
}

export interface SessionWorker {
  /** Resolves when the worker has stopped, rejects when it failed. */
  readonly stopped: Promise<void>;
  /** Says whether it polls, and whether what it needs answers. */
  health(): Promise<WorkerHealth>;
  /** Lets running activities finish, within the shutdown grace. */
  stop(): Promise<void>;
  /** What waits in Postgres, of all tenants. */
  readWaiting(): Promise<WaitingFigures>;
}

function toolLimits({ toolTimeoutMs, toolLongestMs, toolCancelWaitMs }: ServiceEnvironment): Partial<StageLimits> {
  return { toolTimeoutMs, toolLongestMs, toolCancelWaitMs };
}

/** Activities that hold no slot of a call yet, or need none. */
const SPARE_ACTIVITY_SLOTS = 200;
const LOCAL_ACTIVITY_SLOTS = 200;
const CONNECTIONS = 20;
const PROBE_TIMEOUT_MS = 1_000;

/**
 * The composition root: adapters, stages, inbox bridge, call news, reconciler, bulk jobs, idle watch, suspension watch, audit linker,
 * direct calls, fact embedder, sums of what tenants keep, and retention of one worker process.
 * @throws Error that says what Temporal lacks; then nothing is left open
 */
export async function createSessionWorker(options: SessionWorkerOptions): Promise<SessionWorker> {
  const { environment, figures, warn, report, reached = () => undefined } = options;
  const { databaseUrl, temporal, otel } = environment;
  const limits = { ...defaultLimits, ...toolLimits(environment), ...options.limits };
  const connection = await connectToTemporal(temporal);
  const weights = createTenantWeights();
  const db = createDatabase({
    url: databaseUrl,
    weightOf: weights.of,
    maxConnections: CONNECTIONS,
    applicationName: 'agent-runs-worker',
    plansByKey: true,
    report,
    observe: figures?.observe,
    trace: (fact, tenantId) => otlp?.trace(fact, tenantId),
    onIdleError: (error) => warn('A connection to Postgres was lost; another takes its place.', error),
  });
  const otlp: Otlp | undefined =
    otel &&
    (await startOtlp({
      ...{ service: 'agent-runs-worker', settings: otel, figures, nowMs: Date.now, warn },
      read: (tenantId, fact) => db.transaction(tenantId, (tx) => readTracedTurn(tx, fact, otel.withContent)),
    }));
  const notifier = createNotifier({ databaseUrl, applicationName: 'agent-runs-worker-notify' });
  const guarded = createGuardedFetch({ allow: environment.egressAllow });
  const sealer = createSealer(environment.sealingKey, environment.oldSealingKeys);
  const { toolEnvironment, startToolGuard } = options;
  const meter = createStoredMeter({ kind: 'worker', db, warn });
  const suspensions = createSuspensions(() => new Error('The operator has suspended the tenant.'));
  const evaluations = createEvaluator({ meter, warn, cacheDir: options.scriptCache });
  const evaluator = createSuspendableEvaluator(evaluations, suspensions);
  const readingPaces = createReadingPaces();
  const connections = createServiceConnections({
    db,
    sealer,
    environment,
    fetch: guarded.fetch,
    toolEnvironment,
    startToolGuard,
    readSchema: (tenantId, sent) => readSchema(evaluator.of(tenantId), sent),
    suspensions,
    meter,
    readingPaces,
    report,
    warn,
  });
  const sessions = createSessionWorkflows({
    ...temporal,
    publicUrl: environment.publicUrl,
    weightOf: weights.of,
    warn,
  });
  const served = createServedSessions();
  const doorbell = createInterruptDoorbell();
  const dialects = createLearnedDialects();
  const deltas = createDeltaWriter({ db, notifier, evaluator, warn });
  const shares = createStageShares({ environment, sessions, meter, weightOf: weights.of, nowMs: Date.now });
  const embeddings = openMeaning({
    settings: environment.embeddings,
    hasVectorExtension: () => db.serviceTransaction(hasVectorExtension),
    nowMs: Date.now,
    meter,
    report,
  });
  const watched = await watchStages({
    databaseUrl,
    hangMs: environment.workerHangMs,
    cacheDir: options.scriptCache,
    warn,
  });
  const registry = createModelRegistry({ catalog: createProviderCatalog(), settings: environment.providers });
  const activities = createActivities({
    db,
    notifier,
    registry,
    callModelOnce: createCallModelOnce({ fetch: guarded.fetch, dialects }),
    readingPaces,
    inputCounter: createInputCounter({ fetch: guarded.fetch, dialects }),
    toolConnections: connections.tools,
    askProvider: createAskProvider({ fetch: guarded.fetch }),
    meaning: embeddings.meaning,
    sessionTools: createSessionTools(),
    transcripts: createKeptTranscripts(),
    evaluator,
    sealer,
    meter,
    doorbell,
    deltas,
    shares,
    watch: watched,
    traceparentOfCall: otlp?.traceparentOfCall,
    limits,
    nowMs: Date.now,
    reached,
    report,
  });
  const bulkActivities = createBulkActivities({
    ...{ db, notifier, sessionWorkflows: sessions, registry, warn, reached },
    maxLiveSessionsPerAgent: MAX_LIVE_SESSIONS_PER_AGENT,
    nowMs: Date.now,
  });
  const setAside = await createSetAside({ db, watched, notifier, warn });
  const closeAdapters = async () => {
    await otlp?.close();
    await setAside.stop();
    await watched.close();
    await connections.close();
    await evaluations.close();
    await Promise.all([notifier.close(), sessions.close(), guarded.close(), embeddings.close(), meter.close()]);
    await connection.close();
    await db.close();
  };
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: SESSION_TASK_QUEUE,
    workflowBundle: options.workflowBundle,
    activities: { ...activities, ...bulkActivities },
    interceptors: { activity: [served.note, freeRetriedSessions(sessions)] },
    maxConcurrentActivityTaskExecutions:
      environment.modelCallsAtOnce + environment.toolCallsAtOnce + SPARE_ACTIVITY_SLOTS,
    maxConcurrentLocalActivityExecutions: LOCAL_ACTIVITY_SLOTS,
    // The sessions of a killed worker wait this long in its own queue before another worker takes them.
    stickyQueueScheduleToStartTimeout: '2s',
    // Every heartbeat is sent. By default the SDK holds them back for 2 s, and the time-out is 2.5 s at least.
    maxHeartbeatThrottleInterval: '800 milliseconds',
    shutdownGraceTime: limits.toolTimeoutMs + 5_000,
  }).catch(async (error: unknown) => {
    await closeAdapters();
    throw error;
  });
  const bridge = createInboxBridge({ db, sessions, isServedHere: served.has, reached, warn });
  const callNews = createCallNews({ db, doorbell, deltas, warn });
  const slots = [shares.modelCalls, shares.toolCalls];
  const reconciler = createReconciler({ db, sessions, slots, notifier, warn });
  const bulkWatch = createBulkWatch({ db, sessions, warn });
  const idleWatch = createIdleWatch({ db, sessions, nowMs: Date.now, warn });
  const suspensionWatch = createSuspensionWatch({
    ...{ db, sessions, slots, notifier, weights, suspensions, warn },
    connections: connections.tools,
  });
  const listener = listenForSessions({ databaseUrl, bridge, callNews, watches: [suspensionWatch, idleWatch], warn });
  const directCalls = createDirectCalls({ db, retentionMs: environment.retentionMs, nowMs: Date.now, warn });
  const auditLinker = createAuditLinker({ db, sealer, warn });
  const { meaning } = embeddings;
  const factEmbedder =
    meaning === undefined ? undefined : createFactEmbedder({ db, meaning, suspensions, reached, warn });
  const keptSums = createKeptSums({ db, warn });
  const { retentionMs } = environment;
  const retention = retentionMs === undefined ? undefined : createRetention({ db, retentionMs, nowMs: Date.now, warn });

  const stopped = worker.run().finally(async () => {
    await Promise.all(
      [
        listener,
        bridge,
        callNews,
        reconciler,
        bulkWatch,
        idleWatch,
        suspensionWatch,
        auditLinker,
        directCalls,
        factEmbedder,
        embeddings,
        retention,
        keptSums,
        deltas,
      ].map((each) => each?.close()),
    );
    await closeAdapters();
  });
  return {
    stopped,
    async health() {
      const [postgres, isTemporalThere] = await Promise.all([
        db.reachable(PROBE_TIMEOUT_MS),
        sessions.reachable(PROBE_TIMEOUT_MS),
      ]);
      return { polls: worker.getState() === 'RUNNING', postgres, temporal: isTemporalThere };
    },
    readWaiting: () => db.serviceTransaction(readWaitingFigures),
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

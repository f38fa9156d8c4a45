import type { Database } from '../db/database.ts';
import { createNotifier, type Notifier } from '../db/notify.ts';
import { suspendedTenants, weightedTenants } from '../db/queries/tenant.ts';
import { hasVectorExtension } from '../db/queries/vector-extension.ts';
import { createEvaluator } from '../evaluation/evaluator.ts';
import { readSchema } from '../evaluation/read-schema.ts';
import { createAskProvider } from '../guardrails/ask-provider.ts';
import type { ToolConnections } from '../mcp/calls/tool-call.ts';
import { createServiceConnections } from '../mcp/connections/service-connections.ts';
import type { ToolConnectionsDeps } from '../mcp/connections/tool-connections.ts';
import { createCallModelOnce } from '../models/call-model-once.ts';
import { createProviderCatalog } from '../models/catalog.ts';
import { openMeaning } from '../models/embeddings/open-meaning.ts';
import { createModelRegistry } from '../models/model-registry.ts';
import { createProviderTest } from '../models/provider-test.ts';
import { createGuardedFetch } from '../processes/egress-guard.ts';
import type { ServiceEnvironment } from '../processes/environment.ts';
import type { Report } from '../processes/log-line.ts';
import { createReadingPaces } from '../processes/reading-pace.ts';
import { createSealer } from '../processes/seal.ts';
import type { Suspensions } from '../processes/suspensions.ts';
import type { TenantMeter } from '../processes/tenant-meter.ts';
import type { TenantWeights } from '../processes/tenant-weights.ts';
import { MAX_LIVE_SESSIONS_PER_AGENT, type ServiceDeps } from '../service/verb/context.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';

/**
 * Makes the adapters that verbs use, a function that does what the operator has changed about tenants, and one that closes all.
 */
export function createServiceDeps(options: {
  environment: ServiceEnvironment;
  db: Database;
  sessionWorkflows: SessionWorkflows;
  meter: TenantMeter;
  weights: Pick<TenantWeights, 'replace'>;
  suspensions: Pick<Suspensions, 'begin' | 'found'>;
  /** The environment of stdio MCP servers. */
  toolEnvironment: Readonly<Record<string, string>>;
  /** Ends the process groups of stdio MCP servers when this process is killed. */
  startToolGuard?: ToolConnectionsDeps['startGuard'];
  /** The folder that keeps the script of the processes that evaluate. Default: under node_modules. */
  scriptCache?: string | undefined;
  maxLiveSessionsPerAgent?: number;
  traceparentOfRequest: ServiceDeps['traceparentOfRequest'];
  report: Report;
  warn: (message: string, error?: unknown) => void;
}): { deps: ServiceDeps; notifier: Notifier; lookAtTenants(): Promise<void>; close(): Promise<void> } {
  const { environment, db, sessionWorkflows, meter } = options;
  const notifier = createNotifier({
    databaseUrl: environment.databaseUrl,
    applicationName: 'agent-runs-api-notify',
  });
  const guarded = createGuardedFetch({ allow: environment.egressAllow });
  const catalog = createProviderCatalog();
  const sealer = createSealer(environment.sealingKey, environment.oldSealingKeys);
  const { report, warn, toolEnvironment, startToolGuard } = options;
  const evaluator = createEvaluator({ meter, warn, cacheDir: options.scriptCache });
  const readingPaces = createReadingPaces();
  const connections = createServiceConnections({
    db,
    sealer,
    environment,
    fetch: guarded.fetch,
    toolEnvironment,
    startToolGuard,
    readSchema: (tenantId, sent) => readSchema(evaluator.of(tenantId), sent),
    suspensions: options.suspensions,
    meter,
    readingPaces,
    report,
    warn,
  });
  const embeddings = openMeaning({
    settings: environment.embeddings,
    hasVectorExtension: () => db.serviceTransaction(hasVectorExtension),
    nowMs: Date.now,
    meter,
    report,
  });
  return {
    deps: {
      db,
      notifier,
      sessionWorkflows,
      meter,
      sealer,
      oauthFetch: connections.oauthFetch,
      publicUrl: environment.publicUrl,
      catalog,
      registry: createModelRegistry({ catalog, settings: environment.providers }),
      evaluator,
      tools: connections.tools,
      checkAddress: guarded.check,
      stdioCommands: environment.stdioCommands,
      askProvider: createAskProvider({ fetch: guarded.fetch }),
      meaning: embeddings.meaning,
      testProvider: createProviderTest({ callModelOnce: createCallModelOnce({ fetch: guarded.fetch }), readingPaces }),
      nowMs: Date.now,
      maxLiveSessionsPerAgent: options.maxLiveSessionsPerAgent ?? MAX_LIVE_SESSIONS_PER_AGENT,
      report,
      warn,
    },
    notifier,
    lookAtTenants: () => {
      const { weights, suspensions } = options;
      return lookAtTenants({ db, connections: connections.tools, weights, suspensions, warn });
    },
    async close() {
      await connections.close();
      await evaluator.close();
      await Promise.all([notifier.close(), guarded.close(), embeddings.close()]);
    },
  };
}

/**
 * Reads the weights of tenants, ends the requests under way of suspended ones, and closes their connections. It never throws.
 */
async function lookAtTenants(deps: {
  readonly db: Database;
  readonly connections: Pick<ToolConnections, 'closeOf'>;
  readonly weights: Pick<TenantWeights, 'replace'>;
  readonly suspensions: Pick<Suspensions, 'found'>;
  readonly warn: (message: string, error?: unknown) => void;
}): Promise<void> {
  try {
    const [suspended, weighted] = await deps.db.serviceTransaction((tx) =>
      Promise.all([suspendedTenants(tx), weightedTenants(tx)]),
    );
    deps.weights.replace(weighted);
    deps.suspensions.found(suspended.map(({ id }) => id));
    await Promise.all(suspended.map(({ id }) => deps.connections.closeOf(id, 'now')));
  } catch (error) {
    deps.warn('Suspended tenants could not be looked after; it is tried again.', error);
  }
}

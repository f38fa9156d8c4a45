import type { ApiKeyScope } from '../../contract/keys.ts';
import type { Database } from '../../db/database.ts';
import type { Notifier } from '../../db/notify.ts';
import type { QueryVector } from '../../db/queries/query-vector.ts';
import type { LimitName } from '../../domain/tenant-limits.ts';
import type { Evaluator } from '../../evaluation/evaluator.ts';
import type { AskProvider } from '../../guardrails/ask-provider.ts';
import type { ToolConnections } from '../../mcp/calls/tool-call.ts';
import type { OAuthFetch } from '../../mcp/oauth/oauth-fetch.ts';
import type { ProviderCatalog } from '../../models/catalog.ts';
import type { Meaning } from '../../models/embeddings/meaning.ts';
import type { ModelRegistry } from '../../models/model-registry.ts';
import type { ProviderTest } from '../../models/provider-test.ts';
import type { GuardedFetch } from '../../processes/egress-guard.ts';
import type { Report } from '../../processes/log-line.ts';
import type { Sealer } from '../../processes/seal.ts';
import type { StdioCommands } from '../../processes/stdio-commands.ts';
import type { TenantMeter } from '../../processes/tenant-meter.ts';
import type { SessionWorkflows } from '../../temporal/session-workflows.ts';
import { ServiceError } from './service-error.ts';

/** At most so many sessions of one agent may be live at once, unless a process is made otherwise. */
export const MAX_LIVE_SESSIONS_PER_AGENT = 100;

/** The adapters that verbs use. A process has one set of them. */
export interface ServiceDeps {
  readonly db: Database;
  readonly notifier: Pick<Notifier, 'eventsAppended' | 'inboxAppended' | 'accessChanged'>;
  readonly sessionWorkflows: Pick<SessionWorkflows, 'start' | 'signalWake' | 'startBulkJob' | 'progress' | 'polled'>;
  /** Counts what each tenant costs this process. */
  readonly meter: TenantMeter;
  readonly sealer: Sealer;
  readonly catalog: ProviderCatalog;
  readonly registry: ModelRegistry;
  /** Evaluates what models, servers and tenants wrote. */
  readonly evaluator: Pick<Evaluator, 'of'>;
  readonly tools: Pick<ToolConnections, 'discover' | 'call'>;
  /** Says whether an address that a request names may be dialled, without dialling it. */
  readonly checkAddress: GuardedFetch['check'];
  /** The fetch function for authorization servers of MCP servers. It checks each address. */
  readonly oauthFetch: OAuthFetch;
  /** The address under which browsers reach the API, without a slash at its end. Absent: none is set. */
  readonly publicUrl: string | undefined;
  /** The commands that may be registered as MCP servers over stdio. */
  readonly stdioCommands: StdioCommands;
  /** Asks an external guardrail provider. */
  readonly askProvider: AskProvider;
  /** Vectors of texts. Absent: memory is searched by words alone. */
  readonly meaning?: Pick<Meaning, 'vectorOf'> | undefined;
  /** What a tool server is told of the trace of a request. Absent: nothing is traced. */
  readonly traceparentOfRequest?: ((requestId: string) => string) | undefined;
  readonly testProvider: ProviderTest;
  readonly nowMs: () => number;
  /** At most so many sessions of one agent may be live at once. */
  readonly maxLiveSessionsPerAgent: number;
  /** Writes a line at once. What becomes true with a transaction is reported through the transaction. */
  readonly report: Report;
  /** Logs a failure that came after the answer was decided, so that the caller is not told of it. */
  readonly warn: (message: string, error: unknown) => void;
}

/** On whose behalf a verb acts. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: readonly ApiKeyScope[];
  /** The limits that the operator set for the tenant. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
  /** True while the operator has suspended the tenant: it may read, and nothing else. */
  readonly suspended: boolean;
  /** The time at which the key expires. Null: it does not. */
  readonly keyExpiresAt: Date | null;
  readonly requestId: string;
}

/** The adapters of the verbs that operate a session. A worker has them too, since it carries out bulk jobs (worker/bulk/). */
export type OperatingDeps = Pick<
  ServiceDeps,
  'db' | 'notifier' | 'sessionWorkflows' | 'registry' | 'nowMs' | 'maxLiveSessionsPerAgent' | 'warn'
>;

export interface OperatingContext extends OperatingDeps, Caller {
  /**
   * Runs `work` when the rows of the verb are committed: at once, unless its transaction is part of a larger one
   * (service/verb/idempotency.ts). A wake-up or the start of a workflow must not come before the rows it is about.
   */
  readonly afterCommit: (work: () => void) => void;
}

export interface ServiceContext extends ServiceDeps, OperatingContext {
  /** The vector of the text that this request asks the memory about. It was made before any transaction began. */
  readonly meant?: QueryVector | undefined;
}

const includedIn: Readonly<Record<ApiKeyScope, readonly ApiKeyScope[]>> = {
  read: ['read', 'run', 'admin'],
  run: ['run', 'admin'],
  admin: ['admin'],
};

/** The strongest scope of the caller. */
export function strongestScope(ctx: Caller): ApiKeyScope {
  return (['admin', 'run'] as const).find((scope) => ctx.scopes.includes(scope)) ?? 'read';
}

/** `admin` may do what `run` may, and `run` what `read` may. */
export function hasScope(ctx: Pick<Caller, 'scopes'>, scope: ApiKeyScope): boolean {
  return includedIn[scope].some((held) => ctx.scopes.includes(held));
}

/** The first step of every verb. @throws ServiceError */
export function requireScope(ctx: Pick<Caller, 'scopes'>, scope: ApiKeyScope): void {
  if (hasScope(ctx, scope)) return;
  throw new ServiceError('missing_scope', `This needs an API key with scope "${scope}".`, {
    recovery: { action: `Use a key that has scope "${scope}", or make one with POST /v1/api-keys.` },
  });
}

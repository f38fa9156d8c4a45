import type { Database } from '../../db/database.ts';
import type { DiallingFetch } from '../../processes/egress-guard.ts';
import type { ServiceEnvironment } from '../../processes/environment.ts';
import { createRedirectingFetch } from '../../processes/follow-redirects.ts';
import type { Report } from '../../processes/log-line.ts';
import type { ReadingPaces } from '../../processes/reading-pace.ts';
import type { Sealer } from '../../processes/seal.ts';
import type { Suspensions } from '../../processes/suspensions.ts';
import type { TenantMeter } from '../../processes/tenant-meter.ts';
import type { ToolConnections } from '../calls/tool-call.ts';
import { createStoreDrift } from '../listing/store-drift.ts';
import { createAccessTokens } from '../oauth/access-tokens.ts';
import { createOAuthFetch, type OAuthFetch } from '../oauth/oauth-fetch.ts';
import { createStoredHealth } from './stored-health.ts';
import { createToolConnections, type ToolConnectionsDeps } from './tool-connections.ts';

export interface ServiceConnections {
  readonly tools: ToolConnections;
  /** The fetch for authorization servers. */
  readonly oauthFetch: OAuthFetch;
  /** Closes the connections, then stores what they found out at their end. */
  close(): Promise<void>;
}

/**
 * The connections of a process of the service to tool servers. Tokens, health and changed definitions are kept in the database,
 * where all processes find them.
 */
export function createServiceConnections(deps: {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly environment: Pick<ServiceEnvironment, 'egressAllow' | 'stdioCommands'>;
  /** A fetch that checks each address and follows no redirect (processes/egress-guard.ts). */
  readonly fetch: DiallingFetch;
  /** The environment of stdio servers. */
  readonly toolEnvironment: ToolConnectionsDeps['environment'];
  readonly startToolGuard: ToolConnectionsDeps['startGuard'];
  readonly readSchema: ToolConnectionsDeps['readSchema'];
  readonly suspensions: Pick<Suspensions, 'begin'>;
  readonly meter: Pick<TenantMeter, 'add'>;
  readonly readingPaces: ReadingPaces;
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
}): ServiceConnections {
  const { db, sealer, environment, suspensions, report, warn } = deps;
  const nowMs = Date.now;
  const oauth = createOAuthFetch({ allow: environment.egressAllow });
  const health = createStoredHealth({ db, report, warn });
  const tools = createToolConnections({
    onHealth: health.changed,
    onGeneration: health.speaks,
    // An event stream may last as long as its connection, so the transport counts the bytes by message and by call.
    fetch: createRedirectingFetch((url, init) =>
      deps.fetch(url, { ...init, maxResponseBytes: Number.POSITIVE_INFINITY }),
    ),
    accessTokens: createAccessTokens({ db, sealer, fetch: oauth.fetch, suspensions, nowMs }),
    readSchema: deps.readSchema,
    environment: deps.toolEnvironment,
    onReceived: (tenantId, bytes) => deps.meter.add(tenantId, 'received_bytes', bytes),
    readingPaces: deps.readingPaces,
    stdioCommands: environment.stdioCommands,
    startGuard: deps.startToolGuard,
    onDrift: createStoreDrift({ db, nowMs, warn }),
  });
  return {
    tools,
    oauthFetch: oauth.fetch,
    async close() {
      await tools.close();
      await Promise.all([health.close(), oauth.close()]);
    },
  };
}

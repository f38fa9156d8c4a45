import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { idSchema } from '../contract/ids.ts';
import { CLIENT_DOCUMENT_PATH } from '../mcp/oauth/client-document.ts';
import { newId } from '../processes/ids.ts';
import type { Report } from '../processes/log-line.ts';
import { CALLBACK_PATH, ownClientDocument } from '../service/tools/authorize-server.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import type { AnsweredRequest } from '../telemetry/spans.ts';
import { authorizationCallback } from './authorization-page.ts';
import { createDialSlots } from './dial-slots.ts';
import { docsFile, docsPage } from './docs-page.ts';
import { errorEnvelope, errorHeaders, serviceErrorOf } from './error-response.ts';
import type { EventHub } from './event-hub.ts';
import { createLargeBodies } from './large-bodies.ts';
import { limitBody } from './limit-body.ts';
import { createMethodLookup } from './method-lookup.ts';
import type { Metrics } from './metrics.ts';
import { insteadOf } from './not-served.ts';
import { type OpenApiDocument, openApiDocument } from './openapi-document.ts';
import { requestRefusedLine } from './request-refused-line.ts';
import { type ApiContext, type ApiEnv, json, mayReadBody, type Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { allSessionsRoutes } from './routes/all-sessions.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { budgetRoutes } from './routes/budget.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { contextRoutes } from './routes/context.ts';
import { directCallRoutes } from './routes/direct-calls.ts';
import { governanceRoutes } from './routes/governance.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { type HealthProbes, healthHandlers } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { memoryRoutes } from './routes/memory.ts';
import { metricsHandler } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { providerRoutes } from './routes/providers.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionCopyRoutes } from './routes/session-copies.ts';
import { sessionFileRoutes } from './routes/session-files.ts';
import { sessionForkRoutes } from './routes/session-forks.ts';
import { sessionVerbRoutes } from './routes/session-verbs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { toolGovernanceRoutes } from './routes/tool-governance.ts';
import { usageRoutes } from './routes/usage.ts';
import { createAdmission, type ServeRouteDeps, serveRoute } from './serve-route.ts';

/** So many requests wait for servers of others at once, each for up to DIAL_WAIT_MS before it begins. */
const DIALLING_REQUESTS = 200;
const DIAL_WAIT_MS = 10_000;
/** So many bodies of more than 64 KiB are held at once. Others wait for up to BODY_WAIT_MS. */
const LARGE_BODIES = 96;
const BODY_WAIT_MS = 10_000;

/** Headers that a browser hides from a page of another origin unless they are listed. */
const EXPOSED_HEADERS = [
  'request-id',
  'x-session-id',
  'location',
  'retry-after',
  'x-should-retry',
  'ratelimit',
  'ratelimit-policy',
  'idempotent-replayed',
];

export interface ApiDeps extends ServeRouteDeps {
  readonly hub: EventHub;
  readonly health: HealthProbes;
  readonly metrics: Metrics;
  /** Has the span of a request sent. Absent: nothing is traced. */
  readonly traceRequest?: ((request: AnsweredRequest) => void) | undefined;
  /** The weight of a tenant whose requests wait for servers of others. */
  readonly weightOf: (tenantId: string) => number;
  /** Origins that browsers may call from; none by default. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly report: Report;
}

/** Every route that needs a key. */
export function createRoutes(hub: EventHub): Route[] {
  return [
    ...agentRoutes(),
    ...runRoutes(hub),
    // Their paths come first: a session is named in the same place.
    ...bulkRoutes(),
    ...sessionRoutes(hub),
    ...sessionForkRoutes(),
    ...sessionVerbRoutes(),
    ...allSessionsRoutes(),
    ...sessionCopyRoutes(),
    ...sessionFileRoutes(),
    ...contextRoutes(),
    ...providerRoutes(),
    ...modelRoutes(),
    ...mcpRoutes(),
    ...directCallRoutes(),
    ...toolGovernanceRoutes(),
    ...governanceRoutes(),
    ...approvalRoutes(),
    ...memoryRoutes(),
    ...guardrailRoutes(),
    ...budgetRoutes(),
    ...usageRoutes(),
    ...apiKeyRoutes(),
    ...tenantRoutes(),
  ];
}

export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const routes = createRoutes(deps.hub);

  app.use('*', async (c, next) => {
    const requestId = newId('req');
    c.set('requestId', requestId);
    const startedMs = performance.now();
    await next();
    c.res.headers.set('request-id', requestId);
    for (const [name, value] of Object.entries(c.get('rateLimitHeaders') ?? {})) c.res.headers.set(name, value);
    const durationMs = performance.now() - startedMs;
    const { status } = c.res;
    deps.metrics.observeRequest({
      method: c.req.method,
      route: c.get('route'),
      status,
      seconds: durationMs / 1000,
    });
    traceRequest(c, Date.now() - durationMs, durationMs);
    if (status >= 400) deps.report(requestRefusedLine(c, status, durationMs));
  });
  if (deps.corsOrigins !== undefined && deps.corsOrigins.length > 0) {
    app.use('*', cors({ origin: [...deps.corsOrigins], exposeHeaders: EXPOSED_HEADERS }));
  }
  const health = healthHandlers(deps.health);
  app.get('/health/live', named('/health/live'), health.live);
  app.get('/health/ready', named('/health/ready'), health.ready);
  app.get('/metrics', named('/metrics'), metricsHandler(deps));
  let document: OpenApiDocument | undefined;
  const described = () => {
    document ??= openApiDocument(routes);
    return document;
  };
  app.get('/openapi.json', named('/openapi.json'), () => json(described()));
  app.get('/docs', named('/docs'), docsPage);
  app.get('/docs/:file', named('/docs/{file}'), (c) => docsFile(c.req.param('file')));
  // Somebody who opens the bare address of the service in a browser is shown the page of the API.
  app.get('/', named('/'), (c) => c.redirect('/docs'));
  // The browser of a person brings the state of a link in place of a key.
  const callback = authorizationCallback(deps.services, deps.suspensions);
  app.get(CALLBACK_PATH, named(CALLBACK_PATH), (c) => callback(c.req.url));
  // Authorization servers fetch it, and have no key.
  app.get(CLIENT_DOCUMENT_PATH, named(CLIENT_DOCUMENT_PATH), () =>
    json(ownClientDocument(deps.services), 200, { 'cache-control': 'max-age=3600' }),
  );
  const admit = createAdmission(deps);
  const serving = {
    services: deps.services,
    dials: createDialSlots({ places: DIALLING_REQUESTS, waitMs: DIAL_WAIT_MS, weightOf: deps.weightOf }),
  };
  const largeBodies = createLargeBodies({ places: LARGE_BODIES, waitMs: BODY_WAIT_MS, weightOf: deps.weightOf });
  for (const each of routes) {
    const first = mayReadBody(each) ? [named(each.path), admit, largeBodies, limitBody] : [named(each.path), admit];
    app.on(each.method.toUpperCase(), [honoPath(each)], ...first, (c) => serveRoute(c, each, serving));
  }
  const allowedMethods = createMethodLookup(app.routes);
  app.notFound((c) => refuseUnknown(c));
  app.onError((error, c) => refuse(c, error));
  return app;

  /** Routes that need no key are asked again and again by those who watch the service, so they have no spans. */
  function traceRequest(c: ApiContext, startMs: number, durationMs: number): void {
    const route = c.get('route');
    if (deps.traceRequest === undefined || !route?.startsWith('/v1/')) return;
    deps.traceRequest({
      ...{ requestId: c.get('requestId'), method: c.req.method, route, status: c.res.status },
      ...{ startMs, endMs: startMs + durationMs },
      sessionId: c.get('sessionId') ?? c.res.headers.get('x-session-id') ?? undefined,
      traceparent: c.req.header('traceparent'),
    });
  }

  function refuse(c: ApiContext, error: unknown): Response {
    const requestId = c.get('requestId');
    const refusal = serviceErrorOf(error);
    c.set('refusal', refusal);
    return json(errorEnvelope(refusal, requestId), refusal.status, errorHeaders(refusal));
  }

  function refuseUnknown(c: ApiContext): Response {
    const methods = allowedMethods(c.req.path);
    const { method, path } = c.req;
    if (methods.length === 0) {
      const recovery = insteadOf(path);
      // The published client shows its user the message and nothing else.
      const message = [`There is no ${path} here.`, recovery?.action].filter((part) => part !== undefined).join(' ');
      return refuse(c, new ServiceError('route_not_found', message, { recovery }));
    }
    const allowed = methods.join(', ');
    const answer = refuse(c, new ServiceError('method_not_allowed', `${path} takes ${allowed}, not ${method}.`));
    answer.headers.set('allow', allowed);
    return answer;
  }
}

const sessionIdSchema = idSchema('sess');
const serverIdSchema = idSchema('mcp');

/**
 * Notes which route serves a request, and which session or MCP server its path names. The router knows it and does not tell.
 * A text that has not the form of an id may be anything, and is not noted.
 */
function named(route: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('route', route);
    c.set('sessionId', sessionIdSchema.safeParse(c.req.param('session_id')).data);
    c.set('serverId', serverIdSchema.safeParse(c.req.param('server_id')).data);
    await next();
  };
}

function honoPath({ path, restOfPath }: Route): string {
  const hono = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return restOfPath ? `${hono}{.+}` : hono;
}

import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { newId } from '../processes/ids.ts';
import type { Authenticate } from '../service/tenants/authenticate.ts';
import type { Caller, ServiceDeps } from '../service/verb/context.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import { docsPage } from './docs-page.ts';
import { errorEnvelope, errorHeaders, serviceErrorOf } from './error-response.ts';
import type { EventHub } from './event-hub.ts';
import { checkJsonValue } from './json-value.ts';
import type { Metrics } from './metrics.ts';
import { type OpenApiDocument, openApiDocument } from './openapi-document.ts';
import type { RateLimitVerdict } from './rate-limit.ts';
import { readJsonBody } from './read-body.ts';
import { type AnyRequest, type ApiContext, type ApiEnv, json, type Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { budgetRoutes } from './routes/budget.ts';
import { contextRoutes } from './routes/context.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { type HealthProbes, healthHandlers } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { memoryRoutes } from './routes/memory.ts';
import { metricsHandler } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { providerRoutes } from './routes/providers.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { usageRoutes } from './routes/usage.ts';
import { serveOnce } from './serve-once.ts';

/** Of those a browser hides from a page of another origin. */
const EXPOSED_HEADERS = [
  'request-id',
  'x-session-id',
  'location',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'idempotent-replayed',
];

export interface ApiDeps {
  readonly services: ServiceDeps;
  readonly authenticate: Authenticate;
  readonly hub: EventHub;
  readonly health: HealthProbes;
  readonly metrics: Metrics;
  /** Absent: no limit. */
  readonly limitRate?: (keyId: string) => Promise<RateLimitVerdict>;
  /** Origins that browsers may call from; none by default. */
  readonly corsOrigins?: readonly string[];
  /** Called with failures that are ours and not the client's. */
  readonly onFailure: (error: unknown, request: { requestId: string; method: string; path: string }) => void;
}

/** Every route that asks for a key. */
export function createRoutes(hub: EventHub): Route[] {
  return [
    ...agentRoutes(),
    ...runRoutes(hub),
    ...sessionRoutes(hub),
    ...contextRoutes(),
    ...providerRoutes(),
    ...modelRoutes(),
    ...mcpRoutes(),
    ...memoryRoutes(),
    ...guardrailRoutes(),
    ...budgetRoutes(),
    ...usageRoutes(),
    ...apiKeyRoutes(),
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
    deps.metrics.observeRequest({
      method: c.req.method,
      route: c.get('route'),
      status: c.res.status,
      seconds: (performance.now() - startedMs) / 1000,
    });
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
  app.get('/docs', named('/docs'), () => docsPage(described()));
  for (const each of routes) app.on(each.method.toUpperCase(), honoPath(each), named(each.path), (c) => serve(c, each));
  const allowedMethods = createMethodLookup(app.routes);
  app.notFound((c) => refuseUnknown(c));
  app.onError((error, c) => refuse(c, error));
  return app;

  async function serve(c: ApiContext, served: Route): Promise<Response> {
    const caller = await deps.authenticate(c.req.header('authorization'), c.get('requestId'));
    await limitRate(c, caller);
    const params = c.req.param();
    const query = c.req.query();
    // Postgres keeps no NUL: nothing is named so, and nothing can be searched by it.
    if (Object.values(params).some((value) => value.includes('\0'))) {
      throw new ServiceError('route_not_found', 'There is nothing of that name here.');
    }
    checkJsonValue(query);
    const request: AnyRequest = {
      ctx: { ...deps.services, ...caller, afterCommit: (work) => work() },
      params,
      query,
      body: () => readJsonBody(c.req.raw),
      header: (name) => c.req.header(name),
    };
    const key = served.method === 'post' ? c.req.header('idempotency-key') : undefined;
    const answer = await (key === undefined ? served.handle(request) : serveOnce(served, c.req.path, request, key));
    const shown = served.present === undefined ? answer : await served.present(request, answer);
    return c.req.raw.method === 'HEAD' ? withoutBody(shown) : shown;
  }

  async function limitRate(c: ApiContext, { keyId }: Caller): Promise<void> {
    const verdict = await deps.limitRate?.(keyId);
    if (verdict === undefined) return;
    c.set('rateLimitHeaders', verdict.headers);
    if (verdict.refusal !== undefined) throw verdict.refusal;
  }

  function refuse(c: ApiContext, error: unknown): Response {
    const requestId = c.get('requestId');
    const refusal = serviceErrorOf(error);
    if (refusal.status >= 500) deps.onFailure(error, { requestId, method: c.req.method, path: c.req.path });
    return json(errorEnvelope(refusal, requestId), refusal.status, errorHeaders(refusal));
  }

  function refuseUnknown(c: ApiContext): Response {
    const methods = allowedMethods(c.req.path);
    const { method, path } = c.req;
    if (methods.length === 0) return refuse(c, new ServiceError('route_not_found', `There is no ${path} here.`));
    const allowed = methods.join(', ');
    const answer = refuse(c, new ServiceError('method_not_allowed', `${path} takes ${allowed}, not ${method}.`));
    answer.headers.set('allow', allowed);
    return answer;
  }
}

/** Ends the body of an answer to HEAD: Hono would drop it unread, and a stream be followed for nobody. */
async function withoutBody(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  await answer.body?.cancel();
  return new Response(null, { status, headers });
}

/** Says which route serves a request: the router knows, and tells nobody. */
function named(route: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('route', route);
    await next();
  };
}

function honoPath({ path, restOfPath }: Route): string {
  const hono = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return restOfPath ? `${hono}{.+}` : hono;
}

/** Path → methods it is served with, of all that Hono was given for one method. */
function createMethodLookup(served: readonly { method: string; path: string }[]): (path: string) => string[] {
  const paths = [...new Set(served.filter(({ method }) => method !== 'ALL').map(({ path }) => path))]
    // Without parameters first: `/providers/catalog` is no provider.
    .sort((one, other) => one.split(':').length - other.split(':').length)
    .map((path) => ({
      pattern: new RegExp(`^${path.replaceAll(/:\w+\{\.\+\}/g, '.+').replaceAll(/:\w+/g, '[^/]+')}$`),
      methods: served.filter((each) => each.path === path).map(({ method }) => method),
    }));
  return (path) => {
    const methods = new Set(paths.find(({ pattern }) => pattern.test(path))?.methods);
    // Hono answers HEAD as it does GET.
    return [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  };
}

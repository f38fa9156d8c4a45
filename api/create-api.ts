import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import type { Authenticate } from '../service/authenticate.ts';
import type { ServiceDeps } from '../service/context.ts';
import { newId } from '../service/ids.ts';
import { ServiceError } from '../service/service-error.ts';
import { docsPage } from './docs-page.ts';
import { errorEnvelope, errorHeaders, serviceErrorOf } from './error-response.ts';
import type { EventHub } from './event-hub.ts';
import { checkJsonValue } from './json-value.ts';
import { documentRoutes, type OpenApiDocument, openApiDocument } from './openapi-document.ts';
import { readJsonBody } from './read-body.ts';
import { type ApiContext, type ApiEnv, json, type Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { budgetRoutes } from './routes/budget.ts';
import { contextRoutes } from './routes/context.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { type HealthProbes, healthHandlers } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { memoryRoutes } from './routes/memory.ts';
import { modelRoutes } from './routes/models.ts';
import { providerRoutes } from './routes/providers.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { usageRoutes } from './routes/usage.ts';

export interface ApiDeps {
  readonly services: ServiceDeps;
  readonly authenticate: Authenticate;
  readonly hub: EventHub;
  readonly health: HealthProbes;
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
  const allowedMethods = createMethodLookup(routes);

  app.use('*', async (c, next) => {
    const requestId = newId('req');
    c.set('requestId', requestId);
    await next();
    c.res.headers.set('request-id', requestId);
  });
  if (deps.corsOrigins !== undefined && deps.corsOrigins.length > 0) {
    app.use('*', cors({ origin: [...deps.corsOrigins], exposeHeaders: ['request-id', 'x-session-id', 'location'] }));
  }
  const health = healthHandlers(deps.health);
  app.get('/health/live', health.live);
  app.get('/health/ready', health.ready);
  documentRoutes(app, routes);
  let document: OpenApiDocument | undefined;
  const described = () => {
    document ??= openApiDocument(app);
    return document;
  };
  app.get('/openapi.json', () => json(described()));
  app.get('/docs', () => docsPage(described()));
  for (const each of routes) app.on(each.method.toUpperCase(), honoPath(each), (c) => serve(c, each));
  app.notFound((c) => refuse(c, notFound(c)));
  app.onError((error, c) => refuse(c, error));
  return app;

  async function serve(c: ApiContext, served: Route): Promise<Response> {
    const caller = await deps.authenticate(c.req.header('authorization'), c.get('requestId'));
    const params = c.req.param();
    const query = c.req.query();
    // Postgres keeps no NUL: nothing is named so, and nothing can be searched by it.
    if (Object.values(params).some((value) => value.includes('\0'))) {
      throw new ServiceError('route_not_found', 'There is nothing of that name here.');
    }
    checkJsonValue(query);
    return served.handle({
      ctx: { ...deps.services, ...caller },
      params,
      query,
      body: () => readJsonBody(c.req.raw),
      header: (name) => c.req.header(name),
    });
  }

  function refuse(c: ApiContext, error: unknown): Response {
    const requestId = c.get('requestId');
    const refusal = serviceErrorOf(error);
    if (refusal.status >= 500) deps.onFailure(error, { requestId, method: c.req.method, path: c.req.path });
    return json(errorEnvelope(refusal, requestId), refusal.status, errorHeaders(refusal));
  }

  function notFound(c: ApiContext): ServiceError {
    const methods = allowedMethods(c.req.path);
    const { method, path } = c.req;
    if (methods.length === 0) return new ServiceError('route_not_found', `There is no ${path} here.`);
    return new ServiceError('method_not_allowed', `${path} takes ${methods.join(', ')}, not ${method}.`);
  }
}

function honoPath({ path, restOfPath }: Route): string {
  const hono = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return restOfPath ? `${hono}{.+}` : hono;
}

/** Path → methods it is served with. */
function createMethodLookup(routes: readonly Route[]): (path: string) => string[] {
  const patterns = routes.map((each) => {
    const pattern = each.path.replaceAll(/\{\w+\}/g, '[^/]+');
    return {
      method: each.method.toUpperCase(),
      pattern: new RegExp(`^${each.restOfPath ? pattern.replace(/\[\^\/\]\+$/, '.+') : pattern}$`),
    };
  });
  return (path) => [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
}

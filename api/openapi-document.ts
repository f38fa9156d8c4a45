import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { errorEnvelopeSchema } from '../contract/error.ts';
import { liveSchema, readySchema } from '../contract/health.ts';
import { idempotencyKeySchema } from '../contract/idempotency.ts';
import type { ApiEnv, ResponseDoc, Route } from './route.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono<ApiEnv>['getOpenAPI31Document']>;

const BEARER = 'bearer';
const idempotencyHeaders = z.object({ 'Idempotency-Key': idempotencyKeySchema.optional() });
const errorResponse = {
  description: 'What went wrong, with a stable code.',
  headers: z.object({ 'request-id': z.string() }),
  content: { 'application/json': { schema: errorEnvelopeSchema } },
};

/** Documents the routes in the app's registry: the same definitions that mount them. */
export function documentRoutes(app: OpenAPIHono<ApiEnv>, routes: readonly Route[]): void {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', BEARER, {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `brk_…`.',
  });
  for (const each of routes) registry.registerPath({ ...pathOf(each), security: [{ [BEARER]: [] }] });
  const service = { method: 'get' as const, tags: ['Service'], security: [] };
  registry.registerPath({
    ...service,
    path: '/health/live',
    summary: 'This process answers',
    responses: { 200: { description: 'It does.', content: { 'application/json': { schema: liveSchema } } } },
  });
  registry.registerPath({
    ...service,
    path: '/health/ready',
    summary: 'What the service needs answers, too',
    responses: {
      200: { description: 'All of it does.', content: { 'application/json': { schema: readySchema } } },
      503: { description: 'Something does not.', content: { 'application/json': { schema: readySchema } } },
    },
  });
  registry.registerPath({
    ...service,
    path: '/metrics',
    summary: 'Figures for Prometheus: from this machine, or with an admin key of the first tenant',
    responses: {
      200: { description: 'Prometheus text.', content: { 'text/plain': { schema: z.string() } } },
      default: errorResponse,
    },
  });
}

/** OpenAPI 3.1. Takes milliseconds: keep the result. */
export function openApiDocument(app: OpenAPIHono<ApiEnv>): OpenApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Agent Runs',
      version: '1',
      description: 'Durable multi-turn agent sessions: per-turn model selection, governed tools, hard budgets.',
    },
  });
}

function pathOf(each: Route): RouteConfig {
  const names = [...each.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  return {
    method: each.method,
    path: each.path,
    summary: each.summary,
    tags: [each.tag],
    request: {
      ...(names.length === 0 ? {} : { params }),
      ...(each.query === undefined ? {} : { query: each.query }),
      ...(each.method === 'post' ? { headers: idempotencyHeaders } : {}),
      ...(each.body === undefined
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: each.body } } } }),
    },
    responses: {
      ...Object.fromEntries(Object.entries(each.responses).map(([status, doc]) => [status, responseOf(doc)])),
      default: errorResponse,
    },
  };
}

function responseOf(doc: ResponseDoc) {
  const { description, schema, contentType = 'application/json' } = doc;
  return { description, content: { [contentType]: { schema: schema ?? z.string() } } };
}

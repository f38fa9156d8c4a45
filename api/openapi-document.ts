import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { type ErrorCode, errorEnvelopeSchema } from '../contract/error.ts';
import { sessionEventSchema } from '../contract/events.ts';
import { streamExample } from '../contract/examples.ts';
import { liveSchema, readySchema } from '../contract/health.ts';
import { idempotencyKeySchema } from '../contract/idempotency.ts';
import { authorizationCallbackQuerySchema, clientDocumentSchema } from '../contract/mcp-oauth.ts';
import { messageDeltaSchema } from '../contract/message-delta.ts';
import { sessionCompactedSchema } from '../contract/session-compacted.ts';
import { CLIENT_DOCUMENT_PATH } from '../mcp/oauth/client-document.ts';
import { CALLBACK_PATH } from '../service/tools/authorize-server.ts';
import { byStatus, documentedErrors, METRICS_ERRORS } from './documented-errors.ts';
import type { ResponseDoc, Route } from './route.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;
type Responses = RouteConfig['responses'];

const BEARER = 'bearer';
const DESCRIPTION = `Durable multi-turn agent sessions: per-turn model selection, governed tools, hard budgets.

A path that is not described here answers 404 \`route_not_found\`, another method 405 \`method_not_allowed\` with \`Allow\`, a query parameter that is not described for a path 400 \`unknown_field\`. HEAD is answered wherever GET is. What is no valid HTTP request is answered 400 \`malformed_request\`, 408 \`request_timeout\` or 431 \`headers_too_large\`.`;

/** The header of every answer. */
const REQUEST_ID = { 'request-id': textHeader('The id of the request in the logs of the service.', true) };
const ERROR_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': '`Bearer`.' },
  409: {
    'x-should-retry': '`false` where the same request would be refused again.',
    'Retry-After': 'Seconds after which the request may succeed. Absent where it will not.',
  },
  429: { 'Retry-After': 'Seconds.' },
  503: { 'Retry-After': 'Seconds.' },
};

/**
 * Describes all routes as OpenAPI 3.1, also those that need no key. It takes milliseconds, so its result should be
 * kept.
 */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', BEARER, {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `brk_…`.',
  });
  registry.registerComponent('schemas', 'EventFrame', eventFrameSchema());
  for (const each of routes) registry.registerPath({ ...operationOf(each), security: [{ [BEARER]: [] }] });
  for (const each of serviceOperations()) registry.registerPath({ ...each, tags: ['Service'], security: [] });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Agent Runs', version: '1', description: DESCRIPTION },
  });
}

function operationOf(each: Route): RouteConfig {
  const names = [...each.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const headers = {
    ...(each.method === 'post' ? { 'Idempotency-Key': idempotencyKeySchema.optional() } : {}),
    ...each.headers?.shape,
  };
  const responses = Object.entries(each.responses).map(([status, doc]) => [status, responseOf(doc, each)]);
  return {
    method: each.method,
    path: each.path,
    operationId: each.operationId,
    summary: each.summary,
    tags: [each.tag],
    description: `Needs an API key with scope \`${each.scope}\`${each.operatorOnly ? ' of the first tenant' : ''}.`,
    'x-required-scope': each.scope,
    ...(each.operatorOnly ? { 'x-operator-only': true } : {}),
    request: {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      query: each.query,
      headers: z.object(headers),
      ...bodyOf(each),
    },
    responses: { ...Object.fromEntries(responses), ...errorResponses(documentedErrors(each)) },
  };
}

function bodyOf({ body, bodyOptional, bodyExamples = {} }: Route) {
  if (body === undefined) return {};
  const examples = Object.fromEntries(Object.entries(bodyExamples).map(([name, value]) => [name, { value }]));
  const media = { schema: body, ...(Object.keys(examples).length === 0 ? {} : { examples }) };
  return { body: { required: bodyOptional !== true, content: { 'application/json': media } } };
}

function responseOf(
  { description, schema, plainText, binary = [], eventStream, headers = {} }: ResponseDoc,
  each: Route,
) {
  return {
    description,
    headers: {
      ...REQUEST_ID,
      ...textHeaders({
        'RateLimit-Policy':
          'How many requests an API key may send, and within how many seconds. Absent where there is no limit.',
        RateLimit: 'How many requests are left, and the seconds until the count begins anew.',
        ...(each.method === 'post'
          ? { 'Idempotent-Replayed': '`true`: this is the stored answer to an earlier request.' }
          : {}),
        ...headers,
      }),
    },
    content: {
      ...(schema === undefined ? {} : { 'application/json': { schema } }),
      ...(plainText === undefined ? {} : { 'text/plain': { schema: z.string() } }),
      // A file has no schema in OpenAPI 3.1.
      ...Object.fromEntries(binary.map((type) => [type, {}])),
      ...(eventStream === undefined ? {} : { 'text/event-stream': EVENT_STREAM }),
    },
  };
}

/** OpenAPI 3.1 cannot describe the items of a stream, so this is the schema of each frame. */
const EVENT_STREAM = { schema: { $ref: '#/components/schemas/EventFrame' }, example: streamExample };

/** A frame of the stream. `id` is the seq of an event, or the id of a summary or a text delta; `data` is JSON text. */
function eventFrameSchema() {
  const frames = sessionEventSchema.options.map(({ shape: { type } }, index) =>
    frameSchema('^[1-9][0-9]*$', type.value, {
      $ref: `#/components/schemas/SessionEvent/oneOf/${index}/properties/data`,
    }),
  );
  const included = [
    { id: '^[1-9][0-9]*\\.0\\.[1-9][0-9]*$', ...sessionCompactedSchema.shape },
    { id: '^[0-9]+\\.[1-9][0-9]*\\.[0-9]+$', ...messageDeltaSchema.shape },
  ].map(({ id, type, data }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(data, { io: 'input' });
    return frameSchema(id, type.value, schema);
  });
  return { oneOf: [...frames, ...included] };
}

function frameSchema(idPattern: string, type: string, contentSchema: object) {
  const text = { type: 'string' as const };
  return {
    type: 'object' as const,
    properties: {
      id: { ...text, pattern: idPattern },
      event: { ...text, enum: [type] },
      data: { ...text, contentMediaType: 'application/json', contentSchema },
    },
    required: ['id', 'event', 'data'],
  };
}

function errorResponses(codes: ReadonlyMap<number, readonly ErrorCode[]>): Responses {
  return Object.fromEntries([...codes].map(([status, each]) => [status, errorResponse(status, each)]));
}

function errorResponse(status: number, codes: readonly ErrorCode[]): Responses[number] {
  const code = z.object({ error: z.object({ code: z.enum(codes) }) });
  return {
    description: codes.map((each) => `\`${each}\``).join(', '),
    headers: { ...REQUEST_ID, ...textHeaders(ERROR_HEADERS[status] ?? {}) },
    content: { 'application/json': { schema: z.intersection(errorEnvelopeSchema, code) } },
  };
}

function serviceOperations(): Omit<RouteConfig, 'tags' | 'security'>[] {
  const answer = (description: string, type: string, schema: z.ZodType) => ({
    description,
    headers: REQUEST_ID,
    content: { [type]: { schema } },
  });
  const get = (path: string, operationId: Route['operationId'], summary: string, responses: Responses) => ({
    method: 'get' as const,
    path,
    operationId,
    summary,
    responses,
  });
  const text = z.string();
  const pageFiles = {
    'text/css': { schema: text },
    'text/javascript': { schema: text },
    'image/png': { schema: text },
  };
  return [
    get('/health/live', 'health.live', 'Check that this process answers', {
      200: answer('It answers.', 'application/json', liveSchema),
    }),
    get('/health/ready', 'health.ready', 'Check that the services it needs answer, too', {
      200: answer('All of them answer. `status` says whether a worker polls, too.', 'application/json', readySchema),
      503: answer('One of them does not answer.', 'application/json', readySchema),
    }),
    get('/metrics', 'service.metrics', 'Read figures for Prometheus, with an admin key of the first tenant', {
      200: answer('Prometheus text.', 'text/plain', text),
      ...errorResponses(byStatus(METRICS_ERRORS)),
    }),
    get('/openapi.json', 'service.openapi', 'Read this description', {
      200: answer('OpenAPI 3.1.', 'application/json', z.record(z.string(), z.unknown())),
    }),
    get('/docs', 'service.docs', 'Open this description as a page', { 200: answer('HTML.', 'text/html', text) }),
    {
      ...get('/docs/{file}', 'service.docsFile', 'Load a file of the page', {
        200: { description: 'Styles, scripts and an icon.', headers: REQUEST_ID, content: pageFiles },
        ...errorResponses(byStatus(['route_not_found'])),
      }),
      request: { params: z.object({ file: z.string() }) },
    },
    {
      ...get(CALLBACK_PATH, 'mcp.finishAuthorization', 'Come back from an authorization server, in a browser', {
        200: answer('A page: the account was lent.', 'text/html', text),
        400: answer('A page: the link cannot be used, or the account was not lent.', 'text/html', text),
        502: answer('A page: the authorization server did not give a token.', 'text/html', text),
      }),
      request: { query: authorizationCallbackQuerySchema },
    },
    get(CLIENT_DOCUMENT_PATH, 'mcp.clientDocument', 'Read how the service describes itself to authorization servers', {
      200: answer('A client id metadata document.', 'application/json', clientDocumentSchema),
      ...errorResponses(byStatus(['public_url_not_set'])),
    }),
    get('/', 'service.home', 'Go to the page', {
      302: {
        description: 'To `/docs`.',
        headers: { ...REQUEST_ID, Location: textHeader('`/docs`.', true) },
        content: {},
      },
    }),
  ];
}

function textHeaders(descriptions: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(descriptions).map(([name, text]) => [name, textHeader(text)]));
}

function textHeader(description: string, required = false) {
  return { description, required, schema: { type: 'string' as const } };
}

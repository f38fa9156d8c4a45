import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { json, refuse, type ScriptedApi, startScriptedApi } from './scripted-api.ts';

let server: ScriptedApi | undefined;
afterEach(async () => {
  trace.disable();
  context.disable();
  propagation.disable();
  await server?.close();
});

test('[sdk:client:traces] a call is a span of OpenTelemetry, which goes on at the server', async () => {
  const spans: { readonly name: string; readonly did: unknown[] }[] = [];
  trace.setGlobalTracerProvider({
    getTracer: (library) => ({
      startSpan(name, options) {
        const did: unknown[] = [library, options?.kind, options?.attributes];
        spans.push({ name, did });
        const span = new Proxy({} as Span, {
          get: (_, method) => {
            if (method === 'spanContext')
              return () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
            return (...args: unknown[]) => void did.push([method, ...args]);
          },
        });
        return span;
      },
      startActiveSpan: () => {
        throw new Error('not used');
      },
    }),
  });
  context.setGlobalContextManager({
    active: () => ROOT_CONTEXT,
    with: (_, work, self, ...args) => work.call(self as never, ...args),
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  const propagator: TextMapPropagator = {
    inject: (active, carrier, setter) =>
      setter.set(carrier, 'traceparent', trace.getSpan(active)?.spanContext().spanId ?? ''),
    extract: (active) => active,
    fields: () => ['traceparent'],
  };
  propagation.setGlobalPropagator(propagator);

  server = await startScriptedApi(refuse(503, 'database_busy'), json({ fine: true }), refuse(404, 'session_not_found'));
  const { client, sent } = server;
  await client.get('/v1/x');
  await client.post('/v1/y').catch(() => undefined);

  expect(sent.map(({ headers }) => headers.traceparent)).toEqual(['b'.repeat(16), 'b'.repeat(16), 'b'.repeat(16)]);
  const about = (method: string, path: string) => ({
    'http.request.method': method,
    'server.address': '127.0.0.1',
    'url.path': path,
  });
  expect(spans).toEqual([
    {
      name: 'brainstormrouter GET',
      did: [
        'brainstormrouter',
        SpanKind.CLIENT,
        about('GET', '/v1/x'),
        ['setAttribute', 'http.response.status_code', 200],
        ['end'],
      ],
    },
    {
      name: 'brainstormrouter POST',
      did: [
        'brainstormrouter',
        SpanKind.CLIENT,
        about('POST', '/v1/y'),
        ['recordException', expect.objectContaining({ code: 'session_not_found' })],
        ['setStatus', { code: SpanStatusCode.ERROR, message: 'Refused: session_not_found.' }],
        ['setAttribute', 'http.response.status_code', 404],
        ['end'],
      ],
    },
  ]);
});

test('[sdk:client:traces] a tracer that fails does not fail the call', async () => {
  trace.setGlobalTracerProvider({
    getTracer: () => {
      throw new Error('broken');
    },
  });
  server = await startScriptedApi(json({ fine: true }));
  expect(await server.client.get('/v1/x')).toEqual({ fine: true });
});

import { VERSION } from '../version.ts';

/**
 * `@opentelemetry/api` keeps what was registered with it in this global, so that its copies find each other. So the client
 * finds it too, without an import that would fail where the package is not installed. These are the parts that are used.
 */
const API = Symbol.for('opentelemetry.js.api.1');
/** The key under which the API keeps the span of a context. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const KIND_CLIENT = 2;
const STATUS_ERROR = 2;

interface Span {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  recordException(error: unknown): unknown;
  end(): void;
}

interface Context {
  setValue(key: symbol, value: unknown): Context;
}

interface Api {
  readonly trace?: { getTracer(name: string, version: string): { startSpan(name: string, options: object): Span } };
  readonly context?: { active(): Context };
  readonly propagation?: { inject(context: Context, carrier: Record<string, string>, setter: object): void };
}

/** The span of one call with all its attempts. */
export interface CallSpan {
  /** The headers that carry the span on to the server. */
  readonly headers: Readonly<Record<string, string>>;
  answered(status: number): void;
  failed(error: Error & { readonly status?: number | undefined }): void;
}

const setter = {
  set(carrier: Record<string, string>, name: string, value: string) {
    carrier[name] = value;
  },
};

/** Begins a span, where OpenTelemetry is there. A failure of the tracing does not reach the call. */
export function startSpan(method: string, url: URL): CallSpan | undefined {
  try {
    // The API package puts its own object there.
    const api = (globalThis as { readonly [API]?: Api })[API];
    const tracer = api?.trace?.getTracer('brainstormrouter', VERSION);
    if (api === undefined || tracer === undefined) return undefined;
    const attributes = { 'http.request.method': method, 'server.address': url.hostname, 'url.path': url.pathname };
    const span = tracer.startSpan(`brainstormrouter ${method}`, { kind: KIND_CLIENT, attributes });
    const headers: Record<string, string> = {};
    const context = api.context?.active().setValue(SPAN_KEY, span);
    if (context !== undefined) api.propagation?.inject(context, headers, setter);
    return {
      headers,
      answered: (status) => quietly(() => end(span, status)),
      failed: (error) =>
        quietly(() => {
          span.recordException(error);
          span.setStatus({ code: STATUS_ERROR, message: error.message });
          end(span, error.status);
        }),
    };
  } catch {
    return undefined;
  }
}

function end(span: Span, status: number | undefined): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  span.end();
}

function quietly(record: () => void): void {
  try {
    record();
  } catch {
    // A trace that fails is no reason to fail the call.
  }
}

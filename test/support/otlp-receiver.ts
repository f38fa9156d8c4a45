import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { until } from './until.ts';

/** The parts of OTLP that the tests look at, as opentelemetry-proto defines them. */
const PROTO = `
syntax = "proto3";
message TraceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; repeated Link links = 13; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { repeated Metric metrics = 2; }
message Metric { string name = 1; Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
message Gauge { repeated Point data_points = 1; }
message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message Point { fixed64 time_unix_nano = 3; double as_double = 4; sfixed64 as_int = 6; repeated KeyValue attributes = 7; }
message HistogramPoint { fixed64 count = 4; double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; repeated KeyValue attributes = 9; }
`;

type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly atMs: number }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly failed: boolean;
}

export interface ReceivedPoint {
  readonly service: string;
  readonly name: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly attributes: Attributes;
  /** The value, or the count of a histogram. */
  readonly value: number;
  readonly sum: number | undefined;
  readonly buckets: readonly number[];
}

/** A collector that decodes what it is sent, or behaves as badly as it is told to. */
export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  readonly points: ReceivedPoint[];
  /** The headers and the path of each request. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** Answers from now on by this function, after the body has come. Undefined: as a collector does. */
  behave(how: ((response: ServerResponse) => void) | undefined): void;
  /** Waits until these spans are there. */
  spansWhere(what: string, isOne: (span: ReceivedSpan) => boolean, count?: number): Promise<ReceivedSpan[]>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const { root } = protobuf.parse(PROTO, { keepCase: false });
  const traces = root.lookupType('TraceRequest');
  const metrics = root.lookupType('MetricsRequest');
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const requests: OtlpReceiver['requests'] = [];
  let behaviour: ((response: ServerResponse) => void) | undefined;

  const decoded = (type: protobuf.Type, body: Buffer) =>
    type.toObject(type.decode(body), { longs: String, bytes: String, arrays: true, oneofs: true }) as Wire;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    requests.push({ path: request.url ?? '', headers: request.headers });
    if (behaviour !== undefined) {
      behaviour(response);
      return;
    }
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    if (request.url === '/v1/traces') spans.push(...spansIn(decoded(traces, body)));
    else if (request.url === '/v1/metrics') points.push(...pointsIn(decoded(metrics, body)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points,
    requests,
    behave(how) {
      behaviour = how;
    },
    async spansWhere(what, isOne, count = 1) {
      await until(what, () => spans.filter(isOne).length >= count);
      return spans.filter(isOne);
    },
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What protobufjs makes of a message of the types above. */
interface Wire {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is that of the text above
  readonly [name: string]: any;
}

function spansIn({ resourceSpans }: Wire): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }: Wire) =>
    scopeSpans.flatMap((scope: Wire) =>
      scope.spans.map((span: Wire) => ({
        service: attributesOf(resource)['service.name'],
        traceId: hexOf(span.traceId),
        spanId: hexOf(span.spanId),
        parentId: hexOf(span.parentSpanId),
        name: span.name,
        kind: span.kind,
        startMs: msOf(span.startTimeUnixNano),
        endMs: msOf(span.endTimeUnixNano),
        attributes: attributesOf(span),
        events: span.events.map((event: Wire) => ({ name: event.name, atMs: msOf(event.timeUnixNano) })),
        links: span.links.map((link: Wire) => ({ traceId: hexOf(link.traceId), spanId: hexOf(link.spanId) })),
        failed: span.status?.code === 2,
      })),
    ),
  );
}

function pointsIn({ resourceMetrics }: Wire): ReceivedPoint[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }: Wire) =>
    scopeMetrics.flatMap((scope: Wire) =>
      scope.metrics.flatMap((metric: Wire) =>
        (['gauge', 'sum', 'histogram'] as const).flatMap((kind) =>
          (metric[kind]?.dataPoints ?? []).map((point: Wire) => ({
            service: attributesOf(resource)['service.name'],
            name: metric.name,
            kind,
            attributes: attributesOf(point),
            value: kind === 'histogram' ? Number(point.count) : point.asDouble || Number(point.asInt ?? 0),
            sum: kind === 'histogram' ? point.sum : undefined,
            buckets: (point.bucketCounts ?? []).map(Number),
          })),
        ),
      ),
    ),
  );
}

function attributesOf(holder: Wire): Attributes {
  return Object.fromEntries(
    (holder.attributes as Wire[]).map(({ key, value }) => [
      key,
      value.value === 'intValue' ? Number(value.intValue) : value[value.value],
    ]),
  );
}

const hexOf = (base64: string) => Buffer.from(base64 ?? '', 'base64').toString('hex');
const msOf = (nanos: string) => Number(BigInt(nanos) / 1_000n) / 1_000;

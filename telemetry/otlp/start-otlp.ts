import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
import type { OtelSettings } from '../../processes/otel-settings.ts';
import { type AnsweredRequest, type Span, spanOfRequest } from '../spans.ts';
import type { TakeTraceFact } from '../trace-fact.ts';
import { idsOfCall, idsOfRequest, isSampled, type TracedRun, traceparentOf } from '../trace-ids.ts';
import { createLossReport } from './loss-report.ts';
import { metricProducer } from './metric-producer.ts';
import { readableSpan } from './readable-span.ts';
import { createTraceSender, type ReadTracedTurn } from './trace-sender.ts';

/** Sends traces and metrics to a collector. Nothing here throws, and nobody waits for it: what a collector does not take is lost. */
export interface Otlp {
  readonly trace: TakeTraceFact;
  readonly request: (request: AnsweredRequest) => void;
  /** What a tool server is told of the span of a call. Undefined: traces are not sent. */
  readonly traceparentOfCall: ((run: TracedRun, callId: string) => string) | undefined;
  /** The same for a call that a request makes directly. */
  readonly traceparentOfRequest: ((requestId: string) => string) | undefined;
  /** Sends what is left, for some seconds at most. */
  close(): Promise<void>;
}

export interface OtlpDeps {
  readonly service: 'agent-runs-api' | 'agent-runs-worker';
  readonly settings: OtelSettings;
  readonly read: ReadTracedTurn;
  /** The figures that Prometheus reads too. Absent: there are none. */
  readonly figures?: { readonly register: Registry; readonly refresh: () => Promise<void> } | undefined;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/** The figures of one export. */
const sizeOfFigures = ({ scopeMetrics }: ResourceMetrics) =>
  scopeMetrics.reduce((sum, { metrics }) => sum + metrics.length, 0);

const CLOSE_MS = 3_000;

/**
 * Loads OpenTelemetry and begins to send. The packages are loaded within this function, so that a process without a collector is
 * not made larger by them. The headers, time-outs and certificates of the exporters, the sizes of their batches, and the
 * attributes of the resource are read by the packages, from the variables of OpenTelemetry.
 */
export async function startOtlp(deps: OtlpDeps): Promise<Otlp> {
  const { settings, service } = deps;
  const { tracesUrl, metricsUrl, share } = settings;
  const [{ resourceFromAttributes, detectResources, envDetector }, traces, metrics] = await Promise.all([
    import('@opentelemetry/resources'),
    tracesUrl === undefined
      ? undefined
      : Promise.all([
          import('@opentelemetry/api'),
          import('@opentelemetry/sdk-trace-base'),
          import('@opentelemetry/exporter-trace-otlp-proto'),
        ]),
    metricsUrl === undefined || deps.figures === undefined
      ? undefined
      : Promise.all([
          import('@opentelemetry/sdk-metrics'),
          import('@opentelemetry/exporter-metrics-otlp-proto'),
          deps.figures,
        ]),
  ]);
  // OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, where they are set, win.
  const resource = resourceFromAttributes({ 'service.name': service }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const losses = createLossReport(deps);

  function startTraces([api, { BatchSpanProcessor }, { OTLPTraceExporter }]: NonNullable<typeof traces>) {
    const exporter = losses.watched(
      'spans',
      new OTLPTraceExporter({ url: tracesUrl }),
      (spans: readonly unknown[]) => spans.length,
    );
    const processor = new BatchSpanProcessor(exporter);
    const readable = readableSpan(api, resource);
    const send = (span: Span) => processor.onEnd(readable(span));
    const sender = createTraceSender({
      ...{ read: deps.read, send, share },
      lost: (why) => losses.lost('spans', 1, why),
    });
    return { processor, send, sender };
  }

  function startMetrics([sdk, { OTLPMetricExporter }, figures]: NonNullable<typeof metrics>) {
    const exporter = losses.watched('figures', new OTLPMetricExporter({ url: metricsUrl }), sizeOfFigures);
    const reader = new sdk.PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: settings.metricsEveryMs,
      exportTimeoutMillis: Math.min(settings.metricsEveryMs, 30_000),
      metricProducers: [metricProducer(figures, { ...sdk, resource })],
    });
    return new sdk.MeterProvider({ readers: [reader], resource });
  }

  const sent = traces && startTraces(traces);
  const meters = metrics && startMetrics(metrics);

  return {
    trace: sent?.sender.take ?? (() => undefined),
    request(request) {
      if (sent === undefined || !isSampled(idsOfRequest(request.requestId), share)) return;
      sent.send(spanOfRequest(request));
    },
    traceparentOfCall: sent && ((run, callId) => traceparentOf(idsOfCall(run, callId), share)),
    traceparentOfRequest: sent && ((requestId) => traceparentOf(idsOfRequest(requestId), share)),
    async close() {
      const flushed = Promise.allSettled([
        sent?.sender.drained().then(() => sent.processor.shutdown()),
        meters?.shutdown(),
      ]);
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([flushed, late]);
    },
  };
}

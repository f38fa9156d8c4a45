import { reasonOf } from './loss-report.ts';

const TIMEOUT_MS = 3_000;

/**
 * Sends an empty batch as a service does, with the headers and certificates that the variables of OpenTelemetry name.
 * @returns why the collector did not take it; undefined when it did
 */
export async function collectorProblem(signal: 'traces' | 'metrics', url: string): Promise<string | undefined> {
  const settings = { url, timeoutMillis: TIMEOUT_MS };
  const { emptyResource } = await import('@opentelemetry/resources');
  const [traces, metrics] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/exporter-metrics-otlp-proto'),
  ]);
  const answer = await new Promise<{ code: number; error?: Error }>((resolve) => {
    if (signal === 'traces') new traces.OTLPTraceExporter(settings).export([], resolve);
    else {
      const batch = { resource: emptyResource(), scopeMetrics: [] };
      new metrics.OTLPMetricExporter(settings).export(batch, resolve);
    }
  });
  return answer.code === 0 ? undefined : reasonOf(answer.error);
}

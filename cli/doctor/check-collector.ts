import { otelSettingsSchema } from '../../processes/otel-settings.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';

/** Says where traces and metrics go, and whether the collector there takes them. */
export async function* checkCollector(env: Readonly<NodeJS.ProcessEnv>): AsyncGenerator<Finding> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data: settings, error } = otelSettingsSchema.safeParse(given);
  if (!success) {
    for (const { path, message } of error.issues) {
      yield failed(
        'opentelemetry',
        `${path.join('.')} ${message}`,
        'docs/observability.md names the values that it takes.',
      );
    }
    return;
  }
  if (settings === undefined) {
    yield skipped('opentelemetry', 'off: no collector is named here, with OTEL_EXPORTER_OTLP_ENDPOINT');
    return;
  }
  // The exporters take a while to load, and most installations have none.
  const { collectorProblem } = await import('../../telemetry/otlp/collector-problem.ts');
  for (const signal of ['traces', 'metrics'] as const) {
    const url = signal === 'traces' ? settings.tracesUrl : settings.metricsUrl;
    const check = `opentelemetry ${signal}`;
    if (url === undefined) {
      yield skipped(check, 'off');
      continue;
    }
    const problem = await collectorProblem(signal, url);
    // What stands behind a question mark may be a key.
    const where = url.replace(/\?.*$/, '');
    const share = signal === 'traces' && settings.share < 1 ? `, ${settings.share * 100} % of them` : '';
    const content = signal === 'traces' && settings.withContent ? ', with content' : '';
    if (problem === undefined) yield ok(check, `they go to ${where}${share}${content}, which takes them`);
    else {
      const mend =
        'Look at the address, and at OTEL_EXPORTER_OTLP_HEADERS if it wants a key. Sessions do not wait for it.';
      yield failed(check, `${where} takes none (${problem})`, mend);
    }
  }
}

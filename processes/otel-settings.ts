import { z } from 'zod';
import { flagSchema, parsedBy, parseHttpUrl } from './setting-formats.ts';

/** What is sent to a collector of OpenTelemetry. */
export interface OtelSettings {
  /** The addresses to which traces and metrics are sent. Absent: they are not sent. */
  readonly tracesUrl?: string | undefined;
  readonly metricsUrl?: string | undefined;
  readonly metricsEveryMs: number;
  /** The share of all traces that are sent, from 0 to 1. */
  readonly share: number;
  /** True where what people, models and tools wrote is sent too. */
  readonly withContent: boolean;
}

const SAMPLERS = [
  ...['always_on', 'always_off', 'traceidratio'],
  ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
] as const;

const word = z.string().trim().optional();
const address = parsedBy(parseHttpUrl);

/**
 * The schema of the variables of OpenTelemetry. It gives undefined where nothing is sent, and then it refuses none of them,
 * because they may be meant for other programs.
 */
export const otelSettingsSchema = z
  .object({
    OTEL_EXPORTER_OTLP_ENDPOINT: word,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: word,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: word,
    OTEL_EXPORTER_OTLP_PROTOCOL: word,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: word,
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: word,
    OTEL_SDK_DISABLED: word,
    OTEL_TRACES_EXPORTER: word,
    OTEL_METRICS_EXPORTER: word,
    OTEL_TRACES_SAMPLER: word,
    OTEL_TRACES_SAMPLER_ARG: word,
    OTEL_METRIC_EXPORT_INTERVAL: word,
    AGENT_RUNS_OTEL_CONTENT: flagSchema,
  })
  .transform((given, context): OtelSettings | undefined => {
    const endpoint = given.OTEL_EXPORTER_OTLP_ENDPOINT;
    const isDisabled = given.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
    const tracesUrl = given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? below(endpoint, 'v1/traces');
    const metricsUrl = given.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? below(endpoint, 'v1/metrics');
    if (isDisabled || (tracesUrl === undefined && metricsUrl === undefined)) return undefined;
    const checked = <Value>(name: keyof typeof given, schema: z.ZodType<Value>): Value | undefined => {
      const { success, data, error } = schema.safeParse(given[name]);
      for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', path: [name], message });
      return success ? data : undefined;
    };
    for (const name of [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    ] as const) {
      checked(name, address);
    }
    for (const name of [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
      'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
    ] as const) {
      checked(name, z.literal('http/protobuf', 'must be http/protobuf, which is the only protocol here').optional());
    }
    const exporter = z.enum(['otlp', 'none'], 'must be otlp or none').default('otlp');
    const traces = checked('OTEL_TRACES_EXPORTER', exporter);
    const metrics = checked('OTEL_METRICS_EXPORTER', exporter);
    const sampler = checked(
      'OTEL_TRACES_SAMPLER',
      z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`).optional(),
    );
    const ratio = z.coerce
      .number('must be a number')
      .min(0, 'must not be negative')
      .max(1, 'must be at most 1')
      .default(1);
    const every = z.coerce
      .number('must be a number of milliseconds')
      .int('must be a whole number of milliseconds')
      .min(100, 'must be at least 100 milliseconds')
      .max(3_600_000, 'must be at most 3600000 milliseconds')
      .default(60_000);
    const share = sampler?.endsWith('traceidratio') ? checked('OTEL_TRACES_SAMPLER_ARG', ratio) : undefined;
    return {
      tracesUrl: traces === 'none' ? undefined : tracesUrl,
      metricsUrl: metrics === 'none' ? undefined : metricsUrl,
      metricsEveryMs: checked('OTEL_METRIC_EXPORT_INTERVAL', every) ?? 0,
      share: sampler?.endsWith('always_off') ? 0 : (share ?? 1),
      withContent: given.AGENT_RUNS_OTEL_CONTENT ?? false,
    };
  })
  .transform((settings) =>
    settings?.tracesUrl === undefined && settings?.metricsUrl === undefined ? undefined : settings,
  );

/** The address of a signal below the address for all of them, as the specification of OTLP composes it. */
function below(endpoint: string | undefined, path: string): string | undefined {
  if (endpoint === undefined) return undefined;
  return endpoint.endsWith('/') ? `${endpoint}${path}` : `${endpoint}/${path}`;
}

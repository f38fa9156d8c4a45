import { expect, test } from 'vitest';
import { otelSettingsSchema } from '../../../processes/otel-settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const DEFAULTS = {
  tracesUrl: 'http://collector:4318/v1/traces',
  metricsUrl: 'http://collector:4318/v1/metrics',
  ...{ metricsEveryMs: 60_000, share: 1, withContent: false },
};

test.each([
  ['an address', {}, {}],
  ['an address that ends with a slash', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }, {}],
  [
    'a path in the address',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp' },
    { tracesUrl: 'https://c/otlp/v1/traces', metricsUrl: 'https://c/otlp/v1/metrics' },
  ],
  ['an address for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/x' }, { tracesUrl: 'http://t/x' }],
  ['no exporter of traces', { OTEL_TRACES_EXPORTER: 'none' }, { tracesUrl: undefined }],
  [
    'no exporter of metrics',
    { OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'otlp' },
    { metricsUrl: undefined },
  ],
  ['the protocol', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, {}],
  ['every sampler that samples all', { OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, {}],
  ['a sampler that samples nothing', { OTEL_TRACES_SAMPLER: 'always_off' }, { share: 0 }],
  ['a ratio', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }, { share: 0.1 }],
  ['a ratio without an argument', { OTEL_TRACES_SAMPLER: 'traceidratio' }, {}],
  ['an interval', { OTEL_METRIC_EXPORT_INTERVAL: '5000' }, { metricsEveryMs: 5_000 }],
  ['content', { AGENT_RUNS_OTEL_CONTENT: '1' }, { withContent: true }],
  ['a disabled SDK that is not', { OTEL_SDK_DISABLED: 'false' }, {}],
])('[otel:settings:standard-or-refused] %s is understood', (_what, env, found) => {
  expect(otelSettingsSchema.parse({ ...ENDPOINT, ...env })).toEqual({ ...DEFAULTS, ...found });
});

test.each([
  ['no address', {}],
  [
    'other variables alone, whatever they say',
    { OTEL_TRACES_EXPORTER: 'console', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  ],
  ['a disabled SDK', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_SAMPLER: 'odd' }],
  ['no exporter at all', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
])('[otel:loaded:only-with-a-collector] nothing is sent with %s', (_what, env) => {
  expect(otelSettingsSchema.parse(env)).toBeUndefined();
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:password@collector:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_METRICS_EXPORTER', 'prometheus'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_METRIC_EXPORT_INTERVAL', 'often'],
  ['AGENT_RUNS_OTEL_CONTENT', 'yes'],
])('[otel:settings:standard-or-refused] %s = %s is refused by its name, without its value', (name, value) => {
  const sampler = name === 'OTEL_TRACES_SAMPLER_ARG' ? { OTEL_TRACES_SAMPLER: 'traceidratio' } : {};
  const { error } = otelSettingsSchema.safeParse({ ...ENDPOINT, ...sampler, [name]: value });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([name]);
  expect(error?.issues[0]?.message).not.toContain(value);
});

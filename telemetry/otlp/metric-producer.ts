import type { Resource } from '@opentelemetry/resources';
import type { DataPoint, Histogram, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { hrTime } from './hr-time.ts';

/** The parts of the package that are used. It is loaded late, so they are handed in. */
type Sdk = Pick<typeof import('@opentelemetry/sdk-metrics'), 'AggregationTemporality' | 'DataPointType'>;
type Labels = Record<string, string>;

/**
 * Gives the figures of a register to OpenTelemetry, so that a collector is sent the same ones, under the same names, that
 * Prometheus reads.
 */
export function metricProducer(
  { register, refresh }: { readonly register: Registry; readonly refresh: () => Promise<void> },
  sdk: Sdk & { readonly resource: Resource },
): MetricProducer {
  const startTime = hrTime(Date.now() - process.uptime() * 1_000);
  return {
    async collect() {
      await refresh();
      const endTime = hrTime(Date.now());
      const found = await register.getMetricsAsJSON();
      const metrics = found.flatMap((metric) => dataOf(metric, sdk, { startTime, endTime }) ?? []);
      const scopeMetrics = [{ scope: { name: 'agent-runs' }, metrics }];
      return { resourceMetrics: { resource: sdk.resource, scopeMetrics }, errors: [] };
    },
  };
}

type Times = Pick<DataPoint<number>, 'startTime' | 'endTime'>;

function dataOf(
  { name, help, type, values }: MetricObjectWithValues<MetricValue<string>>,
  { AggregationTemporality, DataPointType }: Sdk,
  times: Times,
): MetricData | undefined {
  const descriptor = { name, description: help, unit: '', valueType: 1 };
  const about = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const numbers = () => values.map(({ labels, value }) => ({ ...times, attributes: labelsOf(labels), value }));
  // The types of prom-client say that this is an enum. At run time it is one of these words.
  switch (String(type)) {
    case 'counter':
      return { ...about, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers() };
    case 'gauge':
      return { ...about, dataPointType: DataPointType.GAUGE, dataPoints: numbers() };
    case 'histogram':
      return { ...about, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramsOf(values, times) };
    default:
      return undefined;
  }
}

interface Series {
  readonly labels: Labels;
  readonly upTo: { readonly bound: number; readonly count: number }[];
  sum: number;
}

/** The rows of a histogram of Prometheus, which count everything up to a bound, as counts between bounds. */
function histogramsOf(values: readonly MetricValue<string>[], times: Times): DataPoint<Histogram>[] {
  const series = new Map<string, Series>();
  for (const { labels, value, ...row } of values) {
    const { le, ...others } = labelsOf(labels);
    const key = JSON.stringify(others);
    const found = series.get(key) ?? { labels: others, upTo: [], sum: 0 };
    series.set(key, found);
    // The types of prom-client leave out the member that names the row.
    const part = 'metricName' in row ? String(row.metricName) : '';
    if (le !== undefined)
      found.upTo.push({ bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value });
    else if (part.endsWith('_sum')) found.sum = value;
  }
  return [...series.values()].map(({ labels, upTo, sum }) => {
    const sorted = upTo.sort((a, b) => a.bound - b.bound);
    const counts = sorted.map(({ count }, at) => count - (sorted[at - 1]?.count ?? 0));
    const boundaries = sorted.map(({ bound }) => bound).filter(Number.isFinite);
    const value = { buckets: { boundaries, counts }, sum, count: sorted.at(-1)?.count ?? 0 };
    return { ...times, attributes: labels, value };
  });
}

function labelsOf(labels: Readonly<Record<string, string | number | undefined>>): Labels {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

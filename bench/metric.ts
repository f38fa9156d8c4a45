/** One figure of a benchmark. `ratio` is the median of the ratios of pairs, not `value / floor`. */
export interface Metric {
  readonly value: number;
  readonly floor?: number;
  readonly ratio?: number;
  readonly unit: string;
}

export type Metrics = Readonly<Record<string, Metric>>;

/** A figure measured several times, each time right before or after its floor. */
export function paired(pairs: readonly { readonly value: number; readonly floor: number }[], unit: string): Metric {
  return {
    value: rounded(median(pairs.map((pair) => pair.value))),
    floor: rounded(median(pairs.map((pair) => pair.floor))),
    ratio: rounded(median(pairs.map((pair) => pair.value / pair.floor))),
    unit,
  };
}

export function single(values: readonly number[], unit: string): Metric {
  return { value: rounded(median(values)), unit };
}

/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours. @throws RangeError without values */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new RangeError('There is nothing to take a quantile of.');
  return low + (high - low) * (position - Math.floor(position));
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** One line a metric, for people. */
export function describeMetrics(metrics: Metrics): string[] {
  return Object.entries(metrics).map(([name, { value, floor, ratio, unit }]) => {
    const beside = floor === undefined ? '' : `  floor ${String(floor).padStart(7)}  ratio ${ratio}`;
    return `${name.padEnd(44)} ${String(value).padStart(8)} ${unit.padEnd(8)}${beside}`;
  });
}

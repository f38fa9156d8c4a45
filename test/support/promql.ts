import { parser } from '@prometheus-io/lezer-promql';

/** A metric that a query of Prometheus reads, with the labels by which it chooses series. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** The metrics that a query reads. @throws Error for a query that Prometheus would refuse */
export function selectorsOf(query: string): Selector[] {
  // Grafana puts a duration in place of this variable.
  const text = query.replaceAll('$__range', '1h');
  const found: { metric: string; labels: string[] }[] = [];
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      const words = text.slice(from, to);
      if (type.isError) throw new Error(`Not a query of Prometheus, at "${text.slice(from, from + 20)}": ${query}`);
      if (type.name === 'VectorSelector') found.push({ metric: '', labels: [] });
      const selector = found.at(-1);
      if (type.name === 'Identifier' && selector?.metric === '') selector.metric = words;
      if (type.name === 'LabelName' && selector !== undefined && isMatcher(text, to)) selector.labels.push(words);
    },
  });
  return found;
}

/** True for a label before a comparison. The labels of `by (…)` have none. */
function isMatcher(text: string, at: number): boolean {
  return /^\s*(=|!)/.test(text.slice(at));
}

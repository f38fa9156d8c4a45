import { type Metrics, median, paired, rounded, single } from '../../bench/metric.ts';
import { residentBytes } from '../../bench/process-memory.ts';
import type { TestStack } from '../support/stack.ts';
import type { SoakSession } from './soak-session.ts';

/** The parts of a run in which turns are compared. No fault happens in them. */
const EARLY = [0.1, 0.2] as const;
const LATE = [0.7, 1] as const;
const SAMPLE_EVERY_MS = 1_000;
const MB = 1e6;

export interface MemorySamples {
  /** Megabytes in RAM now. Undefined while it is being started again. */
  now(): number | undefined;
  /** The worker that ran last: the median of the first and of the last third of its samples, behind its first tenth. */
  lastLife(): { readonly early: number; readonly late: number } | undefined;
  stop(): void;
}

/** Looks every second at how much memory the worker has. */
export function sampleWorkerMemory(stack: TestStack): MemorySamples {
  let samples: number[] = [];
  let pid: number | undefined;
  let current: number | undefined;
  const look = () => {
    try {
      const { worker } = stack.pids();
      if (typeof worker !== 'number') return;
      if (worker !== pid) samples = [];
      pid = worker;
      current = residentBytes(worker) / MB;
      samples.push(current);
    } catch {
      current = undefined;
    }
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return {
    now: () => current,
    lastLife() {
      const settled = samples.slice(Math.floor(samples.length / 10));
      const third = Math.floor(settled.length / 3);
      if (third === 0) return undefined;
      return { early: median(settled.slice(0, third)), late: median(settled.slice(-third)) };
    },
    stop: () => clearInterval(timer),
  };
}

/** For each session the time and the price of late turns against those of early turns. */
export function turnFigures(sessions: readonly SoakSession[], turns: number): Metrics {
  const figures: Record<string, Metrics[string]> = {};
  for (const { contextWindow, watch } of sessions) {
    const starts = watch.events
      .filter(({ type, data }) => type === 'br.model_selected' && data.reason !== 'failover')
      .map(({ atMs }) => atMs);
    const times = starts.slice(1).map((atMs, turn) => atMs - (starts[turn] ?? atMs));
    const costs = watch.ofType('br.routing_savings').map(({ costUsd }) => costUsd);
    const window = `window_${contextWindow}`;
    figures[`${window}_turn`] = compared(times, turns, 'ms');
    figures[`${window}_cost`] = compared(costs, turns, 'USD');
    figures[`${window}_turn_longest`] = single([Math.max(...times)], 'ms');
  }
  return figures;
}

function compared(values: readonly number[], turns: number, unit: string): Metrics[string] {
  const part = ([from, to]: readonly [number, number]) => values.slice(Math.floor(from * turns), Math.ceil(to * turns));
  return paired([{ value: median(part(LATE)), floor: median(part(EARLY)) }], unit);
}

/** How many turns another provider answered than the turn before. */
export function providerChanges(answeredBy: ReadonlyMap<string, readonly string[]>): Metrics[string] {
  const shares = [...answeredBy.values()].map(
    (names) => names.filter((name, index) => index > 0 && name !== names[index - 1]).length / Math.max(1, names.length),
  );
  return { value: rounded(median(shares)), unit: 'of turns' };
}

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SeededRandom } from '../domain/random.ts';

const outcomeSchema = z.tuple([z.number(), z.number()]);
const fileSchema = z.object({
  source: z.string(),
  arms: z.array(z.string()).min(2),
  rows: z.array(z.tuple([z.string()]).rest(outcomeSchema)),
});

export interface RoutingRow {
  readonly taskSource: string;
  /** Reward in [0, 1] and cost in USD of each arm. */
  readonly outcomes: readonly { readonly reward: number; readonly costUsd: number }[];
}

export interface RoutingData {
  readonly arms: readonly string[];
  readonly rows: readonly RoutingRow[];
  /** Means over the whole set, by arm. */
  readonly meanReward: readonly number[];
  readonly meanCostUsd: readonly number[];
  /** λ × mean normalised log cost, by arm: what each policy subtracts when it decides. */
  readonly costTerm: readonly number[];
}

const LAMBDA = 0.3;

/** Log cost between 1e-5 and 1e-1 USD on a scale from 0 to 1. */
function normalisedLogCost(costUsd: number): number {
  return Math.min(1, Math.max(0, Math.log(costUsd / 1e-5) / Math.log(1e4)));
}

/** @throws when the file is absent or has another shape. */
export function loadRoutingData(path: string): RoutingData {
  const { arms, rows: raw } = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const rows = raw.map(
    ([taskSource, ...outcomes]): RoutingRow => ({
      taskSource,
      outcomes: outcomes.map(([reward, costUsd]) => ({ reward, costUsd })),
    }),
  );
  const meanOf = (value: (outcome: RoutingRow['outcomes'][number]) => number) =>
    arms.map((_, arm) => mean(rows.map((row) => value(outcomeOf(row, arm)))));
  return {
    arms,
    rows,
    meanReward: meanOf(({ reward }) => reward),
    meanCostUsd: meanOf(({ costUsd }) => costUsd),
    costTerm: meanOf(({ costUsd }) => LAMBDA * normalisedLogCost(costUsd)),
  };
}

export function outcomeOf(row: RoutingRow, arm: number): { reward: number; costUsd: number } {
  const outcome = row.outcomes[arm];
  if (outcome === undefined) throw new RangeError(`no arm ${arm}`);
  return outcome;
}

export function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  return items
    .map((item) => ({ item, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

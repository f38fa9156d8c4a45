import { type CostRatio, estimate } from './cost-ratio.ts';

export interface BaselineCandidate {
  readonly key: string;
  readonly posteriorMean: number;
  /** The tokens of this turn at the prices of the candidate. */
  readonly referenceCostNano: bigint;
  readonly costRatio: CostRatio;
}

export interface RoutingSavings {
  readonly baselineKey: string;
  readonly baselineCostNano: bigint;
  /** Negative when routing cost more than the baseline would have, as exploration does. */
  readonly savingsNano: bigint;
  /** The 90 % interval of `savingsNano`. */
  readonly interval: readonly [loNano: bigint, hiNano: bigint];
  readonly method: 'actual' | 'learned' | 'reprice';
}

/**
 * Compares the cost of a turn with its cost without routing. Without routing a team would use one model: the eligible
 * arm with the best posterior mean, and of equal arms the dearest. If that arm served the turn, nothing was saved and
 * nothing has to be guessed.
 */
export function routingSavings(turn: {
  chosen: { readonly key: string; readonly costNano: bigint };
  baselineCandidates: readonly BaselineCandidate[];
}): RoutingSavings {
  const baseline = turn.baselineCandidates.reduce<BaselineCandidate | undefined>(
    (best, candidate) => (best === undefined || isRatherTheBaseline(candidate, best) ? candidate : best),
    undefined,
  );
  const { key, costNano } = turn.chosen;
  if (baseline === undefined || baseline.key === key) {
    return {
      baselineKey: key,
      baselineCostNano: costNano,
      savingsNano: 0n,
      interval: [0n, 0n],
      method: 'actual',
    };
  }
  const { ratio, lo, hi, method } = estimate(baseline.costRatio);
  const baselineCostNano = scaled(baseline.referenceCostNano, ratio);
  return {
    baselineKey: baseline.key,
    baselineCostNano,
    savingsNano: baselineCostNano - costNano,
    interval: [scaled(baseline.referenceCostNano, lo) - costNano, scaled(baseline.referenceCostNano, hi) - costNano],
    method,
  };
}

function isRatherTheBaseline(candidate: BaselineCandidate, best: BaselineCandidate): boolean {
  if (candidate.posteriorMean !== best.posteriorMean) return candidate.posteriorMean > best.posteriorMean;
  return candidate.referenceCostNano > best.referenceCostNano;
}

function scaled(nano: bigint, factor: number): bigint {
  return BigInt(Math.round(Number(nano) * factor));
}

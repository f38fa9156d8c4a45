export interface SpendingProblem {
  /** The drawn quality of each arm. */
  readonly draws: readonly number[];
  /** The expected cost of each arm, in the unit of `pace`. */
  readonly costs: readonly number[];
  /** Quality above this level is not paid for: all arms that reach it are equal. */
  readonly level: number;
  /** The expected spending that is allowed for a turn. */
  readonly pace: number;
}

/**
 * The linear program of pacing: shares p that maximise Σ pᵢ·min(drawᵢ, level) with Σ pᵢ·costᵢ ≤ pace, Σ p = 1, p ≥ 0.
 * There is one constraint besides the simplex, so an optimum mixes at most two arms: one that the pace affords and one
 * that it does not. All such pairs are tried. Of two arms with equal quality the cheaper one is taken, and of two that
 * also cost the same the better draw. When the pace affords no arm, the cheapest arm takes everything.
 */
export function spendingMix(problem: SpendingProblem): number[] {
  const { draws, costs, level, pace } = problem;
  const shares = new Array<number>(draws.length).fill(0);
  let best = -1;
  let cheapest = -1;
  for (let arm = 0; arm < draws.length; arm++) {
    if (cheapest < 0 || at(costs, arm) < at(costs, cheapest)) cheapest = arm;
    if (at(costs, arm) <= pace && isRather(problem, arm, best)) best = arm;
  }
  if (best < 0) {
    if (cheapest >= 0) shares[cheapest] = 1;
    return shares;
  }

  let mix = { value: Math.min(at(draws, best), level), low: best, high: best, highShare: 0 };
  for (let high = 0; high < draws.length; high++) {
    const highCost = at(costs, high);
    if (highCost <= pace) continue;
    for (let low = 0; low < draws.length; low++) {
      const lowCost = at(costs, low);
      const lowValue = Math.min(at(draws, low), level);
      const gain = Math.min(at(draws, high), level) - lowValue;
      if (lowCost > pace || gain <= 0) continue;
      const highShare = (pace - lowCost) / (highCost - lowCost);
      const value = lowValue + highShare * gain;
      if (value > mix.value) mix = { value, low, high, highShare };
    }
  }
  shares[mix.low] = 1 - mix.highShare;
  if (mix.high !== mix.low) shares[mix.high] = mix.highShare;
  return shares;
}

function isRather({ draws, costs, level }: SpendingProblem, arm: number, rival: number): boolean {
  if (rival < 0) return true;
  const byValue = Math.min(at(draws, arm), level) - Math.min(at(draws, rival), level);
  if (byValue !== 0) return byValue > 0;
  const byCost = at(costs, rival) - at(costs, arm);
  return byCost !== 0 ? byCost > 0 : at(draws, arm) > at(draws, rival);
}

/** Every index lies within the arrays, which have the same length. The default only satisfies the type. */
function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}

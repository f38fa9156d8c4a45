import { drawMean, type Posterior } from './posterior.ts';
import type { SeededRandom } from './random.ts';
import { spendingMix } from './spending-mix.ts';

export interface Candidate {
  readonly key: string;
  readonly posterior: Posterior;
  readonly expectedCostNano: bigint;
  /** Bound on the cost of one request, as it would be reserved. */
  readonly worstCaseNano: bigint;
  /** Why this arm cannot serve the turn (circuit open, prompt too long, …); undefined when it can. */
  readonly ineligible?: string | undefined;
}

export type ChoiceReason = 'only_candidate' | 'best_draw' | 'cheapest_within_alpha' | 'budget_paced';

export interface Choice {
  /** Undefined when no candidate is eligible. */
  readonly chosen: string | undefined;
  readonly reason: ChoiceReason;
  readonly candidates: readonly {
    readonly key: string;
    readonly draw: number;
    readonly posteriorMean: number;
    readonly expectedCostNano: bigint;
    readonly eligible: boolean;
    readonly why?: string | undefined;
  }[];
  readonly propensity: number;
}

interface Arm {
  readonly key: string;
  readonly posterior: Posterior;
  readonly cost: number;
}

/** 0.05 of quality given up for price: on the routing data −94.7 % cost for −1.2 % quality (FACTS.md). */
export const DEFAULT_ALPHA = 0.05;

/** Re-draws for the propensity: as many as fit some 0.1 ms for the number of arms. */
const MAX_REDRAWS = 96;
const MIN_REDRAWS = 24;
const REDRAWN_ARMS = 288;

/**
 * Picks the arm of a turn by Thompson sampling. Each eligible arm's mean quality is drawn from its posterior. Draws are
 * levelled at (1 − α) × the best posterior mean: what reaches it is good enough, and of those the cheapest is taken (the
 * best draw when none does). Under a budget the arms are mixed so that expected spending stays within remaining /
 * remaining turns a turn (`spendingMix`), and the mix is sampled.
 *
 * α is 0.05 by default, and 0 under a budget, where the cap says what quality may cost: there it stays within 0.003 of
 * the quality that the best fixed mix would have (bench/routing.ts). Arms whose worst case exceeds what remains are not
 * eligible.
 *
 * `propensity` estimates the probability of this choice for these posteriors: the mean, over re-draws continued from the
 * same random stream and the decision's own draw, of the probability of the chosen arm given the draws. It is never 0,
 * and the whole choice is a pure function of the input and the stream's seed.
 */
export function chooseModel(input: {
  candidates: readonly Candidate[];
  random: SeededRandom;
  alpha?: number | undefined;
  budget?: { remainingNano: bigint; remainingTurns: number } | undefined;
}): Choice {
  const { random, budget, alpha = input.budget === undefined ? DEFAULT_ALPHA : 0 } = input;
  const refusals = input.candidates.map((candidate) => refusalOf(candidate, budget?.remainingNano));
  const eligible = input.candidates.filter((_, index) => refusals[index] === undefined);
  const arms = eligible.map(
    ({ key, posterior, expectedCostNano }): Arm => ({ key, posterior, cost: Number(expectedCostNano) }),
  );

  // Ineligible arms are drawn too: an explanation that shows them is worth more, and the stream does not depend on them
  // being there in this order.
  const draws = input.candidates.map((candidate) => drawMean(candidate.posterior, random));
  const eligibleDraws = draws.filter((_, index) => refusals[index] === undefined);
  const costs = arms.map((arm) => arm.cost);
  const level = (1 - alpha) * Math.max(...arms.map((arm) => arm.posterior.mean));
  const pace = budget === undefined ? Infinity : Number(budget.remainingNano) / Math.max(1, budget.remainingTurns);
  const rule: Rule = (drawn) => spendingMix({ draws: drawn, costs, level, pace });

  const shares = rule(eligibleDraws);
  const picked = sampled(shares, random);
  const unpaced = spendingMix({ draws: eligibleDraws, costs, level, pace: Infinity });
  const isPaced = shares[picked] !== 1 || unpaced[picked] !== 1;
  const chosen = arms[picked];
  return {
    chosen: chosen?.key,
    reason: reasonOf(isPaced, eligibleDraws[picked] ?? 0, eligibleDraws),
    candidates: input.candidates.map((candidate, index) => {
      const why = refusals[index];
      return {
        key: candidate.key,
        draw: draws[index] ?? Number.NaN,
        posteriorMean: candidate.posterior.mean,
        expectedCostNano: candidate.expectedCostNano,
        eligible: why === undefined,
        why,
      };
    }),
    propensity: arms.length <= 1 ? arms.length : propensityOf(picked, shares, arms, rule, random),
  };
}

/** Draws → the probability of each arm; they sum to 1. */
type Rule = (draws: readonly number[]) => readonly number[];

function refusalOf(candidate: Candidate, remainingNano: bigint | undefined): string | undefined {
  if (candidate.ineligible !== undefined) return candidate.ineligible;
  if (remainingNano !== undefined && candidate.worstCaseNano > remainingNano) return 'worst_case_exceeds_budget';
  return undefined;
}

function reasonOf(isPaced: boolean, draw: number, draws: readonly number[]): ChoiceReason {
  if (draws.length <= 1) return 'only_candidate';
  if (isPaced) return 'budget_paced';
  return draw >= Math.max(...draws) ? 'best_draw' : 'cheapest_within_alpha';
}

function propensityOf(
  picked: number,
  shares: readonly number[],
  arms: readonly Arm[],
  rule: Rule,
  random: SeededRandom,
): number {
  const redraws = Math.max(MIN_REDRAWS, Math.min(MAX_REDRAWS, Math.floor(REDRAWN_ARMS / arms.length)));
  let sum = shares[picked] ?? 0;
  for (let i = 0; i < redraws; i++) {
    sum += rule(arms.map((arm) => drawMean(arm.posterior, random)))[picked] ?? 0;
  }
  return sum / (redraws + 1);
}

function sampled(shares: readonly number[], random: SeededRandom): number {
  let left = random.uniform();
  let last = -1;
  for (const [index, share] of shares.entries()) {
    if (share <= 0) continue;
    last = index;
    left -= share;
    if (left <= 0) break;
  }
  return last;
}

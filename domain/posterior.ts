import type { SeededRandom } from './random.ts';

/**
 * The Normal-Inverse-Gamma posterior of the mean reward of one arm (tenant × task class × model). Rewards lie in [0,
 * 1].
 */
export interface Posterior {
  readonly mean: number;
  /** How many observations the mean is worth. */
  readonly kappa: number;
  readonly alpha: number;
  readonly beta: number;
  readonly updatedAtMs: number;
}

/** The prior is worth one observation and expects rewards with a standard deviation of about 0.24. */
const PRIOR = { mean: 0.7, kappa: 1, alpha: 2, beta: 0.06 } as const;

/**
 * The share of evidence that an update keeps: a memory of 333 turns, which follows a model that got worse
 * (bench/routing.ts).
 */
const KEPT_PER_UPDATE = 0.997;
/** The share of evidence that a day without updates keeps: half is gone after 34 days. */
const KEPT_PER_DAY = 0.98;
const DAY_MS = 86_400_000;

export function priorPosterior(nowMs: number): Posterior {
  return { ...PRIOR, updatedAtMs: nowMs };
}

/**
 * The posterior at this time: what was learned loses weight with time, and the prior takes its place.
 * A clock that went backwards changes nothing.
 */
export function decayed(posterior: Posterior, nowMs: number): Posterior {
  const elapsedMs = nowMs - posterior.updatedAtMs;
  if (elapsedMs <= 0) return posterior;
  return { ...mixedWithPrior(posterior, KEPT_PER_DAY ** (elapsedMs / DAY_MS)), updatedAtMs: nowMs };
}

/**
 * Adds one outcome: decay by time, decay by one step, then the conjugate update.
 * @param weight how many observations the outcome counts as
 * @throws RangeError when the reward is not in [0, 1] or the weight is not positive
 */
export function updated(posterior: Posterior, reward: number, nowMs: number, weight = 1): Posterior {
  if (!(reward >= 0 && reward <= 1)) throw new RangeError('A reward must lie in [0, 1].');
  if (!(weight > 0 && Number.isFinite(weight)))
    throw new RangeError('The weight of an outcome must be positive and finite.');
  const before = mixedWithPrior(decayed(posterior, nowMs), KEPT_PER_UPDATE);
  const kappa = before.kappa + weight;
  const surprise = reward - before.mean;
  return {
    mean: before.mean + (surprise * weight) / kappa,
    kappa,
    alpha: before.alpha + weight / 2,
    beta: before.beta + (surprise * surprise * before.kappa * weight) / (2 * kappa),
    updatedAtMs: Math.max(nowMs, posterior.updatedAtMs),
  };
}

/** A Thompson draw of the mean reward: Student's t with 2α degrees of freedom, as a normal over the root of a gamma. */
export function drawMean(posterior: Posterior, random: SeededRandom): number {
  const precision = random.gamma(posterior.alpha) / posterior.beta;
  return posterior.mean + random.normal() / Math.sqrt(posterior.kappa * precision);
}

/**
 * Mixes the sufficient statistics (n, Σx, Σx²) of the posterior, at the share `kept`, with those of the prior. A convex
 * mix of two valid posteriors is valid: kappa never falls below the smaller of the two, and beta stays positive.
 */
function mixedWithPrior(posterior: Posterior, kept: number): Posterior {
  const lost = 1 - kept;
  const kappa = kept * posterior.kappa + lost * PRIOR.kappa;
  const mean = (kept * posterior.kappa * posterior.mean + lost * PRIOR.kappa * PRIOR.mean) / kappa;
  // The variance between the two means, in a form without cancellation: κ₁κ₂(μ₁−μ₂)² / 2κ.
  const apart = posterior.mean - PRIOR.mean;
  const between = (kept * posterior.kappa * lost * PRIOR.kappa * apart * apart) / (2 * kappa);
  return {
    mean,
    kappa,
    alpha: kept * posterior.alpha + lost * PRIOR.alpha,
    beta: kept * posterior.beta + lost * PRIOR.beta + between,
    updatedAtMs: posterior.updatedAtMs,
  };
}

import type { SeededRandom } from './random.ts';

/** Normal-Inverse-Gamma posterior over the mean reward of one arm (tenant × task class × model). Rewards lie in [0, 1]. */
export interface Posterior {
  readonly mean: number;
  /** Evidence behind the mean, in observations. */
  readonly kappa: number;
  readonly alpha: number;
  readonly beta: number;
  readonly updatedAtMs: number;
}

/** Worth one observation; a reward's standard deviation of about 0.24 is expected. */
const PRIOR = { mean: 0.7, kappa: 1, alpha: 2, beta: 0.06 } as const;

/** Evidence kept at each update: a memory of 333 turns, enough to follow a model that got worse (bench/routing.ts). */
const KEPT_PER_UPDATE = 0.997;
/** Evidence kept per day without updates: half is gone after 34 days. */
const KEPT_PER_DAY = 0.98;
const DAY_MS = 86_400_000;

export function priorPosterior(nowMs: number): Posterior {
  return { ...PRIOR, updatedAtMs: nowMs };
}

/**
 * The posterior as it stands now: what was learned loses weight with time and gives way to the prior.
 * A clock that went backwards changes nothing.
 */
export function decayed(posterior: Posterior, nowMs: number): Posterior {
  const elapsedMs = nowMs - posterior.updatedAtMs;
  if (elapsedMs <= 0) return posterior;
  return { ...mixedWithPrior(posterior, KEPT_PER_DAY ** (elapsedMs / DAY_MS)), updatedAtMs: nowMs };
}

/**
 * One outcome more: decay by time, decay by one step, then the conjugate update.
 * `weight` counts the outcome as that many observations.
 * @throws RangeError when the reward is not in [0, 1] or the weight not positive.
 */
export function updated(posterior: Posterior, reward: number, nowMs: number, weight = 1): Posterior {
  if (!(reward >= 0 && reward <= 1)) throw new RangeError('a reward lies in [0, 1]');
  if (!(weight > 0 && Number.isFinite(weight))) throw new RangeError('the weight of an outcome is positive and finite');
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

/** A Thompson draw of the arm's mean reward: Student-t with 2α degrees of freedom, as Normal over the root of a Gamma. */
export function drawMean(posterior: Posterior, random: SeededRandom): number {
  const precision = random.gamma(posterior.alpha) / posterior.beta;
  return posterior.mean + random.normal() / Math.sqrt(posterior.kappa * precision);
}

/**
 * `kept` of the posterior's sufficient statistics (n, Σx, Σx²) and the rest of the prior's. A convex mix of two valid
 * posteriors is valid: kappa never falls below the smaller of the two, beta stays positive.
 */
function mixedWithPrior(posterior: Posterior, kept: number): Posterior {
  const lost = 1 - kept;
  const kappa = kept * posterior.kappa + lost * PRIOR.kappa;
  const mean = (kept * posterior.kappa * posterior.mean + lost * PRIOR.kappa * PRIOR.mean) / kappa;
  // Variance between the two means, written so that nothing cancels: κ₁κ₂(μ₁−μ₂)² / 2κ.
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
